"""Search engines read the page, not the banner, and leave no trace in the ledger."""

from __future__ import annotations

import httpx
import pytest

from consentkit.kit import ConsentKit
from tests.test_device import CHROME

AGENTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile "
    "Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) "
    "Chrome/140.0.0.0 Safari/537.36",
    "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 "
    "Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
    "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)",
]


def get(shop: str, agent: str, path: str = "/") -> httpx.Response:
    return httpx.get(shop + path, headers={"user-agent": agent, "sec-fetch-dest": "document"})


def records(kit: ConsentKit) -> int:
    """How many entries are somebody's, and not the site's own documents."""
    return sum(entry.salt is not None for entry in kit.ledger.store.entries())


@pytest.mark.parametrize("agent", AGENTS)
def test_a_search_engine_reads_the_page_alone(kit_and_shop: tuple[ConsentKit, str], agent: str) -> None:
    """No banner, no widget, no cookie and no record; trackers are held for a robot as for anybody."""
    kit, shop = kit_and_shop
    before = records(kit)
    answer = get(shop, agent)
    assert "<h1>Shop</h1>" in answer.text
    assert "ck-first" not in answer.text
    assert "widget.js" not in answer.text
    assert "set-cookie" not in answer.headers
    assert '<script type="text/plain" data-ck="analytics count" src="https://count.test/count.js">' in answer.text
    assert records(kit) == before


def test_everybody_else_is_asked(kit_and_shop: tuple[ConsentKit, str]) -> None:
    """The same page has the banner for a person, and a cache is told that the two are not the same."""
    answer = get(kit_and_shop[1], CHROME)
    assert "ck-first" in answer.text
    assert "private" in answer.headers["cache-control"]


def test_our_own_pages_are_in_no_index(kit_and_shop: tuple[ConsentKit, str]) -> None:
    """Preferences and receipts do not turn up as results of a search."""
    for name in ("preferences", "declaration", "receipt"):
        assert '<meta name="robots" content="noindex">' in get(kit_and_shop[1], AGENTS[0], f"/_privacy/{name}").text
