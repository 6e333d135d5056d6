"""check --app: what is wrong with how an app is put together."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit.cli.answer import policy_problems
from consentkit.http import ResponseHead
from consentkit.tlog import Signer

from .conftest import Run

pytestmark = pytest.mark.filterwarnings("ignore:consentkit made its keys")

STARLETTE = """
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import HTMLResponse
from starlette.routing import Route
from consentkit.asgi import ConsentMiddleware
async def home(request):
    return HTMLResponse("<body>hello", headers={headers})
app = Starlette(routes=[Route("/", home)])
"""
SESSION = "app.add_middleware(SessionMiddleware, secret_key='s')\n"
OURS = "app.add_middleware(ConsentMiddleware)\n"
GZIP = "app.add_middleware(GZipMiddleware)\n"
FLASK = """
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from consentkit.flask import Consent
app = Flask(__name__)
@app.get("/")
def home():
    return "<body>hello"
"""


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test's app is a module of its own."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    sys.modules.pop("site_app", None)


def found(run: Run, text: str, target: str = "site_app:app", headers: str = "{}") -> list[str]:
    """The ids of what is wrong with this app."""
    Path("site_app.py").write_text(text.replace("{headers}", headers))
    sys.modules.pop("site_app", None)
    code = 1
    try:
        result = run("check", "--app", target, "--json", code=1)
    except AssertionError:
        sys.modules.pop("site_app", None)
        result, code = run("check", "--app", target, "--json"), 0
    problems = json.loads(result.stdout)["problems"]
    assert bool(problems) == bool(code)
    assert all(problem["remedy"] and problem["place"] for problem in problems)
    return [problem["ident"].removeprefix("consentkit.") for problem in problems]


@pytest.mark.parametrize(
    ("added", "ids"),
    [
        (SESSION + OURS + GZIP, []),
        (OURS, []),
        ("", ["W001"]),
        (SESSION, ["W001"]),
        (OURS + SESSION, ["W004"]),
        (GZIP + OURS, ["W005"]),
        (OURS + OURS, ["W006"]),
        (OURS + "app = ConsentMiddleware(app)\n", ["W006"]),
        ("app = ConsentMiddleware(app)\n", []),
        ("class CacheMiddleware:\n  def __init__(self, app): self.app = app\n"
         "  async def __call__(self, *a): await self.app(*a)\n" + OURS + "app = CacheMiddleware(app)\n", ["W002"]),
    ],
)  # fmt: skip
def test_starlette(run: Run, added: str, ids: list[str]) -> None:
    """An owner learns what stands on the wrong side of consentkit, that it is missing, or there twice."""
    assert found(run, STARLETTE + added) == ids


@pytest.mark.parametrize(
    ("added", "ids"),
    [
        ("Consent(app)", []),
        ("app.wsgi_app = ProxyFix(app.wsgi_app); Consent(app)", []),
        ("Consent(app); app.wsgi_app = ProxyFix(app.wsgi_app)", []),
        ("app.wsgi_app = ProxyFix(app.wsgi_app)", ["W001"]),
        ("Consent(app); Consent(app)", ["W006"]),
    ],
)
def test_flask(run: Run, added: str, ids: list[str]) -> None:
    """A Flask app is looked at in the same way."""
    assert found(run, FLASK + added) == ids
    assert found(run, FLASK + f"def make():\n    {added}\n    return app\n", "site_app:make()") == ids


@pytest.mark.parametrize(("mode", "ids"), [("report", ["W007"]), ("enforce", [])])
def test_report_in_production(run: Run, mode: str, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that is live and holds nothing is told so."""
    Path("consent.toml").write_text(f'mode = "{mode}"\n[controller]\nname = "S"\ncontact = "x"\n')
    assert found(run, STARLETTE + OURS) == []
    monkeypatch.setenv("CONSENTKIT_ENV", "production")
    monkeypatch.setenv("CONSENTKIT_SECRET", "a-secret-for-the-tests")
    monkeypatch.setenv("CONSENTKIT_SIGNING_KEY", str(Path(".consentkit/signing.key").resolve()))
    assert found(run, STARLETTE + OURS) == ids


