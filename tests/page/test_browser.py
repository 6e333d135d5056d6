"""What only a real browser can say: sizes, colours, focus, and that it all works with scripts off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, Route

from consentkit.decision import Basis, Decision
from consentkit.law.regime import rules_for
from consentkit.page import Occasion

from .sample import EVERYWHERE, PAGES, POLICY, RULES, banner, changed

SITE = "http://shop.test"
WIDE, NARROW, ZOOMED = (1280, 720), (320, 640), (320, 256)  # the last is 1280 × 1024 at 400 %
HOSTILE = """
html { font-size: 62.5% } * { letter-spacing: .5em; text-transform: uppercase }
section, form { display: none } h2, p { color: #fff; font-size: 6px }
button { background: red; width: 10px; position: absolute; opacity: .1 } button:nth-of-type(2) { font-size: 5px }
a { color: #fff } ul { position: fixed }
"""
# What resets and themes do to every element of a page, with all the weight that a rule can have.
RESETS = [
    "* { all: unset !important }",
    "* { display: flex !important; float: left !important }",
    "html body * { display: block !important; position: static !important; inset: auto !important }",
    "button { all: unset !important } a { color: inherit !important; text-decoration: none !important }",
    "section, form, h2, ul { display: none !important } button { visibility: hidden !important }",
    "body { font: 9px/1 fantasy; letter-spacing: .3em; text-transform: uppercase; color: #fff; visibility: hidden;"
    " white-space: nowrap; word-spacing: 2em; text-align: right; -webkit-text-fill-color: #fff; cursor: none }",
    "body * { transition: all 9s !important; filter: blur(2px) !important; opacity: .2 !important;"
    " transform: scale(.5) !important; clip-path: circle(1px) !important; mix-blend-mode: difference !important }",
    "button:nth-of-type(2) { background: none !important; border: 0 !important; font-size: 4px !important }",
    "body { display: grid; grid-template-columns: 9rem 1fr; gap: 3rem } section { min-height: 99vh; width: 10px }",
    "#ck-h#ck-h { display: none !important } .ck-button { pointer-events: none !important; order: 9 !important }",
]
LOOKS = """els => els.map(el => getComputedStyle(el)).map(s => [s.color, s.backgroundColor, s.fontSize,
  s.fontWeight, s.opacity, s.borderTopColor, s.textTransform, s.letterSpacing])"""

# Every element of the banner: where it is and how it looks.
WHOLE = """() => [...document.querySelectorAll('.ck-first, .ck-first *')].map(el => {
  const s = getComputedStyle(el), b = el.getBoundingClientRect()
  return [el.localName, b.x, b.y, b.width, b.height, s.display, s.visibility, s.opacity, s.color, s.backgroundColor,
    s.fontFamily, s.fontSize, s.fontWeight, s.lineHeight, s.letterSpacing, s.wordSpacing, s.textTransform, s.textAlign,
    s.textDecorationLine, s.webkitTextFillColor, s.filter, s.clipPath, s.transform, s.transitionDuration,
    s.mixBlendMode, s.pointerEvents, s.order, s.borderTopWidth, s.boxShadow, s.whiteSpace, s.cursor] })"""


def host(inner: str, style: str = "") -> str:
    text = "<p>Lorem ipsum dolor sit amet.</p>" * 40
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Shop</title><style>{style}</style><body>{inner}<main><h1>Shop</h1>{text}<a href=/end>end</a></main>"
    )


def serve(page: Page, html: str, headers: dict[str, str] | None = None) -> list[tuple[str, str, str]]:
    """Open `html` as the page of a site that also serves our stylesheets; returns what else it was asked."""
    asked: list[tuple[str, str, str]] = []

    def answer(route: Route) -> None:
        request = route.request
        name = request.url.removeprefix(f"{SITE}/_privacy/static/")
        if name != request.url and (found := PAGES.static(name)):
            route.fulfill(content_type=found.content_type, body=found.data)
        elif request.url == f"{SITE}/":
            route.fulfill(content_type="text/html; charset=utf-8", body=html, headers=headers)
        else:
            asked.append((request.method, request.url.removeprefix(SITE), request.post_data or ""))
            route.fulfill(content_type="text/html", body="<p>answered</p>")

    page.route("**/*", answer)
    page.goto(f"{SITE}/")
    return asked


@contextmanager
def tab(chromium: Browser, size: tuple[int, int] = WIDE, **options: Any) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    yield context.new_page()
    context.close()


CHOSEN = Decision(frozenset({"essential", "analytics"}), frozenset({"ads"}), basis=Basis.CHOICE)


def preferences(language: str = "en", decision: Decision = CHOSEN) -> str:
    notice = PAGES.notice("preferences", language, RULES)
    return PAGES.preferences(notice, decision, token="TOKEN", return_to="/a?b=c").decode()


def luminance(colour: str) -> float:
    channels = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW, ZOOMED], ids=["wide", "narrow", "zoomed"])
def test_the_three_buttons_weigh_the_same(chromium: Browser, size: tuple[int, int], scheme: Any) -> None:
    """On a desk, a phone and at 400 % zoom, light or dark, in every language: same size and colours, all in sight."""
    with tab(chromium, size, color_scheme=scheme, java_script_enabled=False) as page:
        for language in PAGES.languages if scheme == "light" else ("en",):
            serve(page, host(banner(language=language)))
            buttons = page.locator(".ck-first button")
            boxes = [button.bounding_box() for button in buttons.all()]
            assert len(boxes) == 3
            for box in boxes:
                assert box is not None
                assert abs(box["width"] - boxes[0]["width"]) <= 1  # type: ignore[index]
                assert abs(box["height"] - boxes[0]["height"]) <= 1  # type: ignore[index]
                assert box["y"] == boxes[0]["y"]  # type: ignore[index]
                assert box["height"] >= 44
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= size[0]
                assert box["y"] + box["height"] <= size[1]
            looks = buttons.evaluate_all(LOOKS)
            assert looks[0] == looks[1] == looks[2]
            assert contrast(looks[0][0], looks[0][1]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_links_can_be_read(chromium: Browser, scheme: Any) -> None:
    """Every text of the banner and the preferences has a contrast of at least 4.5 to 1 (WCAG 1.4.3)."""
    colours = """els => els.filter(el => [...el.childNodes].some(n => n.nodeType === 3 && n.data.trim())).map(el => {
      let under = el; const clear = 'rgba(0, 0, 0, 0)';
      while (getComputedStyle(under).backgroundColor === clear && under.parentElement) under = under.parentElement;
      return [getComputedStyle(el).color, getComputedStyle(under).backgroundColor, el.outerHTML.slice(0, 60)] })"""
    with tab(chromium, color_scheme=scheme) as page:
        for html, part in ((host(banner()), ".ck-first *"), (preferences(), "body *")):
            serve(page, html)
            found = page.locator(part).evaluate_all(colours)
            assert len(found) > 10
            assert [item for item in found if contrast(item[0], item[1]) < 4.5] == []


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_sites_own_style_does_no_harm(chromium: Browser, size: tuple[int, int]) -> None:
    """On a site whose stylesheet resets, hides or shrinks every element, the banner looks as it does anywhere else."""
    with tab(chromium, size) as page:
        serve(page, host(banner()))
        plain = page.evaluate(WHOLE)
        assert len(plain) > 20
        for style in (HOSTILE, *RESETS):
            serve(page, host(banner(), style))
            assert page.evaluate(WHOLE) == plain, style


@pytest.mark.parametrize("root", ["6px", "10px", "40px", "200%"])
def test_any_size_of_root_font_can_be_read(chromium: Browser, root: str) -> None:
    """Sites set the root's font size for sums of their own: the words stay between 14 and 34 px, and fit the window."""
    for size in (WIDE, NARROW):
        with tab(chromium, size) as page:
            serve(page, host(banner(language="de"), f"html {{ font-size: {root} !important }}"))
            fonts = page.locator(".ck-first :is(p, b, h2, button)").evaluate_all(
                "els => els.map(el => parseFloat(getComputedStyle(el).fontSize))"
            )
            assert 14 <= min(fonts) <= max(fonts) <= 36
            boxes = [button.bounding_box() for button in page.locator(".ck-first button").all()]
            assert {(round(box["width"]), round(box["height"])) for box in boxes if box} == {
                (round(boxes[0]["width"]), round(boxes[0]["height"]))  # type: ignore[index]
            }
            assert all(box and box["y"] + box["height"] <= size[1] for box in boxes)
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_the_site_stays_as_it_was(chromium: Browser) -> None:
    """The banner moves nothing of the page it stands on, takes no focus, and leaves the page free to scroll."""
    places = []
    with tab(chromium) as page:
        for inner in ("", banner()):
            serve(page, host(inner))
            places.append(page.locator("main *").evaluate_all("els => els.map(el => el.getBoundingClientRect().top)"))
        assert places[0] == places[1]
        assert page.evaluate("document.activeElement === document.body")
        assert page.evaluate("getComputedStyle(document.body).overflow") == "visible"


@pytest.mark.parametrize("size", [WIDE, NARROW, ZOOMED], ids=["wide", "narrow", "zoomed"])
def test_the_banner_hides_nothing_for_good(chromium: Browser, size: tuple[int, int]) -> None:
    """Who tabs to the last link of the page sees it above the banner, and the page never scrolls sideways."""
    with tab(chromium, size) as page:
        serve(page, host(banner()))
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.textContent") == "end"
        bottom = page.locator("main a").evaluate("el => el.getBoundingClientRect().bottom")
        top = page.locator(".ck-first").evaluate("el => el.getBoundingClientRect().top")
        assert bottom <= top
        assert top >= size[1] * 0.5 - 1
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        # And of the banner itself, whose buttons stay in sight, each link above them.
        row = page.locator(".ck-row").evaluate("el => el.getBoundingClientRect().top")
        for link in page.locator(".ck-links a").all():
            link.focus()
            assert link.evaluate("el => el.getBoundingClientRect().bottom") <= row


def test_the_whole_first_layer_is_read_without_scrolling(chromium: Browser) -> None:
    """On a desk everything the law wants on the first layer is in sight at once, and takes less than half of it."""
    with tab(chromium) as page:
        for language in ("en", "el", "ru"):
            serve(page, host(banner(EVERYWHERE, language)))
            assert page.locator(".ck-first").evaluate("el => el.scrollHeight <= el.clientHeight + 1"), language
            assert page.locator(".ck-first").evaluate("el => el.clientHeight < innerHeight / 2"), language


def test_the_keyboard_meets_the_banner_first(chromium: Browser) -> None:
    """The tab key goes through links and then accept, refuse, choose, each with a focus ring of 3 pixels."""
    with tab(chromium) as page:
        serve(page, host(banner()))
        seen = []
        for _ in range(7):
            page.keyboard.press("Tab")
            seen.append(page.evaluate("document.activeElement.textContent"))
            assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
        assert seen[-3:] == ["Accept all", "Refuse all", "Choose"]
        for key in ("Escape", "PageDown"):
            page.keyboard.press(key)
        assert page.locator(".ck-first").is_visible()


@pytest.mark.parametrize(("label", "value"), [("Accept all", "accept_all"), ("Refuse all", "refuse_all")])
def test_answering_works_without_scripts(chromium: Browser, label: str, value: str) -> None:
    """With JavaScript off, one click sends the choice, the token and where to return to."""
    with tab(chromium, java_script_enabled=False) as page:
        asked = serve(page, host(banner(token="TOKEN", return_to="/a?b=c")))
        page.get_by_role("button", name=label).click()
        page.get_by_text("answered").wait_for()
    [(method, path, body)] = asked
    assert (method, path) == ("POST", "/_privacy/choice")
    assert parse_qs(body) == {"token": ["TOKEN"], "return_to": ["/a?b=c"], "choice": [value]}


def test_the_age_works_without_scripts(chromium: Browser) -> None:
    """With JavaScript off, a yes without an age is not sent, a refusal is, and a yes with one carries it."""
    rules = rules_for(changed(minimum_age={"ask": True}), None)
    notice = PAGES.notice("banner", "en", rules, Occasion(asks_age=True))
    html = host(PAGES.banner(notice, token="TOKEN", return_to="/a").decode())
    sent = []
    for label, age in (("Accept all", ""), ("Refuse all", ""), ("Accept all", "34")):
        with tab(chromium, java_script_enabled=False) as page:
            asked = serve(page, html)
            field = page.get_by_label("Your age in years")
            assert field.input_value() == ""
            assert (field.bounding_box() or {})["height"] >= 44
            field.fill(age)
            page.get_by_role("button", name=label).click()
            if age or label == "Refuse all":
                page.get_by_text("answered").wait_for()
            sent.append([parse_qs(body) for _, _, body in asked])
    refusal = {"token": ["TOKEN"], "return_to": ["/a"], "choice": ["refuse_all"]}
    assert sent == [[], [refusal], [refusal | {"choice": ["accept_all"], "age": ["34"]}]]


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_cross_refuses(chromium: Browser, key: str) -> None:
    """In Italy the cross at the top is 44 pixels wide, is reached first by the keyboard, and sends a refusal."""
    html = host(PAGES.banner(PAGES.notice("banner", "it", rules_for(POLICY, "IT")), token="T", return_to="/a").decode())
    with tab(chromium, java_script_enabled=False) as page:
        asked = serve(page, html)
        box = page.locator(".ck-close").bounding_box()
        assert box
        assert (box["width"], box["height"]) == (44, 44)
        banner_box = page.locator(".ck-first").bounding_box()
        assert banner_box
        assert box["y"] - banner_box["y"] < 44
        page.keyboard.press("Tab")
        page.keyboard.press(key)
        page.get_by_text("answered").wait_for()
    assert parse_qs(asked[0][2])["choice"] == ["refuse_all"]


def test_choosing_in_detail_works_without_scripts(chromium: Browser) -> None:
    """With JavaScript off, "Choose" leads to the preferences, and saving there sends exactly what is ticked."""
    with tab(chromium, java_script_enabled=False) as page:
        asked = serve(page, host(banner(token="TOKEN", return_to="/a?b=c")))
        page.get_by_role("button", name="Choose").click()
        page.get_by_text("answered").wait_for()
        assert asked == [("GET", "/_privacy/preferences?return_to=%2Fa%3Fb%3Dc&lang=en", "")]
    with tab(chromium, java_script_enabled=False) as page:
        asked = serve(page, preferences())
        page.get_by_label("Allow all of Analytics").uncheck()
        page.get_by_label("Allow all of Functional").check()
        page.get_by_label("Allow Ads & Co").wait_for()  # its details are open, as it is allowed
        page.get_by_role("button", name="Save my choice").click()
        page.get_by_text("answered").wait_for()
    assert parse_qs(asked[0][2]) == {
        "token": ["TOKEN"],
        "return_to": ["/a?b=c"],
        "category": ["functional"],
        "vendor": ["ads"],
        "choice": ["custom"],
    }


@pytest.mark.parametrize("csp", ["default-src 'self'", "default-src 'none'"], ids=["own sheets", "no sheets"])
def test_the_way_back_works_under_any_csp(chromium: Browser, csp: str) -> None:
    """Where the site's policy forbids style of any kind, the link to change one's mind is still there and works."""
    with tab(chromium, java_script_enabled=False) as page:
        asked = serve(page, host(PAGES.reopen("en", "").decode()), {"Content-Security-Policy": csp})
        link = page.get_by_role("link", name="Your privacy choices")
        box = link.bounding_box()
        assert box is not None
        if "self" in csp:
            assert (box["x"], box["y"] + box["height"]) == (0, WIDE[1])
            assert box["height"] >= 44
        link.click()
        page.get_by_text("answered").wait_for()
        assert asked == [("GET", "/_privacy/preferences", "")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_way_back_is_in_the_sites_colours_and_over_nothing(chromium: Browser, scheme: Any) -> None:
    """The link has the theme's colours, whatever resets the site has and wherever its looks come from, and so has the
    button beside it; at the end of a page no word lies under them; from right to left they stand on the right."""
    colours = {"light": "rgb(10, 87, 163) rgb(255, 255, 255)", "dark": "rgb(156, 203, 255) rgb(26, 34, 43)"}[scheme]
    with tab(chromium, NARROW, color_scheme=scheme, java_script_enabled=False) as page:
        cases = (("en", "sheet", HOSTILE), ("ar", "style", RESETS[2]), ("de", "style", RESETS[0]), ("ro", "style", ""))
        for language, look, style in cases:
            # What it says at most; of a version to come it may have more to say than there is room, and scrolls.
            said = EVERYWHERE.reopen(language, look=look, withdraws="now", honoured=language == "ro").decode()
            serve(page, host(said, style))
            link = page.locator("aside a")
            room = "parseFloat(getComputedStyle(document.documentElement, '::after').blockSize)"
            assert page.evaluate(f"document.querySelector('aside').offsetHeight <= {room}")
            for each in page.locator("aside :is(a, button)").all():
                assert colours == each.evaluate(
                    "el => { const s = getComputedStyle(el); return `${s.color} ${s.backgroundColor}` }"
                )
                box = each.bounding_box()
                assert box is not None
                assert box["height"] >= 44
                assert 0 <= box["x"] <= box["x"] + box["width"] <= NARROW[0]
            page.locator("a[href='/end']").scroll_into_view_if_needed()
            page.evaluate("scrollTo(0, 1e6)")
            link_at, end_at = link.bounding_box(), page.locator("a[href='/end']").bounding_box()
            assert link_at is not None
            assert end_at is not None
            assert end_at["y"] + end_at["height"] <= link_at["y"]
            side = link_at["x"] if language != "ar" else NARROW[0] - link_at["x"] - link_at["width"]
            assert (side, link_at["y"] + link_at["height"]) == (0, NARROW[1])
            link.evaluate("el => { el.textContent = `${el.textContent} `.repeat(9) }")
            assert page.evaluate(f"document.querySelector('aside').offsetHeight <= {room}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_the_buttons_their_edges(chromium: Browser, scheme: Any) -> None:
    """In a high-contrast mode, where backgrounds go, every button keeps a border that can be seen."""
    with tab(chromium, forced_colors="active", color_scheme=scheme) as page:
        for html in (host(banner()), preferences()):
            serve(page, html)
            for border, colour, ground in page.locator("button").evaluate_all(
                "els => els.map(el => { const s = getComputedStyle(el);"
                " return [s.borderTopWidth, s.borderTopColor, s.backgroundColor] })"
            ):
                assert border == "2px"
                assert contrast(colour, ground) >= 3


def test_no_answer_of_the_second_layer_stands_alone(chromium: Browser) -> None:
    """In the preferences the answers share one row, or each has a row of its own, all equally wide: at any width, in
    languages of long words, whether the visitor refuses or withdraws."""
    with tab(chromium, java_script_enabled=False) as page:
        for language, decision in (("en", Decision()), ("de", CHOSEN), ("ro", CHOSEN)):
            serve(page, preferences(language, decision))
            for width in (320, 360, 412, 600, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                boxes = [box for box in (each.bounding_box() for each in page.locator(".ck-row > *").all()) if box]
                assert len(boxes) == 3
                assert max(box["width"] for box in boxes) - min(box["width"] for box in boxes) < 1, width
                assert len({box["y"] for box in boxes}) in (1, 3), width
                assert page.evaluate("document.documentElement.scrollWidth") <= width


# The words that stand on more than one line.
BROKEN = """els => els.flatMap(el => { const text = document.createTreeWalker(el, 4), found = []
  while (text.nextNode()) for (const word of text.currentNode.data.matchAll(/[\\p{L}]+/gu)) {
    const range = document.createRange()
    range.setStart(text.currentNode, word.index)
    range.setEnd(text.currentNode, word.index + word[0].length)
    if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) found.push(word[0])
  } return found })"""


def test_no_word_of_the_declaration_is_broken(chromium: Browser) -> None:
    """In the table of what is set, a word that is no name of a cookie stands on one line, at any width and in the
    languages of long words, and the page does not scroll sideways."""
    with tab(chromium, java_script_enabled=False) as page:
        for language in ("de", "ro", "fi"):
            # Not every browser knows where a word divides.
            plain = "<style>* { hyphens: none }</style></head>"
            serve(page, EVERYWHERE.declaration(language).decode().replace("</head>", plain))
            for width in (320, 700, 900, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.locator("th, td:not(:first-child)").evaluate_all(BROKEN) == [], width
                assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_pages_fit_a_phone(chromium: Browser) -> None:
    """On a phone none of our pages scrolls sideways, and everything to press is at least 44 pixels high."""
    pages = [preferences("de"), PAGES.declaration("ro").decode(), PAGES.message("refused", "fr").decode()]
    with tab(chromium, NARROW) as page:
        for html in pages:
            serve(page, html.replace("<details>", "<details open>"))
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
            heights = page.locator("button, label, summary, .ck-foot a").evaluate_all(
                "els => els.map(el => el.getBoundingClientRect().height)"
            )
            assert heights
            assert min(heights) >= 44
