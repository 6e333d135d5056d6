"""Set-Cookie lines in a Django response, taken out and put back without damage.

Knows Django's `response.cookies`; not which cookie may leave.

Django writes one header for each Morsel in that mapping, and keys the mapping by name, so `set_cookie` cannot make a
browser forget a cookie at several paths and domains: that takes several lines of one name. But the handlers write the
mapping's values and never look at its keys. So a further line of a name goes under a key of its own, as a Morsel that
prints exactly the line it was given. The first line of a name has the name as its key: tests find it where they look.
"""

from __future__ import annotations

from collections.abc import Iterable
from http.cookies import Morsel, SimpleCookie

from django.http.response import HttpResponseBase


class Line(Morsel[str]):
    """A Set-Cookie line that is printed as it came."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self._line = line
        name, _, rest = line.partition("=")
        value = rest.partition(";")[0]
        # Morsel.set refuses names such as "path", which browsers send and we must be able to expire.
        self.__setstate__({"key": name, "value": value, "coded_value": value})  # type: ignore[attr-defined]

    def OutputString(self, attrs: object = None) -> str:
        return self._line


def read_cookies(response: HttpResponseBase) -> list[bytes]:
    """The lines as they would go out."""
    return [morsel.OutputString().encode("latin-1") for morsel in response.cookies.values()]


def write_cookies(response: HttpResponseBase, lines: Iterable[bytes]) -> None:
    """Make these the response's lines; those that were there before stay Django's own Morsels."""
    before = {morsel.OutputString(): (key, morsel) for key, morsel in response.cookies.items()}
    after: SimpleCookie = SimpleCookie()
    for line in (line.decode("latin-1") for line in lines):
        key, morsel = before.pop(line, None) or (line.partition("=")[0], Line(line))
        dict.__setitem__(after, key if key not in after else f"{key} {len(after)}", morsel)
    response.cookies = after
