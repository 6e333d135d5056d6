"""The style sheets as a theme has them."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from consentkit.page import Pages
from consentkit.page.sheets import FIRST, find_variant, sheets, variant
from consentkit.policy import Policy, fingerprint, parse_policy
from consentkit.policy.theme import PLACES, Theme, contrast, weak_pairs
from tests.widget.test_build import FIRST_PAINT, brotli

from .sample import POLICY, banner, changed

EVERYWHERE = [(layout, place) for layout, places in PLACES.items() for place in places]
LAYOUTS = files("consentkit.page").joinpath("static", "layouts")
GUIDE = (Path(__file__).parents[2] / "docs/theming.md").read_text(encoding="utf-8")


def first(**theme: Any) -> str:
    return sheets(Theme(**theme))[FIRST].data.decode()


def test_every_place_has_its_rules() -> None:
    """Each layout can be had at each of its places, and no rules lie about for a place that nobody can choose."""
    assert {file.name for file in LAYOUTS.iterdir()} == {f"{layout}.{place}.css" for layout, place in EVERYWHERE}
    assert len({first(layout=layout, position=place) for layout, place in EVERYWHERE}) == len(EVERYWHERE)


@pytest.mark.parametrize(("layout", "place"), EVERYWHERE)
def test_each_layout_is_light(layout: str, place: str) -> None:
    """In any layout, and with colours of the site's own, the banner and its sheet are at most 3 KB on the wire."""
    own = {"light": {"ink": "#123456", "fill": "#8a1c4a"}, "dark": {"fill": "#ffb3d1", "on": "#2a0a1a"}}
    theme = {"layout": layout, "position": place, "font": "Georgia, serif", **own}
    page = banner(Pages(changed(theme=theme)), "ro", token="x" * 180)
    assert sum(brotli(page.encode(), first(**theme).encode())) <= FIRST_PAINT


def test_nothing_outside_goes_before_our_rules() -> None:
    """Every rule of the banner is important and in a layer: a reset of the site's finds nothing to override."""
    colours, _, rules = first().partition("@layer ck{")
    declarations = re.findall(r"(?<=[{;])[\w-]+:[^;{}]+(?=;)", rules)
    assert len(declarations) > 60
    assert [each for each in declarations if not each.endswith("!important") and not each.startswith("--ck-")] == []
    assert "!important" not in colours


def test_the_visitors_light_or_dark_is_met_or_not_asked_for() -> None:
    """A site that is always dark sends one set of colours; one that follows the visitor sends both."""
    assert "prefers-color-scheme:dark" in first()
    assert "--ck-scheme:light dark" in first()
    for scheme, paper in (("light", "#ffffff"), ("dark", "#1a222b")):
        for sheet in sheets(Theme(scheme=scheme)).values():
            css = sheet.data.decode()
            assert "prefers-color-scheme" not in css
            assert f"--ck-paper:{paper}" in css
            assert f"--ck-scheme:{scheme};" in css or f"--ck-scheme:{scheme}}}" in css


@pytest.mark.parametrize("theme", [{}, {"light": {"paper": "#777777", "ink": "#000000", "link": "#000000"}}])
def test_words_on_every_ground_can_be_read(theme: dict[str, Any]) -> None:
    """The shades that follow from a site's colours keep the contrast that the colours have."""
    for mode in ("light", "dark"):
        css = sheets(Theme(scheme=mode, **theme))["page.css"].data.decode()
        shades = dict(re.findall(r"--ck-(\w+):(#[0-9a-f]{6})", css))
        for words, ground in (("ink", "ground"), ("soft", "ground"), ("soft", "paper"), ("link", "ground")):
            assert contrast(shades[words], shades[ground]) >= 4.5, (mode, words, ground)


def test_contrast_is_what_wcag_says() -> None:
    """Black on white is 21 to 1, and the grey that just passes is the one that everybody knows."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") >= 4.5 > contrast("#777777", "#ffffff")
    assert [*weak_pairs(Theme())] == []


def test_a_look_is_found_by_its_name_alone() -> None:
    """Any process of a site serves a previewed look, and nothing that is no look of it."""
    looks = [
        Theme(layout=layout, position=place, scheme=scheme)
        for layout, place in EVERYWHERE
        for scheme in ("auto", "light", "dark")
    ]
    for look in looks:
        assert find_variant(Theme(), variant(look).name) == variant(look)
        assert Pages(POLICY).static(variant(look).name) == variant(look) if look is looks[0] else True
    for name in ("box-top-auto", "bar-middle-auto", "bar-bottom-red", "bar--auto", "cube-bottom-auto", "bar-bottom"):
        assert find_variant(Theme(), f"0123456789abcdef.{name}.css") is None


def test_a_look_changes_nothing_that_is_told() -> None:
    """Another theme is no other policy: nobody is asked again for a colour."""
    assert fingerprint(changed(theme={"layout": "box"})) == fingerprint(POLICY)
    assert fingerprint(changed(minimum_age=16)) != fingerprint(POLICY)


def test_the_guide_is_right() -> None:
    """What the guide shows loads, its message is ours, and it names each property and each place."""
    [example] = re.findall(r"```toml\n(.*?)```", GUIDE, flags=re.S)
    assert parse_policy(tomllib.loads(example), "guide").theme.layout == "box"
    said = re.search(
        r"\[?theme\.light\.on = #ffffff: it can hardly be told from fill \(#e8b8cf\): ([\d.]+) to 1", GUIDE
    )
    assert said
    assert said[1] == f"{contrast('#ffffff', '#e8b8cf'):.2f}"
    for name in (*Theme().palette("light"), "font", "radius"):
        assert f"`--ck-{name}`" in GUIDE
    for layout, place in EVERYWHERE:
        assert f"`{layout}`" in GUIDE
        assert f"`{place}`" in GUIDE
    assert Policy().theme == Theme()
