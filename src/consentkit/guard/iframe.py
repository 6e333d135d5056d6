"""What the attributes of a held iframe say of it: whether anybody sees it, where it leads, what it may do.

Knows the raw bytes of attributes; not why the frame is held, nor what stands in it meanwhile. Reads strictly: what is
not plainly a web address is none, and a style that cannot be read hides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from consentkit.guard.urls import attribute_text

# Smaller frames cannot hold a sentence and two things to press: buttons of social networks, counters, pixels.
LEAST_WIDTH, LEAST_HEIGHT = 160, 64
LONGEST_ADDRESS = 2000
# Left of or above the page by so much, a frame is put away rather than placed.
_AWAY = -500

_ADDRESS = re.compile(r"(?:https?:)?//(?P<host>[a-z0-9.-]+)(?::[0-9]+)?(?:[/?#][!#-;=?-\[\]_a-z|~]*)?", re.I)
_REFERRER_POLICIES = frozenset(
    (
        "no-referrer",
        "no-referrer-when-downgrade",
        "origin",
        "origin-when-cross-origin",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
        "unsafe-url",
    )
)
# "Rules for parsing dimension values", as far as they tell pixels from a part of the page.
_DIMENSION = re.compile(r"[ \t\n\f\r]*([0-9]+(?:\.[0-9]*)?)(%?)")
_PIXELS = re.compile(r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:px)?")
_HIDING = {"display": ("none",), "visibility": ("hidden", "collapse"), "opacity": ("0", "0%", "0.0")}


class Iframe(NamedTuple):
    """A frame as its author wrote it. `sandbox` is None where everything is allowed.

    `address` is "" where no link should lead to it; `referrer_policy` is "" where the page's own holds.
    """

    address: str
    host: str
    referrer_policy: str
    sandbox: frozenset[str] | None

    def may(self, *needs: str) -> bool:
        """Whether a document in the frame may do what needs one of these sandbox keywords."""
        return self.sandbox is None or not self.sandbox.isdisjoint(needs)

    @property
    def may_leave(self) -> bool:
        """Whether a link in the frame may take the visitor to another page."""
        return self.may("allow-top-navigation", "allow-top-navigation-by-user-activation")


def read_iframe(attributes: Mapping[bytes, bytes]) -> Iframe | None:
    """The frame with these attributes (of each name the first), or None where nobody would see what stands in it."""
    values = {name: attribute_text(attributes[name]) for name in _READ if name in attributes}
    if _is_unseen(values):
        return None
    text = values.get(b"src", "").strip(" \t\n\f\r")
    found = _ADDRESS.fullmatch(text) if len(text) <= LONGEST_ADDRESS else None
    policy = values.get(b"referrerpolicy", "").lower()
    sandbox = values.get(b"sandbox")
    return Iframe(
        text if found else "",
        found["host"].lower().strip(".") if found else "",
        policy if policy in _REFERRER_POLICIES else "",
        None if sandbox is None else frozenset(sandbox.lower().split()),
    )


_READ = (b"src", b"width", b"height", b"style", b"hidden", b"inert", b"aria-hidden", b"referrerpolicy", b"sandbox")


def _is_unseen(values: Mapping[bytes, str]) -> bool:
    """Whether the frame is hidden, put away, or too small: then what stands in it could only be stumbled upon."""
    if b"hidden" in values or b"inert" in values or values.get(b"aria-hidden", "").strip().lower() == "true":
        return True
    style = _declarations(values.get(b"style", ""))
    if any(style.get(name) in hiding for name, hiding in _HIDING.items()):
        return True
    if any((_pixels(style.get(side)) or 0) <= _AWAY for side in ("left", "top")):
        return True
    return _is_less(style, values, "width", LEAST_WIDTH) or _is_less(style, values, "height", LEAST_HEIGHT)


def _is_less(style: Mapping[str, str], values: Mapping[bytes, str], side: str, least: int) -> bool:
    """Whether a side is said to be shorter than `least` pixels. A style goes before an attribute."""
    if side in style:
        length = _pixels(style[side])
    else:
        found = _DIMENSION.match(values.get(side.encode(), ""))
        length = float(found[1]) if found and not found[2] else None
    return length is not None and length < least


def _pixels(text: str | None) -> float | None:
    found = _PIXELS.fullmatch(text or "")
    return float(found[1]) if found else None


def _declarations(style: str) -> dict[str, str]:
    """The declarations of a style attribute; of several for one property the last holds."""
    pairs = (piece.partition(":") for piece in style.lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, colon, value in pairs if colon}
