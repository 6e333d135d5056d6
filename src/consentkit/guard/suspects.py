r"""Where in these bytes could a tracker be named? A cheap look, so that only the tags around such places are read.

Knows bytes, a set of host names and the spellings by which a URL in HTML or in a script can name a host without its
bytes: references, escapes, backslashes, percent signs, tabs and line ends, letters that fold into others. Names a place
too many rather than one too few: a place only means that the tag or script around it is judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

# It begins where a name begins, and nowhere within: else a long word without a dot is read again from every letter.
_NAME = re.compile(rb"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)++")
_LONGEST_NAME = 253  # RFC 1035 §2.3.4
# What may be a host, up to where it surely ends, and one more sign if that is odd: what ends a user's name, a percent
# sign, a letter that folds, a line end within, and behind plain slashes a style sheet's backslash.
_HOST = rb"([^/?#\t\n\f\r \"'<>\\@%\x80-\xff]*+(?:[@%\x80-\xff]|[\t\n\r]+[A-Za-z0-9._:@%\x80-\xff-]"
_ODD = re.compile(rb"[\\@%\x80-\xff\t\n\r]|&[A-Za-z]{1,2}(?:acute|grave|uml|circ|lig|slash|tilde|cedil|ring)")
_AFTER_SLASHES = re.compile(rb"///*+" + _HOST + rb"|\\)?+)")
_AFTER_BACKSLASH = re.compile(rb"\\[/\\]*+" + _HOST + rb")?+)")  # browsers read it as a slash, scripts as nothing
# Browsers drop tabs and line ends from between slashes, and style sheets an escaped line end.
_BROKEN = re.compile(rb"/[\t\n\r]++[/\\]")
_BROKEN_BY_LINES = re.compile(rb"/\n\n*+[/\\]")  # nearly twice as quick: two bytes to look for
_BROKEN_BEHIND_BACKSLASH = re.compile(rb"\\(?:[\t\n\r\f]++[/\\]|(?<=/\\)0*[9aAdD][^0-9a-fA-F])")
_SCRIPT = re.compile(rb"(?i:<script)[\t\n\f\r />]")
_SCRIPT_END = re.compile(rb"(?i:</script)")
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
# "https:host" and "https:/host" name hosts on an http page; what is in a data: URL may be in base64, but pictures and
# fonts fetch nothing; in a javascript: URL it may be percent-encoded. Colons are many: the letter before one tells most
# of them at once.
_ODD_SCHEME = re.compile(
    rb":(?<=[pPsSaAtT]:)(?i:(?:(?<=http:)|(?<=https:))(?:/(?!/)|(?=[^/\\ \f\"'<>&]))"
    rb"|(?<=data:)(?!image/(?:png|gif|jpe?g|webp|avif|x-icon)[;,]|(?:application/)?font)"
    rb"|(?<=script:)(?!void\(0\)|;?[\"'\s>]))"
)
# Browsers drop tabs and line ends from within a scheme, too. A pattern for each: what begins with one byte, and not
# with a choice or a look behind, is searched for by that byte.
_BROKEN_SCHEMES = {mark: re.compile(mark + rb"[A-Za-z\t\n\r]{0,30}+:") for mark in (b"\n", b"\t", b"\r")}
_BEFORE_IT = 1000
_SCHEMES = (b"http:", b"https:", b"ws:", b"wss:", b"data:", b"javascript:")
_HANDLER = re.compile(rb"on(?<=[\s\"'/]on)[a-z]{3,}+\s*+=")  # in a page in small letters
_MEMO = 10_000
_LONGEST = 256  # of what is remembered; a host's name has no more letters (RFC 1035 §2.3.4)
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
            found += _all(_ESCAPED, page) + _all(_BROKEN_BEHIND_BACKSLASH, page)
            found += self._places(_AFTER_BACKSLASH, page)
        if b":script" in page or _HANDLER.search(page.lower()):
            found += self._places(_QUOTED, page)  # what runs stands elsewhere, too
        if self._own:
            found += self._on_own_host(page)
        return sorted(found)

    def _on_own_host(self, page: bytes) -> list[int]:
        found = [place for path in self._own for place in _all_of(path, page)]
        # As a browser reads it: where that shows one more, any tag may be the one.
        plain = page.translate(None, b"\t\n\r").replace(b"\\", b"/")
        return found if sum(map(plain.count, self._own)) == len(found) else list(_all_of(b"<", page))

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

    def _places(self, hosts: re.Pattern[bytes], page: bytes) -> list[int]:
        suspect = {host for host in set(hosts.findall(page)) if self._is_suspect(host)}
        return [m.start() for m in hosts.finditer(page) if m[1] in suspect] if suspect else []

    def _is_suspect(self, host: bytes) -> bool:
        suspect = self._memo.get(host)
        if suspect is None:
            names = map(bytes.decode, _NAME.findall(host.lower()))
            suspect = _ODD.search(host) is not None or any(map(self._look, names))
            if len(host) <= _LONGEST:
                if len(self._memo) >= _MEMO:
                    self._memo.clear()
                self._memo[host] = suspect
        return suspect

    def _look(self, host: str) -> bool:
        host = host[-_LONGEST_NAME:]
        while host:
            if self._listed(host):
                return True
            host = host.partition(".")[2]
        return False


def _hidden(page: bytes) -> Iterator[int]:
    """Where a host could be named in a spelling that a search by name misses."""
    yield from _all(_BROKEN if b"\t" in page or b"\r" in page else _BROKEN_BY_LINES, page)
    # Python's search for a pattern reads every byte one by one; for one byte the C library's does not.
    if b"&" in page:
        yield from _all(_HIDING_REFERENCE, page)
    if b":" in page:
        yield from _all(_ODD_SCHEME, page)
        yield from _broken_schemes(page)
    if b"@" in page:
        yield from _users(page)


def _broken_schemes(page: bytes) -> Iterator[int]:
    for mark, broken in _BROKEN_SCHEMES.items():
        for m in broken.finditer(page) if mark in page else ():
            before = page[max(0, m.start() - _BEFORE_IT) : m.end()]
            if before.translate(None, b"\t\n\r").lower().endswith(_SCHEMES):
                yield m.start()


def _users(page: bytes) -> Iterator[int]:
    """Slashes with an "@" behind them: a user's name may hold anything but a slash, and the host stands behind it."""
    start, at = 0, page.find(b"@")
    while at >= 0:
        slash = page.rfind(b"/", start, at)
        if slash > 0 and page[slash - 1] in b"/\\":
            yield slash - 1
        elif (backslash := page.rfind(b"\\", max(start, slash), at)) >= 0:
            yield backslash
        start, at = at, page.find(b"@", at + 1)


def _all(spelling: re.Pattern[bytes], page: bytes) -> list[int]:
    return [m.start() for m in spelling.finditer(page)]


def _all_of(needle: bytes, page: bytes) -> Iterator[int]:
    at = page.find(needle)
    while at >= 0:
        yield at
        at = page.find(needle, at + 1)
