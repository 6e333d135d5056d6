"""Flask's own ways: the extension and its factory, g, Jinja, sessions, streams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flask
import pytest

from consentkit.flask import Consent
from consentkit.testing import visitor

SOURCE = (
    '<body><main>{% if consent.allows("analytics") %}counted{% else %}not counted{% endif %}</main>'
    "{{ consent_banner() }}<footer>{{ consent_link() }}</footer>"
)
HTML = {"Accept": "text/html"}


def views(app: flask.Flask) -> flask.Flask:
    app.secret_key = "for tests only"

    @app.get("/decision/<slug>")
    def decision(slug: str) -> Any:
        return {"granted": sorted(flask.g.consent.granted), "route": flask.request.environ["consentkit.route"]}

    @app.get("/placed")
    def placed() -> str:
        return flask.render_template_string(SOURCE)

    @app.get("/login")
    def login() -> str:
        flask.session["name"] = "Ada"
        return "<body>in"

    @app.get("/drip")
    def drip() -> Any:
        def pieces() -> Iterator[str]:
            yield "<!doctype html><body>"
            yield flask.request.args.get("x", "<img src='https://ads.test/a.gif'>")

        return flask.stream_with_context(pieces())

    return app


@pytest.fixture
def app(settings: dict[str, Any]) -> Iterator[flask.Flask]:
    app = views(flask.Flask(__name__))
    Consent(app, **settings)
    yield app
    app.wsgi_app._kit.close()  # type: ignore[attr-defined]


def test_decision(app: flask.Flask) -> None:
    """A view finds its visitor's decision in g, and the record its route's pattern in the environ."""
    assert visitor(app).get("/decision/a").json() == {"granted": ["essential"], "route": "/decision/<slug>"}
    granted = visitor(app, ("analytics",)).get("/decision/a").json()["granted"]
    assert granted == ["analytics", "essential"]


def test_templates(app: flask.Flask) -> None:
    """A template puts the banner and the link where its author wants them, and can ask for the decision."""
    page = app.test_client().get("/placed", headers=HTML).text
    assert "<main>not counted</main>" in page
    assert page.index("</main>") < page.index("/_privacy/choice") < page.index("<footer><aside")
    assert page.count('<form id="ck-f"') == page.count("<aside") - 1 == 1
    assert "<main>counted</main><footer><aside" in visitor(app, "all").get("/placed").text


def test_session(app: flask.Flask) -> None:
    """Nobody loses a login over us: Flask's session cookie leaves before any choice."""
    assert "session" in visitor(app).get("/login").cookies


def test_session_of_its_own_name(app: flask.Flask) -> None:
    """Nor where the session has a name of its own and outlives the browser, set after the extension was."""
    app.config |= {"SESSION_COOKIE_NAME": "shop", "PERMANENT_SESSION_LIFETIME": 9}
    app.before_request(lambda: setattr(flask.session, "permanent", True))
    assert "shop" in visitor(app).get("/login").cookies


def test_stream(app: flask.Flask) -> None:
    """A page that is generated piece by piece is guarded."""
    page = app.test_client().get("/drip", headers=HTML).text
    assert '<img data-ck="marketing ads" data-ck-src=' in page


def test_factory(settings: dict[str, Any]) -> None:
    """One extension serves a factory: settings come from each app's own config, arguments go before."""
    consent = Consent(policy=settings["policy"])

    def create_app(**config: Any) -> flask.Flask:
        app = flask.Flask(__name__)
        app.config |= {"CONSENTKIT_POLICY": "/nowhere.toml", **config}
        consent.init_app(app)
        return views(app)

    config = {f"CONSENTKIT_{name.upper()}": value for name, value in settings.items() if name != "policy"}
    app = create_app(**config)
    assert visitor(app, ("marketing",)).get("/decision/b").json()["granted"] == ["essential", "marketing"]
    assert app.wsgi_app._kit.policy.site.id == "shop"  # type: ignore[attr-defined]
    app.wsgi_app._kit.close()  # type: ignore[attr-defined]


def test_without_request(app: flask.Flask) -> None:
    """A template rendered outside a request has nothing granted and nothing placed."""
    with app.app_context():
        assert flask.render_template_string(SOURCE) == "<body><main>not counted</main><footer></footer>"
