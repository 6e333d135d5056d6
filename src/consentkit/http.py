"""HTTP as plain values: what a face hands in, what it gets back, and the few header rules we need.

Knows bytes and tuples. Does not know ASGI, WSGI, consent, or who is asking. Header names are lower-case bytes and
values the bytes of the wire; text taken from them is latin-1, as RFC 9110 §5.5 leaves it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, quote

from consentkit.once import once

Header = tuple[bytes, bytes]
Headers = tuple[Header, ...]

_MOST_LANGUAGES = 32
# A language range and its weight  RFC 4647 §2.1, RFC 9110 §12.4.2 and §12.5.4
_LANGUAGE_RANGE = re.compile(
    r"([a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)(?:[ \t]*;[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?", re.ASCII
)
# A parameter and its value; a quoted one may hold semicolons  RFC 9110 §5.6.6
_PARAMETER = re.compile(r';([^=;]*)(?:=[ \t]*(?:"((?:\\.|[^"\\])*)"[^;]*|([^;]*)))?', re.S)


class _Headed:
    """A head whose headers are looked up by name: the second look costs nothing."""

    headers: Headers

    @once
    def by_name(self) -> dict[bytes, bytes]:
        """The first value under each name."""
        return dict(reversed(self.headers))

    def header(self, name: bytes) -> bytes | None:
        """The first value under `name` (lower-case), or None."""
        return self.by_name.get(name)


class _RequestLine(NamedTuple):
    method: str
    path: str
    headers: Headers
    query: str = ""
    scheme: str = "http"
    root_path: str = ""
    client: str = ""


class RequestHead(_Headed, _RequestLine):
    """A request without its body. `path` is decoded and starts below `root_path`, the app's mount point."""

    def text(self, name: bytes) -> str:
        """The first value as text; empty where the header is missing."""
        return (self.by_name.get(name) or b"").decode("latin-1")

    def with_headers(self, headers: Headers) -> RequestHead:
        return RequestHead(self.method, self.path, headers, self.query, self.scheme, self.root_path, self.client)


class _StatusLine(NamedTuple):
    status: int
    headers: Headers


class ResponseHead(_Headed, _StatusLine):
    """A response without its body."""

    def without(self, *names: bytes) -> ResponseHead:
        return ResponseHead(self.status, tuple([h for h in self.headers if h[0] not in names]))

    def plus(self, *headers: Header) -> ResponseHead:
        return ResponseHead(self.status, self.headers + headers) if headers else self

    def replacing(self, name: bytes, value: bytes) -> ResponseHead:
        return self.without(name).plus((name, value))


class Reply(NamedTuple):
    """A whole response of our own."""

    status: int
    headers: Headers
    body: bytes = b""


def parse_cookies(head: RequestHead) -> tuple[tuple[str, str], ...]:
    """The (name, value) pairs of every Cookie header, in order, duplicates kept (RFC 6265 §5.4).

    As lenient as browsers and frameworks are: a piece without "=" is a value without a name and is dropped.
    """
    pairs = []
    for key, value in head.headers:
        if key == b"cookie":
            for piece in value.decode("latin-1").split(";"):
                name, equals, content = piece.partition("=")
                if equals and (name := name.strip(" \t")):
                    pairs.append((name, content.strip(" \t")))
    return tuple(pairs)


def media_type(content_type: bytes | None) -> tuple[str, str]:
    """A Content-Type as (type/subtype, charset), both lower-case; empty strings where not said (RFC 9110 §8.3)."""
    text = (content_type or b"").decode("latin-1").lower()
    kind, _, _ = text.partition(";")
    for name, quoted, bare in _PARAMETER.findall(text, len(kind)):
        if name.strip() == "charset":
            return kind.strip(), re.sub(r"\\(.)", r"\1", quoted) or bare.strip().strip("\"'")
    return kind.strip(), ""


def tokens(value: bytes | None) -> tuple[str, ...]:
    """A comma-separated list of tokens, lower-case (RFC 9110 §5.6.1)."""
    parts = (value or b"").decode("latin-1").lower().split(",")
    return tuple(part.strip() for part in parts if part.strip())


def directives(head: ResponseHead) -> frozenset[str]:
    """The names of all Cache-Control directives of a response (RFC 9111 §5.2)."""
    return cache_directives(tuple([value for name, value in head.headers if name == b"cache-control"]))


@lru_cache(maxsize=256)  # a site says few things
def cache_directives(lines: tuple[bytes, ...]) -> frozenset[str]:
    """The names of the directives in these values of Cache-Control.

    `private="set-cookie"` speaks of one header only, not of the response: it is left out (§5.2.2.7).
    """
    said = (token for line in lines for token in tokens(line))
    return frozenset(token.partition("=")[0].strip() for token in said if not token.startswith("private="))


@lru_cache(maxsize=256)
def merged_vary(lines: tuple[bytes, ...], names: tuple[str, ...]) -> tuple[bytes, ...]:
    """The values of Vary with `names` added, each once; "*" already says more than any name."""
    present = [token for line in lines for token in tokens(line)]
    missing = [name.encode() for name in names if name.lower() not in present]
    return lines if "*" in present or not missing else (b", ".join([*lines, *missing]),)


@lru_cache(maxsize=256)  # browsers send one of few values, on every request
def preferred_languages(value: bytes | None) -> tuple[str, ...]:
    """The tags of an Accept-Language, best first, lower-case; refused (q=0) and malformed ones left out."""
    weighed = []
    for position, token in enumerate(tokens((value or b"")[:1000])[:_MOST_LANGUAGES]):
        if (match := _LANGUAGE_RANGE.fullmatch(token)) and (quality := float(match[2] or 1)):
            weighed.append((-quality, position, match[1]))
    return tuple(tag for _, _, tag in sorted(weighed))


def local_path(value: str) -> str | None:
    """`value` if a browser can only read it as a path on this host, percent-encoded; else None.

    Browsers drop tabs and line ends inside a URL, and read a backslash as a slash (WHATWG URL §4.4), so "/\\host" and
    "/<tab>/host" leave the site: any control character, any backslash and a second leading slash are refused.
    """
    if not value.startswith("/") or value.startswith("//") or "\\" in value:
        return None
    if len(value) > 2000 or any(ord(char) < 0x20 or ord(char) == 0x7F for char in value):
        return None
    try:
        return quote(value, safe="/%:?#[]@!$&'()*+,;=-._~")
    except UnicodeEncodeError:  # half of a surrogate pair, as JSON can write it
        return None


def parse_query(query: str) -> dict[str, str]:
    """The parameters of a query string; of several with one name the last, of a malformed one nothing."""
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=20))
    except ValueError:
        return {}
