"""The owner's link to the banner in another look."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from consentkit.asgi import ConsentMiddleware
from consentkit.cli import main
from consentkit.errors import SealError
from consentkit.ledger.store import Store
from consentkit.policy import Regime
from consentkit.preview import Preview, format_preview, parse_preview
from consentkit.seal import Sealer
from tests.asgi.browser import Browser
from tests.asgi.conftest import KEY, PAGE, answering
from tests.exchanges import POLICY, Response

SECRET = "a-secret-for-the-tests"
SEALER = Sealer([SECRET], "preview", "shop")
LOOK = Preview(2_000_000_000, "fr", Regime.OPT_IN, "box", "bottom-start", "dark")


@pytest.fixture
def link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """link(page, options): what the command prints for the site of the test."""
    tmp_path.joinpath("consent.toml").write_text('languages = ["en", "fr"]\n[site]\nid = "shop"\nname = "Shop"\n')
    monkeypatch.setenv("CONSENTKIT_SECRET", SECRET)
    monkeypatch.setenv("CONSENTKIT_SIGNING_KEY", KEY)

    def run(*args: str) -> str:
        result = CliRunner().invoke(main, ["preview", *args, "--data", str(tmp_path)])
        assert result.exit_code == 0, result.output
        return result.stdout.strip()

    return run


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    """shop(app): the site."""
    made = []

    def build(app: Any = PAGE, **policy: Any) -> Browser:
        made.append(ConsentMiddleware(app, {**POLICY, **policy}, data=tmp_path, secret=SECRET, signing_key=KEY))
        return Browser(made[-1])

    yield build
    for middleware in made:
        middleware._kit.close()


def test_the_owner_sees_the_banner_again(shop: Any, link: Callable[..., str]) -> None:
    """Whatever they have decided themselves, the link shows it: in the language, the place and the regime it names."""
    browser = shop()
    browser.choose("refuse_all")
    assert b"ck-first" not in browser.get().body
    address = link("/", "--lang", "fr", "--layout", "box", "--regime", "opt_out", "--scheme", "dark")
    page = browser.get(address).body
    assert b'class="ck-first"' in page
    assert "Aperçu".encode("ascii", "xmlcharrefreplace") in page
    assert b'lang="fr"' in page
    [sheet] = re.findall(rb'href="(/_privacy/static/[0-9a-f]{16}\.box-bottom-end-dark\.css)"', page)
    css = browser.get(sheet.decode())
    assert (css.status, b"inset-inline:auto 1em" in css.body) == (200, True)
    assert b"--ck-scheme:dark" in css.body
    assert b"ck-first" not in browser.get().body


def test_it_records_nothing(shop: Any, link: Callable[..., str]) -> None:
    """A preview carries no token and no widget, its forms go nowhere, and the ledger does not grow."""
    browser = shop()
    store: Store = browser.app._kit.ledger.store
    address = link()
    browser.app._kit.ledger.checkpoint()
    before = store.head().size
    page = browser.get(address).body
    banner = re.search(rb"<section .*?</section>", page, re.S)
    assert banner
    assert re.findall(rb'<form[^>]* method="?(\w+)', banner[0]) == [b"dialog", b"dialog"]
    assert b'name="token" value=""' in banner[0]
    assert b"widget.js" not in page
    assert browser.cookies == {}
    assert store.head().size == before


def test_a_visitor_cannot_make_one(shop: Any, link: Callable[..., str]) -> None:
    """A link that was changed, made for another site, or is over shows the page as it is."""
    browser = shop()
    browser.choose("refuse_all")
    address = link()
    other = format_preview(Sealer([SECRET], "preview", "other"), LOOK)
    past = format_preview(SEALER, LOOK._replace(until=1_000_000_000))
    for wrong in (address[:-3], address.replace("ck_preview=", "ck_preview=A"), "/?xck_preview=1"):
        assert b"ck-first" not in browser.get(wrong).body
    for value in (other, past, "", "1&ck_preview=2"):
        assert b"ck-first" not in browser.get(f"/?ck_preview={value}").body


def test_no_cache_keeps_it_for_others(shop: Any, link: Callable[..., str]) -> None:
    """On a page that every cache may keep, a preview is private, and a copy of it is confirmed to nobody else."""
    headers = (("content-type", "text/html"), ("cache-control", "public, max-age=60"), ("etag", '"1"'))
    browser = shop(answering(Response(200, headers, (b"<!doctype html><body>x",))))
    plain, seen = browser.get(), browser.get(link())
    assert "public" in (plain.header("cache-control") or "")
    assert "public" not in (seen.header("cache-control") or "")
    assert "private" in (seen.header("cache-control") or "")
    assert plain.header("etag") != seen.header("etag")


@pytest.mark.parametrize(
    "change",
    [{"layout": "cube"}, {"position": "top"}, {"regime": "none"}, {"scheme": 3}, {"until": None}, {"more": 1}],
)
def test_only_our_own_spelling_opens(change: dict[str, Any]) -> None:
    """A sealed value of another shape, as another version may have made it, is no look."""
    from consentkit import canonical

    assert parse_preview(SEALER, format_preview(SEALER, LOOK), 0) == LOOK
    value = SEALER.seal(canonical.encode({**LOOK._asdict(), "v": 1, **change}))
    with pytest.raises(SealError):
        parse_preview(SEALER, value, 0)


def test_the_command_refuses_what_cannot_be(link: Callable[..., str], tmp_path: Path) -> None:
    """A layout that cannot stand at a place is wrong use, and the places it has are named."""
    result = CliRunner().invoke(main, ["preview", "--layout", "box", "--position", "top", "--data", str(tmp_path)])
    assert (result.exit_code, "bottom-end, bottom-start" in result.output) == (2, True)
    assert link("https://shop.test/a?b=c").startswith("https://shop.test/a?b=c&ck_preview=")
