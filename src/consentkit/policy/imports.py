"""What another tool had asked, and what of ours that is: a rule of the owner's for each tool that was there before.

Knows names only; how each tool writes its cookie is `consentkit.foreign`'s to know.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from consentkit.policy.base import Declared

Tool = Literal["onetrust", "cookiebot", "vanilla-cookieconsent", "klaro", "tarteaucitron", "django-cookie-consent"]
# As each tool names its cookies where its owner says nothing else: the one with the choice first.
COOKIES: dict[Tool, tuple[str, ...]] = {
    "onetrust": ("OptanonConsent", "OptanonAlertBoxClosed"),
    "cookiebot": ("CookieConsent",),
    "vanilla-cookieconsent": ("cc_cookie",),
    "klaro": ("klaro",),
    "tarteaucitron": ("tarteaucitron",),
    "django-cookie-consent": ("cookie_consent",),
}

Name = Annotated[str, StringConstraints(min_length=1, max_length=128)]


class Import(Declared):
    """`map` says for each of their categories or services which category or vendor of ours it is.

    `vendors` (ids) and `cookies` (names) are those of ours for which their notice asked already: what is declared
    beside them is asked for anew. Their cookie is dropped once it is read, unless `keep_cookie`.
    """

    tool: Tool
    map: Annotated[dict[Name, Name], Field(min_length=1, max_length=200)]
    vendors: Annotated[tuple[Name, ...], Field(max_length=1000)] = ()
    cookies: Annotated[tuple[Name, ...], Field(max_length=1000)] = ()
    cookie: Annotated[str, StringConstraints(pattern=r"^[!#$%&'+.^_`|~0-9A-Za-z-]{1,128}$")] | None = None
    keep_cookie: bool = False

    @property
    def cookie_names(self) -> tuple[str, ...]:
        """The cookie with the choice, and those that belong to it."""
        first, *others = COOKIES[self.tool]
        return self.cookie or first, *others
