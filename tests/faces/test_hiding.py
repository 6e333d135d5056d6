"""Cookies without consent are kept from the app, where the policy says so: alike behind every face."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from consentkit.django import ConsentMiddleware
from tests.exchanges import HIDDEN, Headers, Response

from .conftest import Open
from .stage import FACES, Site, django_settings
from .test_same import NAVIGATION, choose, cookies_of

TOLD = Response(200, (("content-type", "text/plain"),), (b"x",))


@pytest.fixture(scope="module")
def hiding(open_site: Open) -> dict[str, Site]:
    return {face: open_site(face, hide_cookies=True) for face in FACES}


def chosen(site: Site) -> str:
    """The cookies of one who allowed only the counter."""
    ((_, line),) = cookies_of(choose(site, "choice=custom&vendor=counter"))
    return line


def ask(site: Site, line: str, path: str = "/page", extra: Headers = ()) -> str | None:
    """What the app gets of this Cookie header."""
    site.told = TOLD
    assert site.send("GET", path, (*NAVIGATION, *extra, ("cookie", line))).status == 200
    return site.heard


@pytest.mark.parametrize(("truth", "sent", "got"), HIDDEN, ids=[truth for truth, _, _ in HIDDEN])
@pytest.mark.parametrize("face", FACES)
def test_hidden(face: str, truth: str, sent: str, got: str | None, hiding: dict[str, Site]) -> None:
    """The app gets what its visitor agreed to, what is essential, what nobody knows, and our own; nothing else."""
    site = hiding[face]
    ours = chosen(site)
    assert ask(site, f"{sent}; {ours}") == f"{got}; {ours}" if got else ours, truth


@pytest.mark.parametrize("face", FACES)
def test_no_header_is_left(face: str, hiding: dict[str, Site]) -> None:
    """One who sends nothing but what waits for consent sends, to the app, no cookies at all."""
    assert ask(hiding[face], "_ad=1; _ct=2; speed=3") is None


@pytest.mark.parametrize("face", FACES)
def test_off_by_default(face: str, shops: dict[str, Site]) -> None:
    """Without the setting an app gets every cookie as it came."""
    assert ask(shops[face], "_ad=1;_ct=2; login=1") == "_ad=1;_ct=2; login=1"


@pytest.mark.parametrize("face", FACES)
def test_left_alone(face: str, open_site: Open, caplog: pytest.LogCaptureFixture) -> None:
    """In report mode and on excluded paths nothing is hidden; in report mode the log names what would be."""
    site = open_site(face, hide_cookies=True, exclude=["/api"], mode="report")
    with caplog.at_level(logging.INFO, "consentkit"):
        assert ask(site, "_ad=1", "/api/x") == "_ad=1"
        assert "hidden" not in caplog.text
        for _ in range(2):
            assert ask(site, "_ad=secret; _ct=1") == "_ad=secret; _ct=1"
    assert caplog.text.count("would be hidden from the app") == 2
    assert 'name = "_ad"' in caplog.text
    assert "secret" not in caplog.text
    assert ask(open_site(face, hide_cookies=True, exclude=["/api"]), "_ad=1", "/api/x") == "_ad=1"


def test_django_looked_before(settings: dict[str, Any]) -> None:
    """In Django a middleware that read the cookies before us does not pass on those that are hidden."""
    settings["policy"] = {**settings["policy"], "hide_cookies": True}
    request = RequestFactory().get("/page", headers={"cookie": "_ad=1; login=2"})
    assert request.COOKIES == {"_ad": "1", "login": "2"}
    with django_settings(**settings):
        ConsentMiddleware(lambda _: HttpResponse())(request)
    assert request.COOKIES == {"login": "2"}
