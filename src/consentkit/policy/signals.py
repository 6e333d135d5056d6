"""Which other software in a page is told of the decision, and in whose words.

Values only: knows no vendor's calls and no page. All of it is off until a policy turns it on by name.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from consentkit.policy.base import Declared

# Google, "Consent mode overview", advanced: the tags load at once, and while consent is denied they send pings without
# cookies. What loads them, and where those pings go; a frame for browsers without scripts is not among them.
_TAGS = ("www.googletagmanager.com/gtag/js", "www.googletagmanager.com/gtm.js")
_PINGS = (
    *("www.googletagmanager.com/gtag/", "www.googletagmanager.com/a?", "www.googletagmanager.com/td?"),
    *("google-analytics.com/g/collect", "analytics.google.com/g/collect"),
    *("www.google.com/ccm/collect", "pagead2.googlesyndication.com/ccm/collect"),
)


_File = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
_Listed = Annotated[int, Field(ge=1, le=65535)]
Ground = Literal["nothing", "consent", "interest"]


class Restriction(Declared):
    """What vendors may do less here than the list says: a purpose not at all, or on one ground alone.

    It is for those of `vendors`, or for all for whom it can mean anything.
    """

    purpose: Annotated[int, Field(ge=1, le=24)]
    allow: Ground
    vendors: Annotated[tuple[_Listed, ...], Field(max_length=300)] = ()


class Tcf(Declared):
    """That the site is a registered CMP of IAB Europe's framework: its number, and the list of vendors it shows.

    `vendors` are those of the list that the site works with. The files are relative to the policy's; `translations` are
    the official words in other languages ("purposes-de.json"). `declared` is not the owner's to write: when the app
    starts it is filled in with what each vendor asks for by the list of that day, as marks (signals/tcf/said.py).
    """

    # 0 and 1 are nobody's: only IAB Europe gives the numbers out.
    cmp_id: Annotated[int, Field(ge=2, le=4095)]
    cmp_version: Annotated[int, Field(ge=0, le=4095)] = 1
    vendors: Annotated[tuple[_Listed, ...], Field(min_length=1, max_length=300)]
    restrictions: Annotated[tuple[Restriction, ...], Field(max_length=100)] = ()
    declared: SkipJsonSchema[dict[_Listed, tuple[str, ...]] | None] = None
    publisher_country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    vendor_list: _File | None = None
    translations: dict[Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")], _File] = Field(
        default_factory=dict
    )


class Signalling(Declared):
    """Who is told. `google = "advanced"` also lets Google's tags load, and send pings, before anybody has consented."""

    google: Literal["basic", "advanced"] | None = None
    uet: bool = False
    clarity: bool = False
    meta: bool = False
    tiktok: bool = False
    # For the site's own software: entries in Google Tag Manager's queue, and an event of the document on every page.
    data_layer: bool = False
    event: bool = False
    # The IAB's strings for advertising: one section for all of the United States, or each state's own; and Europe's.
    gpp: Literal["national", "states"] | None = None
    tcf: Tcf | None = None

    @property
    def spared_tags(self) -> tuple[str, ...]:
        """What a page may load without consent, as "host/path"."""
        return _TAGS if self.google == "advanced" else ()

    @property
    def spared(self) -> tuple[str, ...]:
        """The same, and what that may ask."""
        return _TAGS + _PINGS if self.google == "advanced" else ()
