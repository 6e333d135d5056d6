"""The examples as their READMEs start them: the same school, on another framework, met by a visitor's browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from tests.serving import visiting
from tests.waiting import PATIENCE

EXAMPLES = Path(__file__).parents[2] / "examples"
COMMANDS = {
    "flask_app": ["flask", "--app", "app:create_app", "run", "--port"],
    "django_app": ["app.py", "runserver", "--noreload"],
}
TRACKERS = {"www.googletagmanager.com", "connect.facebook.net", "static.hotjar.com"}


@pytest.fixture(params=COMMANDS, scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an example."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = COMMANDS[request.param]
    start = [sys.executable, *(command if command[0].endswith(".py") else ["-m", *command]), port]
    data = tmp_path_factory.mktemp(request.param)
    environ = os.environ | {"CONSENTKIT_DATA": str(data)}
    environ.pop("DJANGO_SETTINGS_MODULE", None)
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(start, cwd=EXAMPLES / request.param, env=environ, stdout=log, stderr=log)
    try:
        _await(f"http://127.0.0.1:{port}", process, data / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _await(site: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{site}/imprint")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the example did not start:\n{log.read_text()}")


def test_short() -> None:
    """Each example can be read standing up: fewer than 80 lines of Python."""
    for name in COMMANDS:
        assert len((EXAMPLES / name / "app.py").read_text(encoding="utf-8").splitlines()) < 80


@pytest.mark.parametrize(
    "path",
    ["/", "/courses", "/courses/night-sky", "/newsletter", "/contact", "/privacy", "/imprint", "/stream", "/sign-in"],
)
def test_pages(site: str, path: str) -> None:
    """Every page opens, asks, and sets no cookie that needs consent."""
    answer = httpx.get(site + path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer.text.count('<form id="ck-f"') == 1
    assert not {"visit_id", "campaign", "playback_speed"} & set(answer.cookies)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_visit(site: str, chromium: Browser, javascript: bool) -> None:
    """Nothing is fetched from others before the choice; all of it after yes; nothing again after the withdrawal."""
    with visiting(chromium, site, javascript=javascript, locale="en") as visitor:
        visitor.open("/courses/night-sky")
        assert visitor.abroad == []
        assert not {"visit_id", "campaign", "_ga"} & visitor.cookies().keys()
        visitor.press("accept_all")
        visitor.open("/courses/night-sky")
        reached = {url.split("/")[2] for url in visitor.abroad}
        assert "www.youtube.com" in reached
        assert not javascript or reached >= TRACKERS
        assert {"visit_id", "campaign", "ck", "ck_s"} <= visitor.cookies().keys()
        visitor.open("/_privacy/preferences")
        visitor.press("withdraw")
        visitor.abroad.clear()
        visitor.open("/courses/night-sky")
        assert visitor.abroad == []
        assert not {"visit_id", "campaign", "_ga"} & visitor.cookies().keys()
        assert visitor.errors == []


def test_sign_in(site: str, chromium: Browser) -> None:
    """Nobody loses a login over us: a visitor who chose nothing signs in and is known on the next page."""
    with visiting(chromium, site, javascript=False, locale="en") as visitor:
        page = visitor.open("/sign-in")
        page.fill("#name", "Ada")
        page.click("form.panel button")
        page.wait_for_url("**/account")
        assert "You are signed in as Ada" in page.inner_text("main")
