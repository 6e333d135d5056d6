"""Linden Academy on Flask. The pages are the demo's; what consentkit needs is the line with `Consent`."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Flask, Response, abort, g, redirect, render_template, request, session

from consentkit.demo.site import CONTENT, COURSES, DAY, GLOBALS, HERE, SPEEDS, WORDS
from consentkit.flask import Consent

PLAIN = ("newsletter", "contact", "privacy", "imprint")


def create_app(**settings: Any) -> Flask:
    """The website under consent; `settings` are for its tests."""
    app = Flask(__name__, template_folder=str(HERE / "templates"), static_folder=str(HERE / "static"))
    app.secret_key = secrets.token_urlsafe()
    app.context_processor(words)
    app.before_request(check_form)
    app.after_request(remember)
    app.add_url_rule("/", "home", lambda: render_template("home.html", courses=list(COURSES.values())[:3]))
    app.add_url_rule("/courses", "courses", lambda: render_template("courses.html", courses=COURSES.values()))
    app.add_url_rule("/courses/<slug>", "course", course)
    app.add_url_rule("/courses/<slug>/speed", "speed", speed, methods=["POST"])
    app.add_url_rule("/sign-in", "sign_in", sign_in, methods=["GET", "POST"])
    app.add_url_rule("/account", "account", lambda: render_template("account.html", courses=list(COURSES.values())[:2]))
    app.add_url_rule("/stream", "stream", stream)
    for name in PLAIN:
        app.add_url_rule(f"/{name}", name, render_template, defaults={"template_name_or_list": f"{name}.html"})
    Consent(app, **{"policy": HERE / "consent.toml", **settings})
    return app


def course(slug: str) -> str:
    wished = request.args.get("speed") or request.cookies.get("playback_speed", "1")
    facts = {"pace": wished if wished in SPEEDS else "1", "speeds": SPEEDS, "remembers": g.consent.functional}
    return render_template("course.html", course=COURSES.get(slug) or abort(404), **facts)


def speed(slug: str) -> Any:
    response = redirect(f"/courses/{slug}?speed={request.form['speed']}#lessons", 303)
    response.set_cookie("playback_speed", request.form["speed"], max_age=365 * DAY)
    return response


def sign_in() -> Any:
    if request.method == "GET":
        return render_template("sign_in.html")
    session["name"] = request.form["name"].strip()[:40] or "Guest"
    return redirect("/account", 303)


def stream() -> Response:
    page = render_template("stream.html", lines=CONTENT["lecture"]["lines"])
    return Response(iter(page.split("<!--pause-->")), mimetype="text/html")


def words() -> dict[str, Any]:
    """What every template is given."""
    language = request.args.get("lang") or request.accept_languages.best_match(list(WORDS)) or "en"
    token = session.setdefault("token", secrets.token_urlsafe())
    spoken = {"t": WORDS.get(language, WORDS["en"]), "language": language[:2], "languages": WORDS.keys()}
    return GLOBALS | spoken | {"path": request.path, "csrftoken": token} | session


def check_form() -> None:
    if request.method == "POST" and request.form.get("csrftoken") != session.get("token", ""):
        abort(403, "This form did not come from our own page.")


def remember(response: Response) -> Response:
    """All that this site likes to remember, on every page and without asking: consentkit holds what must wait."""
    response.set_cookie("visit_id", request.cookies.get("visit_id") or secrets.token_hex(8), max_age=365 * DAY)
    response.set_cookie("campaign", request.args.get("utm_source", "direct")[:40], max_age=90 * DAY, httponly=True)
    return response
