"""Where the signals stand in a page, for whom, and in which form."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from consentkit.asgi import ConsentMiddleware
from consentkit.page import Pages
from consentkit.page.assets import assets
from consentkit.policy import parse_policy
from tests.asgi.browser import Answer, Browser
from tests.asgi.conftest import KEY, SECRET, answering
from tests.brotli import brotli_sizes
from tests.exchanges import POLICY, Response

TAG = b'<script src="https://counter.test/c.js"></script>'
PAGE = b"<!doctype html><html lang=en><head><title>Shop</title>" + TAG + b"</head><body><p>Shop</p></body></html>"
ALL = {"google": "basic", "uet": True, "clarity": True, "meta": True, "tiktok": True, "data_layer": True, "event": True}
SCRIPT = re.compile(rb'<script((?: (?:src|data-ck-\w+|nonce)(?:="[^"]*")?)*)>(\{const TOLD=.*?)?</script>', re.S)
NOTHING: Mapping[str, str] = {}
Visit = Callable[..., Browser]


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Visit]:
    """A browser at a site whose one page has a tracker: visit(headers of the page, its body, policy changes)."""
    made: list[ConsentMiddleware] = []

    def build(headers: Mapping[str, str] = NOTHING, body: bytes = PAGE, **policy: Any) -> Browser:
        said = (("content-type", "text/html"), *headers.items())
        declared = POLICY | {"signals": ALL} | policy
        made.append(
            ConsentMiddleware(
                answering(Response(200, said, (body,))), declared, data=tmp_path, secret=SECRET, signing_key=KEY
            )
        )
        return Browser(made[-1])

    yield build
    for middleware in made:
        middleware._kit.close()


class Script(NamedTuple):
    """Our script as it stands in a page: `decision` is what its tag says, None if it says which cookie to read."""

    attributes: str
    code: bytes
    start: int

    @property
    def chosen(self) -> bool:
        return "data-ck-chosen" in self.attributes

    @property
    def granted(self) -> list[str] | None:
        said = re.search(r'data-ck-decision="([^"]*)"', self.attributes)
        return said and json.loads(html.unescape(said[1]))["granted"]


def find(answer: Answer) -> Script | None:
    """Our script, if it is there."""
    found = (Script(one[1].decode(), one[2] or b"", one.start()) for one in SCRIPT.finditer(answer.body))
    return next((script for script in found if script.code or "signals.js" in script.attributes), None)


def script(answer: Answer) -> Script:
    found = find(answer)
    assert found
    return found


def test_a_page_without_signals_has_no_script_for_them(visit: Visit) -> None:
    """Nobody is told, and nothing is added to a page, until the policy names somebody."""
    for signals in ({}, {"google": None}):
        assert b"signals" not in visit(signals=signals).get().body


def test_the_server_says_what_it_knows_before_the_first_tag(visit: Visit) -> None:
    """The state stands in the page ahead of the page's first tag, for whoever has chosen and whoever has not."""
    browser = visit()
    found = script(answer := browser.get())
    assert (found.granted, found.chosen, bool(found.code)) == (["essential"], False, True)
    assert answer.body.index(b"<title>") < found.start < answer.body.index(b"guard.js")
    assert answer.body.index(b"guard.js") < answer.body.index(b"counter.test")
    browser.choose("custom", category="analytics")
    found = script(browser.get())
    assert (found.granted, found.chosen) == (["analytics", "essential"], True)


def test_who_allowed_everything_gets_nothing_but_the_signals(visit: Visit) -> None:
    """A visitor for whom nothing is held gets this one script of ours, and only because the policy asks for it."""
    browser = visit()
    browser.choose("accept_all")
    answer = browser.get()
    assert find(answer)
    assert not re.search(rb"(guard|widget)\.js", answer.body)
    plain = visit(body=b"<!doctype html><title>Shop</title><body><p>Shop")
    plain.cookies = browser.cookies
    assert find(plain.get()) is None, "a page without a script of its own has nobody to tell"


def test_what_a_script_fetches_has_none(visit: Visit) -> None:
    """Markup that a page's script asks for joins a page that has been told already."""
    assert find(visit().get(sec_fetch_dest="empty")) is None


@pytest.mark.parametrize(
    ("policy", "nonce", "inline"),
    [
        ("script-src 'nonce-aB3'", ' nonce="aB3"', True),
        ("script-src 'self' 'unsafe-inline'", "", True),
        ("script-src 'self'", "", False),
        ("script-src 'self' 'sha256-AAAA'", "", False),
    ],
)
def test_the_page_policy_decides_the_form(visit: Visit, policy: str, nonce: str, inline: bool) -> None:
    """Under a strict policy the page's nonce is taken on, or there is a file of ours, which the server has."""
    browser = visit({"content-security-policy": policy})
    found = script(browser.get())
    assert nonce in found.attributes
    assert ("nonce=" in found.attributes, bool(found.code)) == (bool(nonce), inline)
    if not inline:
        address = re.search(r'src="([^"]+)"', found.attributes)
        assert address
        file = browser.get(address[1])
        assert file.header("content-type") == "text/javascript; charset=utf-8"
        assert file.body.startswith(b'{const TOLD={"google":{"ad_storage":"marketing"')


def test_a_page_for_everybody_reads_the_cookie(visit: Visit) -> None:
    """On a page that any cache may keep the script is the same for all, and told which cookie to read."""
    browser = visit({"cache-control": "public"})
    first = browser.get()
    browser.choose("accept_all")
    assert browser.get().body == first.body
    found = script(first)
    assert found.granted is None
    assert re.search(r'data-ck-state="ck_s\.[0-9a-f]{8}"', found.attributes)


def test_silence_is_no_choice(visit: Visit) -> None:
    """Where the law lets tags run until somebody objects, what they are told is a default and nobody's consent."""
    browser = visit({"etag": '"1"'}, jurisdiction={"default": "US"})
    before = browser.get()
    found = script(before)
    assert (found.granted, found.chosen) == (["analytics", "essential", "functional", "marketing"], False)
    signalled = script(browser.get(sec_gpc="1"))
    assert (signalled.granted, signalled.chosen) == (["analytics", "essential", "functional"], False)
    browser.choose("accept_all")
    after = browser.get()
    assert script(after).chosen
    assert before.header("etag") != after.header("etag"), "a copy from before would say otherwise"


def test_nothing_where_we_stay_out(visit: Visit) -> None:
    """In report mode, and on paths that are left out, pages are as the site wrote them."""
    assert visit(mode="report").get().body == PAGE
    assert visit(exclude=["/admin"]).get("/admin").body == PAGE


def test_what_is_written_into_pages_can_stand_there() -> None:
    """The script ends where it is meant to, in any encoding of a page, and leaves no name of its own behind."""
    code = assets()["signals.js"].data
    assert code.isascii()
    assert not re.search(rb"</|<!--|]]>", code)
    written = Pages(parse_policy({"signals": ALL}, "test")).signal_scripts[0].asset.data
    assert re.fullmatch(rb"\{const .*\}", written, re.S)


def test_the_signals_are_small(capsys: pytest.CaptureFixture[str]) -> None:
    """A page of a site that names everybody is at most 1,200 bytes longer on its way."""
    sizes = brotli_sizes([Pages(parse_policy({"signals": ALL}, "test")).signal_scripts[0].asset.data])
    if sizes is None:
        pytest.skip("no node found: brotli sizes cannot be measured")
    with capsys.disabled():
        print(f"\nsignals, written into the page: {sizes[0]} bytes (brotli)")
    assert sizes[0] <= 1200
