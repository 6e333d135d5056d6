"""How what we show looks: layout, place and colours, and whether these colours can be told apart.

Values only: knows no style sheet and no page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from consentkit.policy.base import Declared

Layout = Literal["bar", "box", "centre"]
Position = Literal["bottom", "top", "bottom-end", "bottom-start", "middle"]
Scheme = Literal["auto", "light", "dark"]
Mode = Literal["light", "dark"]

# Where each layout may stand; the first is its default. No box stands at the top: what a page has there could not be
# scrolled clear of it (WCAG 2.4.11).
PLACES: dict[Layout, tuple[Position, ...]] = {
    "bar": ("bottom", "top"),
    "box": ("bottom-end", "bottom-start"),
    "centre": ("middle",),
}
# What words need (WCAG 1.4.3), and what the edge of a control needs (1.4.11).
_WORDS, _EDGE = 4.5, 3.0
_DEFAULTS: dict[Mode, dict[str, str]] = {
    "light": {
        "ink": "#1c2733", "paper": "#ffffff", "line": "#c3ccd5",
        "link": "#0a57a3", "fill": "#1f3a56", "on": "#ffffff",
    },
    "dark": {
        "ink": "#e9eef3", "paper": "#1a222b", "line": "#4b5865",
        "link": "#9ccbff", "fill": "#dbe6f1", "on": "#16202a",
    },
}  # fmt: skip


def _colour(text: str) -> str:
    digits = text.removeprefix("#")
    if len(digits) != 6 or digits == text or not all(letter in "0123456789abcdef" for letter in digits.lower()):
        raise PydanticCustomError("colour", "not a colour")
    return text.lower()


Colour = Annotated[str, AfterValidator(_colour)]
# CSS Fonts 4 §2.1.1, in ASCII: a name is words, or anything of letters, digits, spaces and dashes between two quotes.
_FONT = r"""(?:"[A-Za-z0-9 -]+"|'[A-Za-z0-9 -]+'|-?[A-Za-z][A-Za-z0-9-]*(?: +[A-Za-z][A-Za-z0-9-]*)*)"""
_FONTS = re.compile(f"{_FONT}(?: *, *{_FONT})*")


def _fonts(text: str) -> str:
    """A list of fonts as it stands in a style sheet: nothing in it may end its line."""
    if not _FONTS.fullmatch(text):
        raise PydanticCustomError("fonts", "not a list of fonts")
    return text


Fonts = Annotated[str, StringConstraints(max_length=200), AfterValidator(_fonts)]


class Colours(Declared):
    """What one mode changes: words on paper, lines and links on it, and words on the buttons' filling."""

    ink: Colour | None = None
    paper: Colour | None = None
    line: Colour | None = None
    link: Colour | None = None
    fill: Colour | None = None
    on: Colour | None = None


class Theme(Declared):
    """The look of banner and pages. Nothing here can make one answer weigh more than another."""

    layout: Layout = "bar"
    position: Position | None = None
    scheme: Scheme = "auto"
    light: Colours = Colours()
    dark: Colours = Colours()
    font: Fonts = "system-ui, sans-serif"
    radius: Annotated[int, Field(ge=0, le=24)] = 8
    # A folder with templates of the site's own, relative to the policy's.
    templates: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None

    @property
    def place(self) -> Position:
        return self.position or PLACES[self.layout][0]

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes that a visitor may meet, the first where nothing is asked for."""
        return ("light", "dark") if self.scheme == "auto" else (self.scheme,)

    def palette(self, mode: Mode) -> dict[str, str]:
        """All colours of a mode."""
        own = self.light if mode == "light" else self.dark
        return _DEFAULTS[mode] | own.model_dump(exclude_none=True)


class Pair(NamedTuple):
    """Two colours of a mode that must be told apart, by how much they are and how much they must be."""

    mode: Mode
    front: str
    ground: str
    contrast: float
    needed: float


def weak_pairs(theme: Theme) -> Iterator[Pair]:
    """The pairs that are too close to each other."""
    needs = (("ink", "paper", _WORDS), ("link", "paper", _WORDS), ("on", "fill", _WORDS), ("fill", "paper", _EDGE))
    for mode in theme.modes:
        colours = theme.palette(mode)
        for front, ground, needed in needs:
            reached = contrast(colours[front], colours[ground])
            if reached < needed:
                yield Pair(mode, front, ground, reached, needed)


def contrast(one: str, other: str) -> float:
    """How far apart two colours "#rrggbb" are, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """The colour between two, with that share of the first."""
    return "#" + "".join(
        f"{round(a * share + b * (1 - share)):02x}" for a, b in zip(_parts(one), _parts(other), strict=True)
    )


def _luminance(colour: str) -> float:
    """WCAG 2.2, "relative luminance"."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (p / 255 for p in _parts(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
