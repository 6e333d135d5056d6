"""Our style sheets as one theme has them: its colours, then our rules, and of the layouts only the one in use.

Knows Theme and files of this package; not pages. What is built depends on nothing else, so any process of a site builds
the same bytes under the same name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import get_args

from consentkit.page.assets import Asset, asset_of, assets, lean
from consentkit.policy.theme import PLACES, Mode, Scheme, Theme, contrast, mixed

FIRST, REOPEN = "first.css", "reopen.css"
# Where the colours of each sheet are kept: at the root of what it dresses.
_ROOTS = {
    FIRST: ".ck-first,.ck-reopen",
    REOPEN: ".ck-reopen",
    "second.css": ".ck-second.ck-second",
    "page.css": ":root",
    "embed.css": ":root",
}
# The link is written into each page of who has decided: no more than it uses.
_LINKS = frozenset({"font", "scheme", "paper", "link"})
# A page's ground is a little darker than the cards on it, and what matters less on it a little paler than the rest.
_GROUND: dict[Mode, float] = {"light": 0.96, "dark": 0.75}
_SOFT, _READABLE = 0.8, 4.5
# Layouts × places × schemes × what few policies a process has.
_KEPT = 64
_VARIANT = re.compile(r"([a-z]+)-([a-z-]+)-([a-z]+)\.css", re.ASCII)


@lru_cache(_KEPT)
def sheets(theme: Theme) -> Mapping[str, Asset]:
    """Every sheet of a theme, by the name it has in the source."""
    rules = {name: assets()[name].data for name in _ROOTS}
    # Whoever has just decided on a page has the way back's looks with those of the banner.
    rules[FIRST] = _layered(rules[REOPEN] + rules[FIRST] + _layout(theme))
    rules[REOPEN] = _layered(rules[REOPEN])
    return {name: asset_of(name, _colours(theme, name) + data) for name, data in rules.items()}


def variant(theme: Theme) -> Asset:
    """The banner's sheet under a name that says how it looks: for a preview of what is not in force."""
    return asset_of(f"{theme.layout}-{theme.place}-{theme.scheme}.css", sheets(theme)[FIRST].data)


def find_variant(theme: Theme, served_name: str) -> Asset | None:
    """The sheet of that name, with a theme's colours in the look that the name tells; None if it tells none."""
    found = _VARIANT.fullmatch(served_name.partition(".")[2])
    if not found or found[1] not in PLACES or found[3] not in get_args(Scheme):
        return None
    layout, place, scheme = found.groups()
    if place not in PLACES[layout]:  # type: ignore[index]
        return None
    return variant(theme.model_copy(update={"layout": layout, "position": place, "scheme": scheme}))


def _layout(theme: Theme) -> bytes:
    name = f"{theme.layout}.{theme.place}.css"
    return lean(files("consentkit.page").joinpath("static", "layouts", name).read_bytes())


def _colours(theme: Theme, name: str) -> bytes:
    """The custom properties, at the root of a sheet; both modes where the visitor's browser says which."""
    root = _ROOTS[name]
    measures = {"font": theme.font, "radius": f"{theme.radius}px", "scheme": " ".join(theme.modes)}
    text = ""
    for mode in theme.modes:
        shades = theme.palette(mode) | ({} if name in (FIRST, REOPEN) else _derived(theme, mode))
        values = {key: value for key, value in (measures | shades).items() if name != REOPEN or key in _LINKS}
        rule = f"{root}{{{';'.join(f'--ck-{key}:{value}' for key, value in values.items())}}}"
        text += f"@media (prefers-color-scheme:{mode}){{{rule}}}" if text else rule
        measures = {}
    return text.encode("ascii")


def _derived(theme: Theme, mode: Mode) -> dict[str, str]:
    """The two shades between ink and paper that our pages use, as far as words on them can still be read."""
    colours = theme.palette(mode)
    ink, paper = colours["ink"], colours["paper"]
    ground = mixed(paper, "#000000", _GROUND[mode])
    if any(contrast(colours[words], ground) < _READABLE for words in ("ink", "link")):
        ground = paper
    soft = mixed(ink, paper, _SOFT)
    return {"ground": ground, "soft": soft if contrast(soft, ground) >= _READABLE else ink}


def _layered(css: bytes) -> bytes:
    """The rules, each line of them important, in a cascade layer: there nothing outside of a layer overrides them.

    (CSS Cascade 5 §6.4.4: among important declarations those in layers win.) Custom properties stay open to the site.
    """
    marked = re.sub(rb"(?<=[{;])(?!--)([a-z-]+:[^;{}]+);", rb"\1!important;", css)
    return b"@layer ck{" + marked + b"}"
