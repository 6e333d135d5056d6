"""The words of a policy, each in its one spelling: durations, hosts, addresses, names, texts.

Knows what may be written, with a name for what may not (mistakes.py says it in full); not where it stands.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StringConstraints, Tag
from pydantic_core import PydanticCustomError

from consentkit.errors import MalformedError
from consentkit.policy.base import plain
from consentkit.policy.duration import parse_duration
from consentkit.policy.jurisdiction import Country
from consentkit.tlog import WitnessKey


def _duration(text: str) -> str:
    try:
        parse_duration(text)
    except MalformedError:
        raise PydanticCustomError("duration", "not a duration") from None
    return text


def _is_host(text: str) -> bool:
    labels = text.split(".")
    return len(labels) > 1 and all(re.fullmatch(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?", label) for label in labels)


def _host(text: str) -> str:
    if not _is_host(text.lower()):
        raise PydanticCustomError("host", "not a host name")
    return text.lower()


def _host_path(text: str) -> str:
    host, slash, path = text.partition("/")
    if re.search(r"[^!-~]", path):
        raise PydanticCustomError("host", "not a host name and a path")
    return _host(host) + slash + path  # paths, unlike hosts, tell "A" from "a"


# What everybody may register below is nobody's: the two-part suffixes of countries, as far as a rule can tell them.
_SHARED_SUFFIX = re.compile(r"(com?|org?|net?|gov?|edu?|ac|ltd|plc|mil|sch)\.[a-z]{2}")
_SOURCE = re.compile(
    r"((?:https?|wss?)://)?(\*\.)?([a-z0-9._-]+)(:(?:\*|[1-9][0-9]{0,4}))?(/[A-Za-z0-9._~%/+=-]*)?", re.ASCII
)


def _source(text: str) -> str:
    """A host-source of a Content-Security-Policy (CSP3 §2.3.1), in one spelling, and never one for any host at all."""
    lead, mark, rest = text.rpartition("://")
    host, slash, path = rest.partition("/")
    written = f"{lead}{mark}{host}".lower() + slash + path  # paths, unlike hosts, tell "A" from "a"
    match = _SOURCE.fullmatch(written)
    named = match and (_is_host(match[3]) or (match[3] == "localhost" and not match[2]))
    if not match or not named or (match[2] and _SHARED_SUFFIX.fullmatch(match[3])):
        raise PydanticCustomError("csp_source", "not a host that a Content-Security-Policy can name")
    return written


def _link(text: str) -> str:
    if not re.fullmatch(r"(https?://[^/\s]+|/(?![/\\]))[^\s\\]*|mailto:[^\s]+@[^\s]+", text):
        raise PydanticCustomError("link", "not a link")
    return text


def _service(text: str) -> str:
    if not re.fullmatch(r"https?://[^/\s?#@]+(/[!-~]*)?", text):
        raise PydanticCustomError("service", "not the URL of a service")
    return text


def _witness_key(text: str) -> str:
    try:
        WitnessKey.from_text(text)
    except MalformedError:
        raise PydanticCustomError("witness_key", "not the key of a witness") from None
    return text


def _certificate(text: str) -> str:
    if not text.strip().startswith("-----BEGIN CERTIFICATE-----"):
        raise PydanticCustomError("certificate", "not a certificate")
    return text


def _prefix(text: str) -> str:
    # Browsers walk "." and ".." away before they ask (WHATWG URL §4.4).
    if not re.fullmatch(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+", text):
        raise PydanticCustomError("prefix", "not a path prefix")
    return text


def _network(value: object) -> IPv4Network | IPv6Network:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    try:
        return ip_network(value if isinstance(value, str) else "")
    except ValueError:
        raise PydanticCustomError("network", "not a network") from None


Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True), AfterValidator(plain)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


def _text_kind(value: object) -> str:
    return "languages" if isinstance(value, dict) else "words"


# One text for all languages, or one for each: {en = "…", fr = "…"}. The tags keep errors to the kind that was meant.
Text = Annotated[
    Annotated[Words, Tag("words")] | Annotated[dict[Language, Words], Tag("languages")], Discriminator(_text_kind)
]
Duration = Annotated[str, AfterValidator(_duration)]
Host = Annotated[str, StringConstraints(max_length=253), AfterValidator(_host)]
HostPath = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_host_path)]
CspSource = Annotated[str, StringConstraints(max_length=500), AfterValidator(_source)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Service = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_service)]
Link = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_link)]
Countries = Annotated[tuple[Country, ...], Field(min_length=1, max_length=60)]
VerifierKey = Annotated[str, StringConstraints(max_length=500), AfterValidator(_witness_key)]
Certificate = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_certificate)]
PathPrefix = Annotated[str, AfterValidator(_prefix)]
# RFC 6265 token characters, and of the others those that apps use and browsers take: "user[theme]", "shop:basket". A
# star at the end stands for anything.
COOKIE_NAME = r"[!#$%&'()+./:?@\[\]^_`{|}~0-9A-Za-z-]+\*?"
LONGEST_NAME = 128
CookieName = Annotated[str, StringConstraints(pattern=f"^{COOKIE_NAME}$", max_length=LONGEST_NAME)]


def localised(text: Text, language: str, fallback: str = "en") -> str:
    """The wording for a language: its own, that of its base language, the fallback's, or whichever comes first."""
    if isinstance(text, str):
        return text
    for tag in (language, language.partition("-")[0], fallback):
        if tag in text:
            return text[tag]
    return next(iter(text.values()))
