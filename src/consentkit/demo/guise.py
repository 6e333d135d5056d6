"""A site in the guise of a real organisation: its pages and tags from a file, its cookies from its policy.

Like most sites it sets every cookie it has and carries every tag, whoever asks; what it knows of the people who sign in
is their age, and whether a guardian agreed. Of consent it knows one line: it says who has signed in (`alink`).
"""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from consentkit.accounts.linking import alink
from consentkit.demo.forms import DAY, form_token, plain, read_form, wished_language
from consentkit.demo.site import HERE, LongLivedFiles, templates
from consentkit.http import RequestHead, parse_cookies
from consentkit.policy import Policy, localised
from consentkit.policy.duration import parse_duration

SITES = HERE / "sites"
_PEOPLE = 1000
_SESSION = "session"

# Where a vendor answers: the request of a page, the vendor's host and, for snippets that name none, the scheme "".
At = Callable[..., str]


class Person(NamedTuple):
    """Who has signed in."""

    name: str
    age: int
    guardian: bool


def published(_: Request, host: str, scheme: str = "https:") -> str:
    """Where a vendor answers to everybody."""
    return f"{scheme}//{host}"


def site_names() -> list[str]:
    """The organisations there are."""
    return sorted(path.parent.name for path in SITES.glob("*/site.toml"))


def site_of(name: str) -> dict[str, Any]:
    """What an organisation's site has to say and carries."""
    return tomllib.loads((SITES / name / "site.toml").read_text(encoding="utf-8"))


class Guise:
    """One organisation's site under its policy. Who signed in is remembered until the process ends."""

    def __init__(self, name: str, policy: Policy, at: At = published) -> None:
        site = self._site = site_of(name)
        self._pages: dict[str, dict[str, Any]] = {page["path"]: page for page in site["pages"]}
        self._grown_up: int = site.get("guardian_until", 0)
        self._name, self._policy, self._at = name, policy, at
        self._people: dict[str, Person] = {}

    @property
    def paths(self) -> list[str]:
        """Every page, in the order of the menu."""
        return list(self._pages)

    def app(self) -> Starlette:
        """The whole website, bare."""
        return Starlette(
            routes=[
                Route("/sign-in", self._sign_in, methods=["GET", "POST"]),
                Mount("/static", LongLivedFiles(directory=HERE / "static")),
                *(Route(path, self._page) for path in self._pages),
            ],
            exception_handlers={403: self._problem, 404: self._problem},
        )

    def is_minor(self, head: RequestHead) -> bool:
        """Whether whoever asks has an account, is not of age, and has no guardian who agreed."""
        person = self._people.get(dict(parse_cookies(head)).get(_SESSION, ""))
        return person is not None and person.age < self._grown_up and not person.guardian

    async def _page(self, request: Request) -> Response:
        return self._shown(request, self._pages[request.url.path])

    async def _sign_in(self, request: Request) -> Response:
        if request.method == "GET":
            return self._shown(request, {"title": "Sign in", "text": [], "form": True})
        form = await read_form(request)
        age = str(form.get("age", ""))
        person = Person(
            str(form.get("name", ""))[:40] or "Guest", int(age) if age.isdecimal() else 99, "guardian" in form
        )
        if len(self._people) >= _PEOPLE:
            self._people.clear()
        self._people[token := secrets.token_urlsafe(24)] = person
        if self._policy.accounts:
            await alink(request, person.name)
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(_SESSION, token, httponly=True)
        return response

    async def _problem(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        title = "Not here" if status == 404 else "That did not work"
        return self._shown(request, {"title": title, "text": []}, status)

    def _shown(self, request: Request, page: dict[str, Any], status: int = 200) -> Response:
        language = wished_language(request, self._policy.languages or ("en",))
        say = partial(localised, language=language)
        token = form_token(request)
        context = {
            "site": self._site,
            "page": page,
            "pages": self._pages.values(),
            "person": self._people.get(request.cookies.get(_SESSION, "")),
            "guardians": self._grown_up,
            "say": say,
            "language": language,
            "languages": self._policy.languages or (),
            "path": request.url.path,
            "csrftoken": token,
            "at": partial(self._at, request),
            "account": self._name,
        }
        headers = {"Cache-Control": "public, s-maxage=60" if page.get("public") else "no-cache"}
        response = templates.TemplateResponse(request, "guise.html", context, status_code=status, headers=headers)
        if not page.get("public"):
            self._set_cookies(response, request, {"lang": language, "csrftoken": token})
        return response

    def _set_cookies(self, response: Response, request: Request, known: dict[str, str]) -> None:
        """Everything the policy says this site remembers, on every page and without asking."""
        for cookie in self._policy.cookies:
            if cookie.name == _SESSION:
                continue
            name = cookie.name.replace("*", "1")
            value = known.get(name) or plain(request.cookies.get(name)) or secrets.token_hex(8)
            response.set_cookie(name, value, max_age=min(parse_duration(cookie.retention), 400 * DAY) or None)
