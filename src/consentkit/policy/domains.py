"""Sites on several domains that share one choice, as a policy declares them.

Knows origins; not who answers for a site, nor how a choice gets from one to another (docs/domains.md).
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from consentkit.policy.base import Declared

_ORIGIN = re.compile(r"(https?)://([a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:[1-9][0-9]{0,4})?", re.ASCII)


def is_loopback(host: str) -> bool:
    """Whether a name stands for the machine itself, wherever it is asked for (RFC 6761 §6.3)."""
    return host == "localhost" or host.endswith(".localhost")


def _origin(text: str) -> str:
    """An origin in its one spelling. Browsers send Fetch Metadata, and keep cookies to a host, only where nobody in
    between can read along: on https, and on the machine itself."""
    match = _ORIGIN.fullmatch(text.lower())
    if not match or not (match[1] == "https" or is_loopback(match[2])):
        raise PydanticCustomError("origin", "not the origin of a site")
    return match[0].removesuffix(":443") if match[1] == "https" else match[0]


Origin = Annotated[str, StringConstraints(max_length=270), AfterValidator(_origin)]


class Domains(Declared):
    """`sites` share a choice, which `origin` keeps for all of them; it may be one of them."""

    origin: Origin
    sites: Annotated[tuple[Origin, ...], Field(max_length=50)]


def host_in(origin: str) -> str:
    """The host that an origin names, without its port."""
    return origin.partition("://")[2].partition(":")[0]
