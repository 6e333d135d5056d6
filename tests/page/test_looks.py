"""Every look in every language: the three answers weigh the same, nothing is hidden, and all that must be said is seen.

A table of looks; languages join by themselves. A few combinations each time, all of them with CONSENTKIT_TEST_MATRIX=1.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, Route

from consentkit.law.regime import Rules, rules_for
from consentkit.page import Notice, Occasion, Pages
from consentkit.policy.theme import PLACES, contrast
from consentkit.texts import colon

from .sample import EVERYWHERE, POLICY, RULES, changed
from .test_browser import NARROW, SITE, WIDE, host

ALL = os.environ.get("CONSENTKIT_TEST_MATRIX") == "1"


class Look(NamedTuple):
    layout: str
    position: str
    scheme: str
    own: bool = False

    @property
    def theme(self) -> dict[str, Any]:
        brand = {"fill": "#8a1c4a", "link": "#8a1c4a"} if self.own else {}
        night = {"fill": "#ffb3d1", "link": "#ffb3d1", "paper": "#000000"} if self.own else {}
        place = {"layout": self.layout, "position": self.position, "scheme": self.scheme}
        return place | {"radius": 16 if self.own else 8, "light": brand, "dark": night}


LOOKS = [
    Look(layout, place, scheme, own)
    for layout, places in PLACES.items()
    for place in places
    for scheme in ("auto", "light", "dark")
    for own in (False, True)
]
CASES = {
    "first": (RULES, Occasion()),
    "italy": (rules_for(POLICY, "IT"), Occasion()),
    "california": (rules_for(POLICY, "US"), Occasion(gpc=True)),
    "again": (RULES, Occasion(lapsed=frozenset({"analytics"}), added=frozenset({"counter"}))),
    "age": (rules_for(changed(minimum_age={"ask": True}), "FR"), Occasion(asks_age=True)),
}
EVERYTHING = list(product(LOOKS, EVERYWHERE.languages, CASES, (WIDE, NARROW), ("light", "dark")))
# The same few each time, and of every place some.
SHARE = EVERYTHING if ALL else [*random.Random(7).sample(EVERYTHING, 20), *EVERYTHING[:: len(EVERYTHING) // 5 + 1]]

SEEN = """() => {
  const root = document.querySelector('.ck-first'), style = el => getComputedStyle(el)
  const seen = el => { for (let e = el; e; e = e.parentElement) {
    const s = style(e)
    if (s.opacity !== '1' || s.visibility !== 'visible' || s.filter !== 'none' || s.clipPath !== 'none') return false }
    return true }
  const top = el => { const b = el.getBoundingClientRect()
    return el.contains(document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2)) }
  return {
    text: root.innerText, paper: style(root).backgroundColor, position: style(root).position,
    boxes: [...root.querySelectorAll('input[type=checkbox],input[type=radio]')].length,
    buttons: [...root.querySelectorAll('.ck-row button')].map(el => {
      const b = el.getBoundingClientRect(), s = style(el)
      return { label: el.innerText, box: [b.x, b.y, b.width, b.height], seen: seen(el) && top(el), tag: el.localName,
        looks: [s.color, s.backgroundColor, s.borderTopColor, s.borderTopWidth, s.fontSize, s.fontWeight, s.fontFamily,
                s.textDecorationLine, s.textTransform, s.letterSpacing, s.boxShadow, s.borderRadius] } }),
    words: [...root.querySelectorAll('h2,p,b,li,a,label')].map(el => [style(el).color, seen(el), style(el).fontSize]),
    overflow: document.documentElement.scrollWidth - innerWidth,
  }
}"""


def hex_of(colour: str) -> str:
    channels = colour.removeprefix("rgb(").removesuffix(")").split(",")
    assert len(channels) == 3, f"not opaque: {colour}"
    return "#" + "".join(f"{int(channel):02x}" for channel in channels)


def facts(notice: Notice) -> list[str]:
    """All that a first layer must say, from its evidence."""
    doc = notice.document
    words = [doc["heading"], doc["gpc"], doc["lapsed"], doc["lead"], *doc["body"]]
    named = colon(doc["language"])
    words += [f"{category['title']}{named}{category['description']}" for category in doc["categories"]]
    words += [link["label"] for link in (*doc["links"], *doc["pages"])]
    words += [doc["age"]["label"], doc["age"]["hint"]] if doc["age"] else []
    return [" ".join(word.split()) for word in words if word]


class Stage:
    """One tab of one browser that shows banners one after the other."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._pages: dict[Look, Pages] = {}
        self._html = ""
        page.route("**/*", self._answer)

    def pages(self, look: Look) -> Pages:
        if look not in self._pages:
            everywhere = {"languages": EVERYWHERE.languages}
            self._pages[look] = Pages(changed(theme=look.theme).model_copy(update=everywhere))
        return self._pages[look]

    def show(self, look: Look, language: str, rules: Rules, occasion: Occasion) -> tuple[Notice, dict[str, Any]]:
        self._shown = self.pages(look)
        notice = self._shown.notice("banner", language, rules, occasion)
        self._html = host(self._shown.banner(notice, token="t", return_to="/").decode())
        self.page.goto(f"{SITE}/")
        return notice, self.page.evaluate(SEEN)

    def _answer(self, route: Route) -> None:
        name = route.request.url.removeprefix(f"{SITE}/_privacy/static/")
        if asset := self._shown.static(name):
            route.fulfill(content_type=asset.content_type, body=asset.data)
        else:
            route.fulfill(content_type="text/html; charset=utf-8", body=self._html)


