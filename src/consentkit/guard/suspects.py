r"""Where in these bytes could a tracker be named? A cheap look, so that only the tags around such places are read.

Knows bytes, a set of host names and the spellings by which a URL in HTML or in a script can name a host without its
bytes: references, escapes, backslashes, percent signs, tabs and line ends, letters that fold into others. Names a place
too many rather than one too few: a place only means that the tag or script around it is judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

_NAME = rb"([A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)++)"
_AFTER_SLASHES = re.compile(rb"//" + _NAME)
_AFTER_BACKSLASH = re.compile(rb"\\[/\\]*+" + _NAME)  # which browsers read as a slash, and scripts as nothing
_SCRIPT = re.compile(rb"<[sS][cC][rR][iI][pP][tT][\t\n\f\r />]")
_SCRIPT_END = re.compile(rb"</[sS][cC][rR][iI][pP][tT]")
# In a script the scheme may stand in another string: 'https://' + 'cdn.example.com', or 'www' + '.example.com'.
_QUOTED = re.compile(rb"""["'`]\.?([a-zA-Z0-9_-]++\.[a-zA-Z0-9._-]++)""")

# References that stand for no letter, digit or sign of a host name, and for nothing a browser drops from one.
_HARMLESS = (
    rb"(?:amp|nbsp|lt|gt|quot|apos|copy|reg|laquo|raquo|lsaquo|rsaquo|mdash|ndash|lsquo|rsquo|ldquo|rdquo|hellip"
    rb"|middot|bull|times|euro|pound|rarr|larr|szlig|oslash|[nN]tilde|[cC]cedil|[aA]ring"
    rb"|[aeiouAEIOU](?:acute|grave|uml|circ)"
    rb"|#(?:0*3[489]|6[02]|1(?:6[0-9]|71|74|87)|2[0-5][0-9]|82(?:1[0-9]|2[0-7]|30)"
    rb"|[xX](?:0*2[267]|0*3[cCeE]|0*[aA]0|0*[aA][bB]|0*[bB][bB]|201[0-9c-dC-D]|2022|2026));)"
)
# A document in an attribute has references in references: "&amp;#47;" is "/".
_HIDING_REFERENCE = re.compile(
    rb"&(?:(?:amp|#0*38|#[xX]0*26);(?=#|[A-Za-z][A-Za-z0-9]*+;)"
    rb"|(?!" + _HARMLESS + rb")(?:#|[A-Za-z][A-Za-z0-9]*+;|shy|ord[fm]|sup[123]|frac))"
)
_ESCAPED = re.compile(rb"\\(?:u\{?|x)?0*(?:2[dDeEfF]|3[0-9aA]|[46][1-9a-fA-F]|[57][0-9aA])")
# Slashes with a line end between them; a host cut by one or by a style sheet's backslash; one with a user name, a
# percent sign or a letter that folds.
_ODD_HOST = re.compile(
    rb"/(?:[\t\n\r]+[/\\]"
    rb"|/[^/?#\\@%\x80-\xff\t\n\f\r \"'<>]*+(?:[\\@%\x80-\xff]|[\t\n\r]+[A-Za-z0-9._:-]))"
)
# "https:host" and "https:/host" name hosts on an http page; what is in a data: URL may be in base64, and in a
# javascript: URL percent-encoded.
_ODD_SCHEME = re.compile(
    rb":(?:(?:(?<=http:)|(?<=https:)|(?<=HTTP:)|(?<=HTTPS:))(?:/(?!/)|(?=[A-Za-z0-9%]))"
    rb"|(?:(?<=data:)|(?<=DATA:))(?=[a-zA-Z])[^,\"'\s>]{0,60}(?:script|html|css|xml)"
    rb"|(?<=[sS][cC][rR][iI][pP][tT]:)[^\"'>]{0,2000}%)"
)
_MEMO = 10_000
_ROOM = 2**21


class Suspects:
    """Looks for hosts for which `listed(name)` is true, or of which a parent is listed.

    `paths` are addresses on the site's own host that are declared for a vendor: they need no host to be named.
    """

    def __init__(self, listed: Callable[[str], bool], paths: Iterable[str] = ()) -> None:
        self._listed = listed
        self._own = tuple(path.encode() for path in paths)
        self._memo: dict[bytes, bool] = {}
        self._scripts: dict[bytes, tuple[int, ...]] = {}
        self._room = _ROOM

    def __call__(self, page: bytes) -> list[int]:
        """The places, in order. None of them is before the beginning of the tag or script that it makes suspect."""
        found = [*self._places(_AFTER_SLASHES, page), *self._in_scripts(page), *_hidden(page)]
        if b"\\" in page:
            found += (m.start() for m in _ESCAPED.finditer(page))
            found += self._places(_AFTER_BACKSLASH, page)
        for path in self._own:
            found += _all_of(path, page)
        return sorted(found)

    def _in_scripts(self, page: bytes) -> Iterator[int]:
        end = 0
        for opening in _SCRIPT.finditer(page):
            if (start := opening.end()) >= end:
                ending = _SCRIPT_END.search(page, start)
                end = ending.start() if ending else len(page)
                if page.find(b"<!--", start, end) >= 0:
                    end = len(page)  # "script data escaped state": who knows which end tag counts
                yield from (start + at for at in self._in_script(page[start:end]))

    def _in_script(self, text: bytes) -> tuple[int, ...]:
        """The same few scripts stand on every page of a site: what was found in one is remembered."""
        found = self._scripts.get(text)
        if found is None:
            found = tuple(self._places(_QUOTED, text))
            self._room -= len(text)
            if self._room < 0:
                self._scripts.clear()
                self._room = _ROOM - len(text)
            if self._room >= 0:
                self._scripts[text] = found
        return found

    def _places(self, names: re.Pattern[bytes], page: bytes) -> list[int]:
        known = {name for name in set(names.findall(page)) if self._known(name)}
        return [m.start() for m in names.finditer(page) if m[1] in known] if known else []

    def _known(self, name: bytes) -> bool:
        known = self._memo.get(name)
        if known is None:
            known = self._look(name.decode("ascii").lower().strip("."))
            if len(self._memo) >= _MEMO:
                self._memo.clear()
            self._memo[name] = known
        return known

    def _look(self, host: str) -> bool:
        while host:
            if self._listed(host):
                return True
            host = host.partition(".")[2]
        return False


def _hidden(page: bytes) -> Iterator[int]:
    """Where a host could be named in a spelling that a search by name misses."""
    for spelling in (_HIDING_REFERENCE, _ODD_HOST, _ODD_SCHEME):
        if spelling.search(page):
            yield from (m.start() for m in spelling.finditer(page))


def _all_of(needle: bytes, page: bytes) -> Iterator[int]:
    at = page.find(needle)
    while at >= 0:
        yield at
        at = page.find(needle, at + 1)