@pytest.mark.parametrize(
    ("policy", "places"),
    [
        ("default-src 'self'", []),
        ("default-src 'none'", ["script-src", "style-src", "connect-src"]),
        ("script-src 'nonce-abc' 'strict-dynamic'", []),
        ("script-src 'sha256-abc'", ["script-src"]),
        ("script-src 'self' 'strict-dynamic'", ["script-src"]),
        ("script-src-elem https://cdn.test; script-src 'self'", ["script-src"]),
        ("style-src 'unsafe-inline'; connect-src https:; form-action 'none'", ["style-src", "form-action"]),
        ("img-src *, form-action https://pay.test", ["form-action"]),
    ],
)
def test_content_security_policy(run: Run, policy: str, places: list[str]) -> None:
    """An app whose Content-Security-Policy would stop our script, style or form is told which directive does."""
    head = ResponseHead(200, ((b"content-security-policy", policy.encode()),))
    assert [problem.place for problem in policy_problems(head)] == places
    headers = repr({"content-security-policy": policy})
    assert found(run, STARLETTE + OURS, headers=headers) == ["W008"] * len(places)


DJANGO = """
SECRET_KEY, ROOT_URLCONF, ALLOWED_HOSTS, urlpatterns = "s", "site_app", ["*"], []
DEBUG = {debug}
MIDDLEWARE = {middleware}
CONSENTKIT = dict(policy={policy}, secret="a-secret-for-the-tests", signing_key={key!r}, database="sqlite:///ledger.db")
import os
os.environ["DJANGO_SETTINGS_MODULE"] = __name__
def make():
    from django.core.{kind} import get_{kind}_application
    return get_{kind}_application()
"""
CONTROLLER = {"controller": {"name": "Shop", "contact": "privacy@shop.test"}}
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
PACKING = "django.middleware.gzip.GZipMiddleware"
DJANGOS = "consentkit.django.ConsentMiddleware"


@pytest.mark.parametrize(
    ("kind", "middleware", "policy", "debug", "ids"),
    [
        ("wsgi", [PACKING, DJANGOS, SESSIONS], {}, False, []),
        ("asgi", [SESSIONS, DJANGOS, PACKING], {"mode": "report"}, False, ["W004", "W005", "W007"]),
        ("wsgi", [SESSIONS], {}, True, ["W001"]),
    ],
)
def test_django(tmp_path: Path, kind: str, middleware: list[str], policy: object, debug: bool, ids: list[str]) -> None:
    """A Django site is looked at by its MIDDLEWARE; with DEBUG off it is in production."""
    key = Signer.generate("shop.test/log").to_text()
    declared = CONTROLLER | policy  # type: ignore[operator]
    text = DJANGO.format(kind=kind, middleware=middleware, policy=declared, debug=debug, key=key)
    (tmp_path / "site_app.py").write_text(text)
    command = [sys.executable, "-c", "from consentkit.cli import main; main()"]
    done = subprocess.run([*command, "check", "--app", "site_app:make()", "--json"], capture_output=True, text=True)
    assert done.returncode == bool(ids), done.stderr
    assert "could not be asked" not in done.stderr
    assert [problem["ident"][-4:] for problem in json.loads(done.stdout)["problems"]] == ids


def test_what_cannot_be_looked_at(run: Run) -> None:
    """An app that is not there, or does not load, is wrong use; a policy that it cannot use is a finding."""
    assert "no_such" in run("check", "--app", "no_such:app", code=2).stderr
    Path("site_app.py").write_text("app = 1 / 0")
    assert "ZeroDivisionError" in run("check", "--app", "site_app:app", code=2).stderr
    Path("site_app.py").write_text("def create(debug=False):\n    pass")
    sys.modules.pop("site_app", None)
    assert "write site_app:create()" in run("check", "--app", "site_app:create", code=2).stderr
    assert "leave PATH out" in run("check", "consent.toml", "--app", "site_app", code=2).stderr
    Path("consent.toml").write_text('mode = "loud"')
    assert found(run, STARLETTE + "app = ConsentMiddleware(app)") == ["E004"]
    assert found(run, STARLETTE + OURS) == ["E004"]


def test_an_app_that_fails_is_still_looked_at(run: Run) -> None:
    """An app whose front page breaks is told what is wrong with how it is put together."""
    assert found(run, STARLETTE.replace("return HTML", "raise KeyError;") + SESSION) == ["W001", "W009"]
    sys.modules.pop("site_app", None)
    assert "could not be asked" in run("check", "--app", "site_app", code=1).stderr
