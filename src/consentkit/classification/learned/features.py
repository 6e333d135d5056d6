"""What can be seen of a cookie, as words a model may weigh. Does not know what any of them means.

A value is looked at for its shape only, and is in none of the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from consentkit.catalog import bare_name, find_hint

_LONGEST = 64
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_DIGITS = re.compile(r"[0-9]+")
_DAY = 86400
# Up to how many seconds a cookie lives, and what that is called.
_LIVES = (
    (0, "session"),
    (1800, "minutes"),
    (_DAY, "hours"),
    (8 * _DAY, "week"),
    (32 * _DAY, "month"),
    (190 * _DAY, "half"),
    (366 * _DAY, "year"),
    (400 * _DAY, "13mo"),
)
SHAPES = (
    ("empty", re.compile(r"")),
    ("flag", re.compile(r"(?i:true|false|yes|no|on|off|accepted|declined|allow|deny|dismiss|[01])")),
    ("tongue", re.compile(r"[a-z]{2}([-_][A-Z]{2})?")),
    ("money", re.compile(r"[A-Z]{3}")),
    ("uuid", re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")),
    ("stamp", re.compile(r"1[0-9]{9}([0-9]{3})?")),
    ("stamped", re.compile(r".*[.!_|-]1[0-9]{9}([0-9]{3})?([.!_|-].*)?")),
    ("number", re.compile(r"[0-9.,]+")),
    ("token", re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")),
    ("structure", re.compile(r"[{\[].*|%7[Bb].*|%5[Bb].*")),
    ("link", re.compile(r"(https?|//|https?%3[Aa]).*")),
    ("pairs", re.compile(r"[^=&]+=[^&]*(&.*)?")),
    ("hex", re.compile(r"[0-9a-fA-F]{16,}")),
    ("opaque", re.compile(r"[\w%+/=.~-]{20,}")),
    ("words", re.compile(r"[A-Za-z][A-Za-z _-]{2,}")),
)


class Traits(NamedTuple):
    """What is known of one cookie beside its name. `lifetime` in seconds, 0 for a session; None where it is unsaid.

    `party` is "first" where the site's own domain sets it, "third" where another does, empty where nobody said.
    """

    domain: str = ""
    lifetime: int | None = None
    http_only: bool = False
    secure: bool = False
    same_site: str = ""
    value: str | None = None
    party: str = ""


def features(name: str, traits: Traits) -> Iterator[str]:
    """The words; some come twice."""
    return described(name, traits, None if traits.value is None else shape(traits.value))


def described(name: str, traits: Traits, value_shape: str | None) -> Iterator[str]:
    """The same of a cookie of whose value only the shape is known."""
    name = bare_name(name)[:_LONGEST]  # "__Secure-" is a promise about the connection, and says nothing of a purpose
    yield from _of_name(name)
    yield from _of_convention(name)
    if traits.party != "first":  # what a site calls itself says nothing of its cookies
        yield from _of_domain(traits.domain)
    flags = "+http-only" if traits.http_only else ""
    yield f"p:{traits.party}{flags}"
    yield f"r:{_life(traits.lifetime)}"
    if flags:
        yield "a:http-only"
    if value_shape:
        yield f"v:{value_shape}"


def _of_name(name: str) -> Iterator[str]:
    words = [word.lower() for word in _WORD.findall(name) if not word.isdigit()]
    for word in words:
        yield f"w:{word}"
    if words:
        yield f"b:{words[0]}"
        yield f"e:{words[-1]}"
    yield f"m:{re.match('[^0-9A-Za-z]*', name)[0][:2]}"  # type: ignore[index]
    yield "n:none" if not words else f"n:{min(len(words), 4)}"
    yield "c:" + ("upper" if name.isupper() else "lower" if name.islower() else "mixed")
    if any(char.isdigit() for char in name):
        yield "c:digit"
    yield f"l:{min(len(name), 24) // 3}"
    yield from _parts("g", _DIGITS.sub("0", name.lower()), (3, 4, 5))


def _of_convention(name: str) -> Iterator[str]:
    """What such a name usually means; only where it is no vendor's."""
    hint = find_hint(name)
    if hint is not None and not hint.vendor:
        yield f"h:{hint.category}"
        yield f"u:{hint.use}"


def _of_domain(domain: str) -> Iterator[str]:
    labels = domain.strip(".").split(".")
    for label in labels[:-1]:
        for word in (word.lower() for word in _WORD.findall(label) if not word.isdigit()):
            yield f"d:{word}"
            yield from _parts("k", word, (3, 4))


def _parts(mark: str, word: str, sizes: tuple[int, ...]) -> Iterator[str]:
    plain = f"^{word}$"
    for size in sizes:
        for start in range(len(plain) - size + 1):
            yield f"{mark}:{plain[start : start + size]}"


def _life(seconds: int | None) -> str:
    if seconds is None:
        return "unsaid"
    return next((name for longest, name in _LIVES if seconds <= longest), "longer")


def shape(value: str) -> str:
    """What a value looks like; nothing of what it says."""
    return next((name for name, form in SHAPES if form.fullmatch(value[:512])), "other")
