r"""Which inline scripts load a tracker.

Knows the text of one script and nothing of the page, the trackers or the policy. The rule:

1. The script loads something: it creates elements, writes into the document, sets a source or a `url()`, imports,
   fetches, sends beacons, or inserts nodes (`loads`). A script that only queues calls, as gtag's configuration does,
   loads nothing.
2. And a string in it names a host (`snippet_urls`) for which the judge, given host and path, has a label. Named is a
   host by `https://host/path`, `//host/path`, `://host/path`, `host.tld/path` or `.host.tld/path` at the beginning of a
   string (the halves of split addresses), the first three also after `=`, `}` or `url(` (markup that is written,
   templates, CSS).

Slashes and letters escaped for a script (`\/`, `\u002f`, `\x2f`) or percent-encoded are read as what they stand for.
Names assembled letter by letter, or decoded from base64, are not found: the Content-Security-Policy stops those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LOADERS = frozenset(
    ("createElement", "appendChild", "insertBefore", "insertAdjacent", "document.write", "innerHTML", "outerHTML")
) | {"new Image", "fetch(", "sendBeacon", "XMLHttpRequest", "import(", "importScripts", "EventSource", "WebSocket"}
_LOADERS |= {"url(", "Worker(", "getScript", "createContextualFragment", "replaceWith", "replaceChildren"}
_LOADING_PROPERTY = re.compile(r"\.\s*(?:src(?:set|doc)?\b|(?:append|prepend|after|before|load|ajax|write|fetch)\s*\()")
_LOADING_WORD = re.compile(r"(?:\bimport\b|\bfrom\s*[\"']|\bfetch\b|\bImage\b|[\"']src(?:set|doc)?[\"'])")
_WORDS = ("import", "from", "fetch", "Image", "src")
_ESCAPE = re.compile(r"\\(?:u\{0*([0-7][0-9a-fA-F])\}|u00([0-7][0-9a-fA-F])|x([0-7][0-9a-fA-F])|/)")
_PERCENT = re.compile(r"%(2[dDeEfF]|3[aA])")
_HOST = r"(?:[A-Za-z0-9_][A-Za-z0-9_-]*+\.)++[A-Za-z][A-Za-z0-9-]*+"
_PATH = r"[^\s\"'`<>\\)]*+"
_AFTER_SLASHES = re.compile(rf"//({_HOST}(?::\d+)?{_PATH})")
_BEFORE_SLASHES = re.compile(r"(?:[\"'`=}]|url\()\s{0,3}(?:(?:https?|wss?)?:)?\Z", re.I)
_AFTER_QUOTE = re.compile(rf"[\"'`]\.?({_HOST}(?:[/?:]{_PATH})?)(?=[\s\"'`<>\\)])")


def loads(text: str) -> bool:
    """Does anything in this script make a browser load something?"""
    if any(word in text for word in _LOADERS) or _LOADING_PROPERTY.search(text):
        return True
    return any(word in text for word in _WORDS) and _LOADING_WORD.search(text) is not None


def snippet_urls(text: str) -> Iterator[str]:
    """Every address a string of this script names, as `//host/path`, each once."""
    text = _readable(text)
    named = [
        m[1] for m in _AFTER_SLASHES.finditer(text) if _BEFORE_SLASHES.search(text, max(0, m.start() - 10), m.start())
    ]
    named += _AFTER_QUOTE.findall(text)
    for address in dict.fromkeys(named):
        yield "//" + address


def _readable(text: str) -> str:
    """The script with escapes read that could hide an address; a slash never needs one."""
    if "\\" in text:
        text = _ESCAPE.sub(lambda m: chr(int(m[1] or m[2] or m[3] or "2f", 16)), text)
    if "%" in text:
        text = _PERCENT.sub(lambda m: chr(int(m[1], 16)), text)
    return text
