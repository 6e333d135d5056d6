"""What a browser makes of the text of an attribute: entities decoded, URL cleaned, sources of a srcset told apart.

Knows the HTML and URL standards' text rules; not trackers, not elements. Where a browser's answer depends on the page
("https:host" is a host on an http page), the reading that names a host is taken, so that a judge gets to see it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from html.entities import html5
from urllib.parse import unquote, unquote_to_bytes, urljoin

from consentkit.guard.charset import charset_for

_REFERENCE = re.compile(r"&(?:#(?:[0-9]+|[xX][0-9a-fA-F]+);?|([A-Za-z][A-Za-z0-9]*);?(=?))")
_STRIPPED = "".join(map(chr, range(0x21)))  # "leading or trailing C0 control or space"
_AWAY = str.maketrans("", "", "\t\n\r")  # "remove all ASCII tab or newline"
_PLAIN = re.compile(rb"(?:(?:https?:)?//[a-z0-9.-]++(?::[0-9]++)?(?=[/?#]|\Z)|/(?!/))[!-%'-\[\]-~]*+\Z")
_NETWORK = re.compile(r"(?:(https?|wss?|ftp):[/\\]*|[/\\]{2,})([^/\\?#]*)([^?#]*)(.*)\Z", re.I | re.S)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_REFRESH = re.compile(r"\s*(?:\d+[\d.]*|\.[\d.]*)\s*[;,\s]\s*(?:url\s*=\s*)?(?:\"([^\"]*)|'([^']*)|(.*))", re.I | re.S)
# The "data: URL processor" (Fetch §6): the last of the parameters may say how the bytes are written.
_BASE64 = re.compile(r";[ ]*base64[ ]*\Z", re.I)
_CHARSET = re.compile(r";\s*charset=\"?([^;\"]*)", re.I)
_HTML_SPACE = " \t\n\f\r"
# With the dot that may end it.
_LONGEST_LABEL, _LONGEST_HOST = 63, 254


def attribute_text(raw: bytes) -> str:
    """The value of an attribute as the tokenizer decodes it ("named character reference state", in attributes)."""
    text = raw.decode("utf-8", "replace")
    return reference_text(text) if "&" in text else text


def reference_text(text: str) -> str:
    """Text with its character references decoded as they are in an attribute."""
    return _REFERENCE.sub(_decoded, text)


def browser_url(text: str, base: str = "") -> str:
    """The URL a browser would resolve this text to, as far as the text alone decides it."""
    text = text.strip(_STRIPPED).translate(_AWAY)
    network = _NETWORK.match(text)
    if network:
        scheme, host, path, rest = network.groups()
        text = f"{scheme.lower() + ':' if scheme else ''}//{_host(host)}{path.replace(chr(92), '/')}{rest}"
    elif "\\" in text and not _SCHEME.match(text):
        head, mark, tail = text.partition("?")
        text = head.replace("\\", "/") + mark + tail
    return _resolved(base, text) if base and not _SCHEME.match(text) else text


def plain_url(raw: bytes, base: str = "") -> str:
    """`browser_url` of an attribute's bytes, with a short way for a value in which nothing is special."""
    if not base and _PLAIN.match(raw):
        return raw.decode("ascii")
    return browser_url(attribute_text(raw), base)


def srcset_urls(text: str) -> Iterator[str]:
    """The URLs of a srcset ("parse a srcset attribute"): a comma inside a URL or parentheses does not separate."""
    pos = 0
    while pos < len(text):
        while pos < len(text) and text[pos] in _HTML_SPACE + ",":
            pos += 1
        start = pos
        while pos < len(text) and text[pos] not in _HTML_SPACE:
            pos += 1
        url = text[start:pos]
        if url.rstrip(","):
            yield url.rstrip(",")
        if not url.endswith(","):
            pos = _descriptors_end(text, pos)


def refresh_urls(text: str) -> Iterator[str]:
    """Where a refresh leads ("shared declarative refresh steps")."""
    if found := _REFRESH.match(text):
        yield found[1] or found[2] or found[3] or ""


def data_kind(url: str) -> str:
    """The media type that a data: URL names, without its parameters."""
    return url[len("data:") : max(0, url.find(","))].partition(";")[0].strip().lower()


def data_text(url: str) -> str:
    """The text inside a data: URL, in the encoding in which a browser reads it."""
    head, _, payload = url.partition(",")
    data = unquote_to_bytes(payload)
    try:
        data = b64decode(data + b"==") if _BASE64.search(head) else data
    except Base64Error:
        return payload
    named = _CHARSET.search(head)
    charset = charset_for(named[1].strip().lower() if named else "", data, final=True)
    return (charset.decode(data, final=True) if charset else data).decode("utf-8", "replace")


def _decoded(match: re.Match[str]) -> str:
    """One character reference; without its semicolon a name counts only when no "=" or letter follows."""
    name = match[1]
    if name is None or (name + ";" in html5 and match[0].endswith(";")):
        return html.unescape(match[0])
    if match[0].endswith(";") or not match[2]:
        return html5[name] + match[0][1 + len(name) :] if name in html5 else match[0]
    return match[0]


def _host(text: str) -> str:
    """A host as the URL standard's host parser maps it: no user name, percent-decoded, folded to plain letters."""
    host = text.rpartition("@")[2]
    if "%" in host:
        host = unquote(host)
    if not host.isascii():
        folded = unicodedata.normalize("NFKC", host).replace("。", ".")
        host = "".join(c for c in folded if unicodedata.category(c) != "Cf")
        host = ".".join(map(_to_ascii, host.lower().split(".")))
    return host.lower()[-_LONGEST_HOST:]


def _resolved(base: str, text: str) -> str:
    """A relative address made whole. Where either is no address ("https://[x"), no browser asks anybody for it."""
    try:
        return urljoin(base, text)
    except ValueError:
        return text


def _to_ascii(label: str) -> str:
    """A label of a host's name as it goes over the wire (IDNA, RFC 3490 §4.1, after the mapping)."""
    # No browser asks for a longer one (RFC 1035 §2.3.4), and the codec takes the square of its length.
    short = len(label) <= _LONGEST_LABEL
    return "xn--" + label.encode("punycode").decode("ascii") if short and not label.isascii() else label


def _descriptors_end(text: str, pos: int) -> int:
    depth = 0
    while pos < len(text):
        if text[pos] == "(":
            depth += 1
        elif text[pos] == ")":
            depth = 0
        elif text[pos] == "," and not depth:
            return pos + 1
        pos += 1
    return pos


def absolute(href: bytes) -> str:
    """A base as a URL, or "" when it is relative and only the page's own address could complete it."""
    url = plain_url(href)
    return url if re.match(r"(?:https?:)?//", url) else ""
