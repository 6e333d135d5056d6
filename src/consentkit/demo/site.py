"""Linden Academy: a small school's website, like many. Knows nothing of consentkit.

It sets every cookie it likes on every page, and its pages carry the vendors' snippets as the vendors hand them out.
One line asks for the visitor's consent, to tell whether the playback speed will be remembered: `_remembers`.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from consentkit.demo.forms import DAY, form_token, plain, read_form, wished_language

HERE = Path(__file__).parent
CONTENT = tomllib.loads((HERE / "content.toml").read_text(encoding="utf-8"))
WORDS: dict[str, dict[str, str]] = CONTENT["words"]
COURSES: dict[str, dict[str, Any]] = {course["slug"]: course for course in CONTENT["courses"]}
SPEEDS = ("0.75", "1", "1.25", "1.5", "2")
PAUSE = 0.2  # seconds between two lines of the live lecture

_content = b"".join(path.read_bytes() for path in sorted((HERE / "static").iterdir()))
# What every template knows: of the vendors' snippets, where their vendor is and the name of the site's account there.
GLOBALS: dict[str, Any] = {
    # A new style sheet gets a new address, so that the old one may stay in caches for a year.
    "edition": hashlib.sha256(_content).hexdigest()[:8],
    "at": lambda host, scheme="https:": f"{scheme}//{host}",
    "account": "linden-academy",
}
templates = Jinja2Templates(directory=HERE / "templates")
templates.env.globals |= GLOBALS


def build_site() -> Starlette:
    """The whole website, bare: every cookie is set and every tracker runs."""
    app = Starlette(
        routes=[
            Route("/", home),
            Route("/courses", courses),
            Route("/courses/{slug}", course),
            Route("/courses/{slug}/speed", speed, methods=["POST"]),
            Route("/sign-in", sign_in, methods=["GET", "POST"]),
            Route("/sign-out", sign_out, methods=["POST"]),
            Route("/account", account),
            Route("/newsletter", newsletter),
            Route("/contact", contact),
            Route("/privacy", privacy),
            Route("/imprint", imprint),
            Route("/shared", shared),
            Route("/stream", stream),
            Route("/api/courses", api_courses),
            Route("/healthz", healthz),
            Mount("/static", LongLivedFiles(directory=HERE / "static")),
        ],
        exception_handlers={403: problem, 404: problem},
    )
    app.add_middleware(SessionMiddleware, secret_key=secrets.token_urlsafe(), max_age=None)
    return app


class LongLivedFiles(StaticFiles):
    """Static files that browsers may keep for a year."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000"
        return response


async def home(request: Request) -> Response:
    return _page(request, "home.html", courses=list(COURSES.values())[:3])


async def courses(request: Request) -> Response:
    return _page(request, "courses.html", courses=COURSES.values())


async def course(request: Request) -> Response:
    wished = request.query_params.get("speed") or request.cookies.get("playback_speed", "1")
    pace = wished if wished in SPEEDS else "1"
    return _page(
        request, "course.html", course=_course(request), pace=pace, speeds=SPEEDS, remembers=_remembers(request)
    )


async def speed(request: Request) -> Response:
    """Choose a playback speed: in the address for this once, and in a cookie for the next time."""
    chosen = (await read_form(request)).get("speed")
    if chosen not in SPEEDS:
        raise HTTPException(404, "There is no such speed.")
    response = RedirectResponse(f"/courses/{_course(request)['slug']}?speed={chosen}#lessons", status_code=303)
    response.set_cookie("playback_speed", str(chosen), max_age=365 * DAY)
    return response


async def sign_in(request: Request) -> Response:
    if request.method == "GET":
        return _page(request, "sign_in.html")
    request.session["name"] = str((await read_form(request)).get("name", "")).strip()[:40] or "Guest"
    return RedirectResponse("/account", status_code=303)


async def sign_out(request: Request) -> Response:
    await read_form(request)
    request.session.clear()
    return RedirectResponse("/", status_code=303)


async def account(request: Request) -> Response:
    if "name" not in request.session:
        return RedirectResponse("/sign-in", status_code=303)
    return _page(request, "account.html", courses=list(COURSES.values())[:2])


async def newsletter(request: Request) -> Response:
    return _page(request, "newsletter.html")


async def contact(request: Request) -> Response:
    return _page(request, "contact.html")


async def privacy(request: Request) -> Response:
    return _page(request, "privacy.html")


async def imprint(request: Request) -> Response:
    return _page(request, "imprint.html")


async def shared(request: Request) -> Response:
    """One page for everybody, which a cache in front may keep: no name, no cookies."""
    context = {"t": WORDS["en"], "language": "en", "shared": True, "terms": CONTENT["terms"]}
    headers = {"Cache-Control": "public, s-maxage=60"}
    return templates.TemplateResponse(request, "shared.html", context, headers=headers)


async def stream(request: Request) -> Response:
    """A lecture, sent line by line as it is spoken."""
    context = _context(request) | {"lines": CONTENT["lecture"]["lines"]}
    pieces = templates.get_template("stream.html").render(context).split("<!--pause-->")

    async def spoken() -> AsyncIterator[str]:
        for piece in pieces:
            yield piece
            await asyncio.sleep(PAUSE)

    response = StreamingResponse(spoken(), media_type="text/html", headers={"Cache-Control": "no-cache"})
    return _with_cookies(response, request, context)


async def api_courses(request: Request) -> Response:
    return JSONResponse(
        [{key: each[key] for key in ("slug", "title", "teacher", "level")} for each in COURSES.values()]
    )


async def healthz(request: Request) -> Response:
    return PlainTextResponse("ok")


async def problem(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _page(request, "problem.html", status, error=error)


def _page(request: Request, template: str, status: int = 200, **more: Any) -> Response:
    context = _context(request) | more
    headers = {"Cache-Control": "no-cache"}
    response = templates.TemplateResponse(request, template, context, status_code=status, headers=headers)
    return _with_cookies(response, request, context)


def _context(request: Request) -> dict[str, Any]:
    language = wished_language(request, tuple(WORDS))
    return {
        "t": WORDS[language],
        "language": language,
        "languages": WORDS.keys(),
        "name": request.session.get("name"),
        "path": request.url.path,
        "csrftoken": form_token(request),
    }


def _with_cookies(response: Response, request: Request, context: dict[str, Any]) -> Response:
    """Everything this site likes to remember, on every page and without asking."""
    visit = plain(request.cookies.get("visit_id")) or secrets.token_hex(8)
    campaign = plain(request.query_params.get("utm_source")) or plain(request.cookies.get("campaign")) or "direct"
    response.set_cookie("csrftoken", context["csrftoken"], max_age=365 * DAY)
    response.set_cookie("lang", context["language"], max_age=365 * DAY)
    response.set_cookie("visit_id", visit, max_age=365 * DAY)
    response.set_cookie("campaign", campaign, max_age=90 * DAY, httponly=True)
    return response


def _remembers(request: Request) -> bool:
    consent = getattr(request.state, "consent", None)
    return consent is None or bool(consent.allows("functional"))


def _course(request: Request) -> dict[str, Any]:
    try:
        return COURSES[request.path_params["slug"]]
    except KeyError:
        raise HTTPException(404, "There is no such course.") from None
