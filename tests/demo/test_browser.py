"""The demo as its visitors meet it: a real server, a real browser, JavaScript on and off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from consentkit.demo import site as website
from consentkit.demo.serve import build_app
from consentkit.settings import new_secret
from consentkit.tlog import Signer
from tests.serving import Visitor, served, visiting

PAGES = ["/", "/courses", "/courses/birds-by-ear", "/newsletter", "/contact", "/sign-in", "/shared", "/stream"]
ESSENTIAL = {"csrftoken", "session", "ck", "ck_s"}
# By page, hosts that its snippets ask first, with JavaScript and without.
WITH_SCRIPTS = {
    "/": {"www.googletagmanager.com", "connect.facebook.net", "static.hotjar.com"},
    "/contact": {"webforms.pipedrive.com"},
}
WITHOUT_SCRIPTS = {"/": {"www.googletagmanager.com", "www.facebook.com"}}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo, served."""
    patch = pytest.MonkeyPatch()
    patch.setattr(website, "PAUSE", 0.01)
    patch.setenv("CONSENTKIT_SECRET", new_secret())
    patch.setenv("CONSENTKIT_SIGNING_KEY", Signer.generate("linden.test/log").to_text())
    with served(build_app(tmp_path_factory.mktemp("demo"))) as address:
        yield address
    patch.undo()


@pytest.fixture(params=[True, False], ids=["javascript", "no javascript"])
def visitor(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Visitor]:
    with visiting(chromium, site, javascript=request.param, locale="en-GB") as visitor:
        visitor.scripted = request.param  # type: ignore[attr-defined]
        yield visitor


def course_path() -> str:
    return f"/courses/{next(iter(website.COURSES))}"


def every_page(visitor: Visitor) -> None:
    for path in PAGES:
        visitor.open(course_path() if path.startswith("/courses/") else path)


def hosts(visitor: Visitor) -> set[str]:
    return {urlsplit(url).hostname or "" for url in visitor.abroad}


def test_nothing_leaves_before_a_choice(visitor: Visitor) -> None:
    """Whoever has chosen nothing sends nothing to anybody, and keeps no cookie but essential ones."""
    every_page(visitor)
    assert visitor.abroad == []
    assert set(visitor.cookies()) <= ESSENTIAL
    # The newsletter's own snippet calls the library that is held.
    assert set(visitor.errors) <= {"jQuery is not defined"}


def test_trackers_run_after_accepting_and_are_gone_after_withdrawing(visitor: Visitor) -> None:
    """Accepting lets the trackers run as their vendors wrote them; withdrawing stops them and takes their cookies."""
    scripted: bool = visitor.scripted  # type: ignore[attr-defined]
    visitor.open("/")
    visitor.press("accept_all")
    visitor.open("/")
    assert (WITH_SCRIPTS if scripted else WITHOUT_SCRIPTS)["/"] <= hosts(visitor)
    assert {"lang", "visit_id", "campaign"} <= set(visitor.cookies())
    assert visitor.cookies()["campaign"]["httpOnly"]
    if scripted:
        assert "_ga" in visitor.cookies()
        visitor.open("/contact")
        assert WITH_SCRIPTS["/contact"] <= hosts(visitor)
    visitor.open(course_path())
    assert any("youtube" in host for host in hosts(visitor))

    visitor.open("/_privacy/preferences")
    visitor.press("withdraw")
    visitor.abroad.clear()
    every_page(visitor)
    assert visitor.abroad == []
    assert set(visitor.cookies()) <= ESSENTIAL


def test_refusing_is_one_click_and_lasts(visitor: Visitor) -> None:
    """One click refuses, the banner does not come back, and nothing is fetched or kept."""
    page = visitor.open("/")
    visitor.press("refuse_all")
    every_page(visitor)
    assert page.locator(".ck-first").count() == 0
    assert visitor.abroad == []
    assert set(visitor.cookies()) <= ESSENTIAL
    assert visitor.cookies()["ck"]["httpOnly"]


def test_one_category_alone(visitor: Visitor) -> None:
    """Whoever allows only analytics is counted, and sees no advertising."""
    page = visitor.open("/_privacy/preferences")
    page.locator("input[name=category][value=analytics]").check()
    visitor.press("custom")
    visitor.open("/")
    assert "visit_id" in visitor.cookies()
    assert "campaign" not in visitor.cookies()
    assert not {"connect.facebook.net", "www.facebook.com", "www.youtube.com"} & hosts(visitor)


def test_one_vendor_alone(visitor: Visitor) -> None:
    """Whoever allows one vendor and not its category gets that one and no other."""
    scripted: bool = visitor.scripted  # type: ignore[attr-defined]
    page = visitor.open("/_privacy/preferences")
    for details in page.locator("details").all():
        details.locator("summary").click()
    page.locator("input[name=vendor][value=hotjar]").check()
    visitor.press("custom")
    visitor.open("/")
    assert hosts(visitor) == ({"static.hotjar.com"} if scripted else set())
    assert "visit_id" not in visitor.cookies()


def test_login_survives_every_choice(visitor: Visitor) -> None:
    """A visitor can sign in before choosing, and stays signed in whatever they choose."""
    page = visitor.open("/sign-in")
    page.locator("input[name=name]").fill("Ada")
    page.locator("main form button, form.sign-in button").first.click()
    page.wait_for_load_state("networkidle")
    for choice in ("accept_all", "withdraw", "refuse_all"):
        visitor.open("/_privacy/preferences")
        visitor.press(choice)
        assert "Ada" in visitor.open("/account").inner_text("body")


def test_gpc_is_honoured_and_said(chromium: Browser, site: str) -> None:
    """A browser that sends the signal is told so, and marketing stays off until it is allowed in sight of that."""
    with visiting(chromium, site, javascript=False, extra_http_headers={"Sec-GPC": "1"}) as visitor:
        page = visitor.open("/")
        assert "signal" in page.inner_text(".ck-first").lower()
        visitor.press("accept_all")
        visitor.open("/")
        assert "campaign" in visitor.cookies()


def test_receipt_can_be_had(visitor: Visitor, tmp_path: Path) -> None:
    """Whoever has chosen finds the receipt, and can take it away as a file."""
    visitor.open("/")
    visitor.press("refuse_all")
    page = visitor.open("/_privacy/receipt")
    assert "refused" in page.inner_text("main").lower()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert '"receipts"' in Path(download.value.path()).read_text(encoding="utf-8")
