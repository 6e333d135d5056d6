"""Header lines that make a browser ask a third party, taken out where that is a tracker without consent.

Knows a response's head and a judge of URLs; not the body, nor who asks. Of several values in one line only the
tracker's goes, and the others stay byte for byte. `Location` is not looked at: where an app sends its visitor is the
app's own act. What cannot be parsed goes out only if it names no tracker at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from consentkit.guard.fetching import Judge
from consentkit.guard.urls import browser_url, srcset_urls
from consentkit.http import Header, ResponseHead

# Of what may stand in a Link header, all for which some browser asks at once, or later (RFC 8288, HTML §4.6.7).
_FETCHED = frozenset(
    (
        "apple-touch-icon",
        "compression-dictionary",
        "dns-prefetch",
        "icon",
        "manifest",
        "modulepreload",
        "payment-method-manifest",
        "preconnect",
        "prefetch",
        "preload",
        "prerender",
        "stylesheet",
    )
)
# One value of a list: commas within quotes and angle brackets belong to it (RFC 9110 §5.6.4, RFC 8288 §3).
_VALUE = re.compile(rb'(?:"(?:\\.|[^"\\])*(?:"|\Z)|<[^>]*(?:>|\Z)|[^",<])+', re.S)
_TARGET = re.compile(rb"<([^>]*)>?")
# Read one after the other, as what stands in one's quotes is no other's (RFC 8288 §3).
_PARAMETER = re.compile(rb';\s*([^\s=;,"]+)\s*(?:=\s*(?:"((?:\\.|[^"\\])*)"|([^\s;,"]*)))?')
_QUOTED_PAIR = re.compile(rb"\\(.)", re.S)
_QUOTED = re.compile(rb'"((?:\\.|[^"\\])*)"?')
_URL = re.compile(rb"(?:https?:)?[/\\]{2}[^\s\"'<>,;]+", re.I)
# HTML §7.4.5, "shared declarative refresh steps".
_REFRESH = re.compile(
    r"[\t\n\f\r ]*[0-9.]+(?:[\t\n\f\r ]*[;,]|[\t\n\f\r ])[\t\n\f\r ]*(?:url[\t\n\f\r ]*=[\t\n\f\r ]*)?"
    r"(?:\"([^\"]*)|'([^']*)|(.*))",
    re.I | re.S,
)
_REPORT_URI = re.compile(rb"(^|[;,])(\s*report-uri)(\s[^;,]*)", re.I)

_JSON = json.JSONDecoder()
_FORGET = {
    "max_age": 0,
    "endpoints": (),
}  # Network Reporting §3.1: an age of 0 takes the group out of a browser's cache


class HeldHeader(NamedTuple):
    """A value that did not leave: under which name, and for whom it was, as "category vendor"."""

    name: str
    label: str


Reader = Callable[[bytes, Judge], tuple[bytes, list[str]]]  # what of a value may leave, and the labels of what may not


def hold_headers(head: ResponseHead, judge: Judge) -> tuple[ResponseHead, list[HeldHeader]]:
    """The response without values that would ask a tracker, and what they were."""
    held: list[HeldHeader] = []
    kept: list[Header] = []
    for name, value in head.headers:
        if reader := _READERS.get(name):
            left, labels = reader(value, judge)
            held += [HeldHeader(name.decode("ascii"), label) for label in labels]
            if not labels:
                kept.append((name, value))
            elif left:
                kept.append((name, left))
        else:
            kept.append((name, value))
    return (ResponseHead(head.status, tuple(kept)) if held else head), held


# ── one reader for each kind of value ──


def _links(value: bytes, judge: Judge) -> tuple[bytes, list[str]]:
    def urls(link: bytes) -> Iterator[bytes]:
        parameters = [(m[1].lower(), _parameter_value(m)) for m in _PARAMETER.finditer(link)]
        rels = [rel for name, text in parameters if name == b"rel" for rel in _text(text).lower().split()]
        if not rels or not _FETCHED.isdisjoint(rels):
            yield from (match[1] for match in _TARGET.finditer(link))
            yield from (
                url.encode("latin-1")
                for name, text in parameters
                if name == b"imagesrcset"
                for url in srcset_urls(_text(text))
            )

    return _without(value, urls, judge)


def _parameter_value(found: re.Match[bytes]) -> bytes:
    return (found[3] or b"") if found[2] is None else _QUOTED_PAIR.sub(rb"\1", found[2])


def _strings(value: bytes, judge: Judge) -> tuple[bytes, list[str]]:
    """A list, or a dictionary, of strings (RFC 9651 §3)."""
    return _without(value, lambda member: (match[1] for match in _QUOTED.finditer(member)), judge)


def _whole(value: bytes, judge: Judge) -> tuple[bytes, list[str]]:
    return _all_or_none(value, [value], judge)


def _refresh(value: bytes, judge: Judge) -> tuple[bytes, list[str]]:
    match = _REFRESH.match(_text(value))
    url = next((part for part in match.groups() if part is not None), "") if match else ""
    return _all_or_none(value, [url.encode("latin-1")], judge)


def _report_to(value: bytes, judge: Judge) -> tuple[bytes, list[str]]:
    """Groups of endpoints, each a JSON object. A browser keeps one for as long as it was told: it is told to forget."""
    labels, kept = [], []
    try:
        for text, group in _objects(_text(value)):
            found = [label for each in group["endpoints"] if (label := judge(browser_url(each["url"])))]
            labels += found
            kept.append(json.dumps({"group": group.get("group", "default"), **_FORGET}) if found else text)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return _all_or_none(value, _URL.findall(value), judge)
    return ",".join(kept).strip().encode("latin-1"), labels


def _objects(text: str) -> Iterator[tuple[str, Any]]:
    """The values of a JSON list without its brackets, each with the text it stands in."""
    start = 0
    while start < len(text):
        value, end = _JSON.raw_decode(text, _next(text, start))
        stop = _next(text, end)
        if text[stop : stop + 1] not in ("", ","):
            raise ValueError(text[stop:])
        yield text[start:end], value
        start = stop + 1


def _next(text: str, at: int) -> int:
    """Where the blanks end."""
    return len(text) - len(text[at:].lstrip(" \t"))


def _policy(value: bytes, judge: Judge) -> tuple[bytes, list[str]]:
    """A Content-Security-Policy: where it reports to. What it allows to load asks nobody."""
    labels: list[str] = []

    def directive(match: re.Match[bytes]) -> bytes:
        urls = match[3].split()
        judged = [(url, _label(url, judge)) for url in urls]
        kept = [url for url, label in judged if label is None]
        labels.extend(label for _, label in judged if label is not None)
        if len(kept) == len(urls):
            return match[0]
        return match[1] + match[2] + b" " + b" ".join(kept) if kept else match[1].replace(b";", b"")

    return _REPORT_URI.sub(directive, value).strip(b" ;,"), labels


def _without(value: bytes, urls_of: Callable[[bytes], Iterable[bytes]], judge: Judge) -> tuple[bytes, list[str]]:
    """A list without the members of which a URL gets a label."""
    kept, labels = [], []
    for member in _VALUE.findall(value):
        found = [label for url in urls_of(member) if (label := _label(url, judge))]
        labels += found
        if not found:
            kept.append(member)
    return b",".join(kept).strip(b" \t,"), labels


def _all_or_none(value: bytes, urls: Iterable[bytes], judge: Judge) -> tuple[bytes, list[str]]:
    labels = [label for url in urls if (label := _label(url, judge))]
    return (b"" if labels else value), labels


def _label(url: bytes, judge: Judge) -> str | None:
    return judge(browser_url(_text(url).replace('\\"', '"')))


def _text(value: bytes) -> str:
    return value.decode("latin-1")


_READERS: dict[bytes, Reader] = {
    b"link": _links,
    b"refresh": _refresh,
    b"report-to": _report_to,
    b"reporting-endpoints": _strings,
    b"content-security-policy": _policy,
    b"content-security-policy-report-only": _policy,
    b"speculation-rules": _strings,
    b"sourcemap": _whole,
    b"x-sourcemap": _whole,
}