@pytest.fixture(scope="module")
def stage(chromium: Browser) -> Iterator[Stage]:
    context = chromium.new_context(java_script_enabled=True)
    yield Stage(context.new_page())
    context.close()


def faults(notice: Notice, seen: dict[str, Any], size: tuple[int, int]) -> list[str]:
    """What is wrong with a banner as a browser shows it."""
    found, buttons = [], seen["buttons"]
    labels = [button["label"] for button in notice.document["buttons"]]
    if [" ".join(button["label"].split()) for button in buttons] != labels:
        return [f"the buttons are {[button['label'] for button in buttons]}, not {labels}"]
    first = buttons[0]
    for button in buttons:
        x, y, width, height = button["box"]
        if abs(width - first["box"][2]) > 1 or abs(height - first["box"][3]) > 1 or min(width, height) < 44:
            found.append(f"{button['label']}: {width} x {height}, not {first['box'][2:]}")
        if button["looks"] != first["looks"] or button["tag"] != "button":
            found.append(f"{button['label']} looks otherwise: {button['looks']}, not {first['looks']}")
        if not button["seen"] or x < 0 or y < 0 or x + width > size[0] + 1 or y + height > size[1] + 1:
            found.append(f"{button['label']} is not in sight: {button['box']}")
    on, fill = map(hex_of, first["looks"][:2])
    paper = hex_of(seen["paper"])
    if contrast(on, fill) < 4.5 or contrast(fill, paper) < 3:
        found.append(f"ghost buttons: {on} on {fill} on {paper}")
    for colour, visible, font in seen["words"]:
        if not visible or contrast(hex_of(colour), paper) < 4.5 or float(font.removesuffix("px")) < 14:
            found.append(f"words that can hardly be read: {colour}, {font}")
    text = " ".join(seen["text"].split())
    found += [f"missing: {fact}" for fact in facts(notice) if fact not in text]
    found += [f"{seen['boxes']} boxes"] if seen["boxes"] else []
    found += [f"{seen['overflow']} px too wide"] if seen["overflow"] > 0 else []
    return found


def test_every_look_in_every_language_is_honest(stage: Stage) -> None:
    """Whatever theme a site has and whichever language a visitor reads, no answer is easier and no fact is missing."""
    wrong = {}
    for look, language, case, size, mode in SHARE:
        stage.page.set_viewport_size({"width": size[0], "height": size[1]})
        stage.page.emulate_media(color_scheme=mode)
        notice, seen = stage.show(look, language, *CASES[case])
        if found := faults(notice, seen, size):
            wrong[look, language, case, size, mode] = found
    assert not wrong, "\n".join(f"{key}: {value}" for key, value in wrong.items())


@pytest.mark.parametrize(
    "change",
    [
        "button:nth-of-type(2){min-inline-size:50% !important}",
        "button:nth-of-type(2){color:#999 !important}",
        ".ck-row form+form button{background:transparent !important}",
        ".ck-row button{opacity:.4 !important}",
        ".ck-text ul{display:none !important}",
        ".ck-links{font-size:5px !important}",
        ".ck-row{translate:0 60px !important}",
        ".ck-row form+form{display:none !important}",
    ],
)
def test_the_test_sees_what_is_unequal(stage: Stage, change: str) -> None:
    """Were the style sheet to favour an answer, or hide a fact, the test above would say so."""
    look = Look("bar", "bottom", "light")
    stage.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    notice, seen = stage.show(look, "en", *CASES["first"])
    assert faults(notice, seen, WIDE) == []
    # Within our own layer, and more of a selector: as if first.css said so.
    rule = change.replace("}", "}.ck-first.ck-first.ck-first ", change.count("}") - 1)
    stage.page.add_style_tag(content=f"@layer ck{{.ck-first.ck-first.ck-first {rule}}}")
    assert faults(notice, stage.page.evaluate(SEEN), WIDE)
