"""Where a visitor is led after choosing: back to the page, and nowhere else."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from .browser import HOST, Browser
from .conftest import Serve

ELSEWHERE = [
    *("//evil.test", "///evil.test", "////evil.test", "/\\evil.test", "\\\\evil.test", "\\/evil.test", "/\\/evil.test"),
    *(
        "http://evil.test",
        "https://evil.test",
        "HTTPS:evil.test",
        "https:/evil.test",
        "http:evil.test",
        "ftp://evil.test",
    ),
    *("javascript:alert(1)", "data:text/html,x", "mailto:a@evil.test", "blob:x", "evil.test", "evil.test/page"),
    *("?next=//evil.test", "#x", ".", "..", "../", "//evil.test@shop.test", "//shop.test@evil.test"),
    *("http://shop.test@evil.test", "http://shop.test/page", "/\t/evil.test", "/\n/evil.test", "/\r/evil.test"),
    *(
        "\t//evil.test",
        " //evil.test",
        "\x00//evil.test",
        "/\x00/x",
        "/a\r\nSet-Cookie: x=1",
        "/a\nLocation: //evil.test",
    ),
    *("/\x7f", "", " ", "/" + "a" * 3000, "/\u2028\\x"),
]


@pytest.mark.parametrize("place", ELSEWHERE, ids=repr)
def test_open_redirects(place: str, serve: Serve) -> None:
    """Nobody can be led to another site by way of a choice, nor by the link back on our pages."""
    browser = Browser(serve())
    asked = browser.get(f"/_privacy/preferences?{urlencode({'return_to': place})}")
    assert b'name="return_to" value="/"' in asked.body
    taken = browser.post({"choice": "refuse_all", "return_to": place})
    assert (taken.status, taken.header("location")) == (303, "/")


@pytest.mark.parametrize(
    ("place", "back"),
    [("/caf\u00e9?x=\u00e9#y", "/caf%C3%A9?x=%C3%A9#y"), ("/a b", "/a%20b"), ("/a%2Fb", "/a%2Fb"), ("/;//x", "/;//x"),
     ("/a?u=http://b.test/\u20ac", "/a?u=http://b.test/%E2%82%AC"), ('/"><script>', "/%22%3E%3Cscript%3E")],
)  # fmt: skip
def test_ways_back(place: str, back: str, serve: Serve) -> None:
    """Any page of the site can be returned to."""
    browser = Browser(serve())
    assert browser.post({"choice": "refuse_all", "return_to": place}).header("location") == back


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        (f"http://{HOST}/cart?a=1", "/cart?a=1"),
        ("http://evil.test/cart", "/"),
        (f"http://{HOST}//evil.test", "/"),
        ("x", "/"),
    ],
)
def test_way_back_from_preferences(referer: str, back: str, serve: Serve) -> None:
    """Preferences opened from a page of the site lead back to it; opened from elsewhere, to the front page."""
    asked = Browser(serve()).get("/_privacy/preferences", referer=referer)
    assert f'name="return_to" value="{back}"'.encode() in asked.body
