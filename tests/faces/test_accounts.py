"""Signing in and out behind each framework, as the document says it; and the document's other promises."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from consentkit.policy import load_policy
from consentkit.testing import visitor
from tests.faces.conftest import KEY
from tests.test_docs import DOCS, blocks

DOCUMENT = DOCS / "rights.md"
POLICY = '[site]\nid = "shop"\n[controller]\nname = "Shop"\ncontact = "a@shop.test"\n[accounts]\nmerge = "latest"\n'


class User:
    pk = 42


class Urls:
    """What Django's views do at the end of a sign-in, and of a sign-out."""

    @staticmethod
    def login(request: HttpRequest, user_id: int) -> HttpResponse:
        user_logged_in.send(User, request=request, user=User)
        return HttpResponse("signed in")

    @staticmethod
    def logout(request: HttpRequest) -> HttpResponse:
        user_logged_out.send(User, request=request, user=User)
        return HttpResponse("signed out")

    urlpatterns = (path("login/<int:user_id>", login), path("logout", logout))


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """make(name): the app in the document's block of that name, in a folder of its own."""
    (tmp_path / "consent.toml").write_text(POLICY, encoding="utf-8")
    for name, text in blocks(DOCUMENT).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("CONSENTKIT_SECRET", "a-secret-for-the-tests")
    monkeypatch.setenv("CONSENTKIT_SIGNING_KEY", KEY)
    names = [name.removesuffix(".py") for name in blocks(DOCUMENT)]
    yield lambda name: importlib.import_module(name)
    for name in names:
        sys.modules.pop(name, None)


def journey(app: Any) -> None:
    """One account on two devices, then another person at the first."""
    phone, desk = visitor(app, "all"), visitor(app)
    assert phone.post("/login/42").status_code == 200
    answer = desk.post("/login/42")
    assert {"ck", "ck_s", "ck_u"} <= set(desk.cookies), answer.headers
    assert desk.cookies["ck_s"].startswith("fam.")
    phone.post("/logout")
    assert not set(phone.cookies) & {"ck", "ck_s", "ck_u"}
    assert "There is no record" in phone.get("/_privacy/receipt").text
    assert "You accepted all." in desk.get("/_privacy/receipt").text


@pytest.mark.parametrize("name", ["fastapi_app", "flask_app"])
def test_followed(name: str, make: Callable[[str], Any]) -> None:
    """Whoever copies the example has choices that follow an account, and stay behind with nobody."""
    journey(make(name).app)


def test_followed_in_django(make: Callable[[str], Any]) -> None:
    """The same in a Django site, by the signals of its own sign-in."""
    signals = make("django_signals")
    with override_settings(CONSENTKIT={"policy": "consent.toml"}, ROOT_URLCONF=Urls):
        journey(WSGIHandler())
    user_logged_in.disconnect(signals.signed_in)
    user_logged_out.disconnect(signals.signed_out)


def test_policies_of_the_document(tmp_path: Path) -> None:
    """The policy's keys in the document are those that there are."""
    found = [part.partition("```")[0] for part in DOCUMENT.read_text(encoding="utf-8").split("```toml\n")[1:]]
    policies = [tmp_path / f"{number}.toml" for number in range(len(found))]
    for place, text in zip(policies, found, strict=True):
        place.write_text(text, encoding="utf-8")
    kept, accounts = map(load_policy, policies)
    assert kept.keep is not None
    assert (kept.keep.period, accounts.accounts and accounts.accounts.merge) == ("24 months", "latest")
