"""A real shared cache between a site and its visitors: what it keeps is everybody's, never one visitor's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consentkit.asgi import ConsentMiddleware
from consentkit.testing import scratch
from tests.exchanges import POLICY
from tests.serving import served
from tests.waiting import until

from .conftest import cached

PAGE = "<!doctype html><body><script src=https://ads.test/x.js></script><p>" + "words " * 200
SAYS: dict[str, dict[str, str]] = {
    "plain": {},
    "fresh": {"cache-control": "max-age=600", "expires": "Thu, 01 Jan 2099 00:00:00 GMT"},
    "targeted": {"x-accel-expires": "600", "cache-control": "private, max-age=600"},
    "shared": {"cache-control": "public, max-age=600"},
    "edge": {"x-accel-expires": "600"},
    "brief": {"cache-control": "public, max-age=1"},
}
Visit = Callable[..., "Visitor"]
PERSONAL, SHARED = ("plain", "fresh", "targeted"), ("shared", "edge", "brief")
_TOKEN = re.compile(r'name="token" value="([^"]+)"')


async def show(request: Request) -> Response:
    headers = SAYS[request.path_params["name"]] | {"etag": '"v1"', "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
    if request.headers.get("if-none-match") == '"v1"':
        return Response(status_code=304, headers=headers)
    response = Response(PAGE, headers=headers, media_type="text/html")
    response.set_cookie("_ct", "1")
    return response


async def style(request: Request) -> Response:
    return Response("p {}", headers={"link": "<https://ads.test/a>; rel=preload"}, media_type="text/css")


@pytest.fixture(scope="module")
def site(nginx: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address at which visitors come in."""
    app = Starlette(routes=[Route("/style.css", style), Route("/{name}", show)])
    app.add_middleware(GZipMiddleware)
    guarded = ConsentMiddleware(app, POLICY, **scratch())
    with served(guarded) as origin, cached(nginx, origin, tmp_path_factory.mktemp("nginx")) as address:
        yield address
    guarded._kit.close()


class Visitor:
    """A browser that asks for pages."""

    def __init__(self, client: httpx.Client, coding: str) -> None:
        self.client = client
        client.headers.update({"accept": "text/html", "sec-fetch-dest": "document", "accept-encoding": coding})

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def choose(self, choice: str) -> None:
        token = _TOKEN.search(self.get("/_privacy/preferences").text)
        assert token
        answer = self.client.post(
            "/_privacy/choice", data={"choice": choice, "token": token[1]}, headers={"sec-fetch-site": "same-origin"}
        )
        assert answer.status_code == 303
        assert "x-cache" not in answer.headers


@pytest.fixture
def visit(site: str) -> Iterator[Visit]:
    """visit(coding): a new visitor, who leaves when the test is over."""
    with ExitStack() as stack:
        yield lambda coding="identity": Visitor(stack.enter_context(httpx.Client(base_url=site)), coding)


def held(answer: httpx.Response) -> bool:
    assert answer.status_code == 200
    return 'type="text/plain"' in answer.text


@pytest.mark.parametrize("name", PERSONAL)
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_personal_page_is_never_kept(name: str, coding: str, visit: Visit) -> None:
    """Between two visitors a cache has nothing: each gets their own page, with a token of their own or none."""
    first, second = visit(coding), visit(coding)
    first.choose("accept_all")
    for _ in range(3):
        mine, theirs = first.get(f"/{name}?{coding}"), second.get(f"/{name}?{coding}")
        assert (held(mine), held(theirs)) == (False, True)
        assert (_TOKEN.search(mine.text) is None, _TOKEN.search(theirs.text) is None) == (True, False)
        assert "set-cookie" not in theirs.headers
        assert {mine.headers["x-cache"], theirs.headers["x-cache"]} == {"MISS"}
        assert mine.headers.get("content-encoding") == (coding if coding == "gzip" else None)
    second.choose("accept_all")
    first.choose("withdraw")
    assert (held(first.get(f"/{name}?{coding}")), held(second.get(f"/{name}?{coding}"))) == (True, False)


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_shared_page_is_everybodys(name: str, coding: str, visit: Visit) -> None:
    """A page for everybody comes out of the cache, the same to the byte whoever asked first, without any cookie."""
    visitors = [visit(coding) for _ in range(3)]
    visitors[0].choose("accept_all")
    visitors[1].choose("refuse_all")
    answers = [
        visitor.get(f"/{name}?{coding}", accept_language=each) for visitor, each in zip(visitors, "fde", strict=True)
    ]
    assert len({answer.content for answer in answers}) == 1
    assert [answer.headers["x-cache"] for answer in answers] == ["MISS", "HIT", "HIT"]
    assert held(answers[0])
    assert all("set-cookie" not in answer.headers and not _TOKEN.search(answer.text) for answer in answers)
    assert all(a.headers.get("vary") == b.headers.get("vary") for a, b in pairwise(answers))


def test_a_shared_page_is_renewed(visit: Visit) -> None:
    """A stale page for everybody is confirmed by the app, whoever happens to ask, and stays what it was."""
    visitors = [visit() for _ in range(3)]
    visitors[1].choose("accept_all")
    before = visitors[0].get("/brief?renewed")
    answers = []

    def is_stale() -> bool:
        answers.append(visitors[1].get("/brief?renewed"))
        return answers[-1].headers["x-cache"] != "HIT"

    until(is_stale)
    renewed, after = answers[-1], visitors[2].get("/brief?renewed")
    assert [renewed.headers["x-cache"], after.headers["x-cache"]] == ["REVALIDATED", "HIT"]
    assert before.content == renewed.content == after.content
    assert before.headers["etag"] == renewed.headers["etag"]
    assert "set-cookie" not in renewed.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditions_through_a_cache(method: str, visit: Visit) -> None:
    """The cache confirms a browser's copy of a page for everybody, and none of a page that changed with a choice."""
    visitor = visit()
    visitor.choose("accept_all")
    copies = {name: visitor.get(f"/{name}?{method}").headers["etag"] for name in ("shared", "fresh")}
    visitor.choose("withdraw")
    asked = {
        name: visitor.client.request(method, f"/{name}?{method}", headers={"if-none-match": tag})
        for name, tag in copies.items()
    }
    assert {name: answer.status_code for name, answer in asked.items()} == {"shared": 304, "fresh": 200}
    assert method == "HEAD" or held(asked["fresh"])


def test_our_own_pages(visit: Visit) -> None:
    """Notice, preferences and receipt are fetched for each visitor; our files come out of the cache."""
    visitors = [visit(), visit()]
    for path in ("notice", "preferences", "receipt"):
        assert {visitor.get(f"/_privacy/{path}").headers["x-cache"] for visitor in visitors} == {"MISS"}
    found = re.search(r'href="(/_privacy/static/[^"]+css)"', visitors[0].get("/plain").text)
    assert found
    assert [visitor.get(found[1]).headers["x-cache"] for visitor in visitors] == ["MISS", "HIT"]


def test_a_file_tells_nobody_of_a_tracker(visit: Visit) -> None:
    """A stylesheet that one visitor, who accepted, brings into the cache sends no other to a tracker."""
    first, second = visit(), visit()
    first.choose("accept_all")
    answers: list[Any] = [visitor.get("/style.css", sec_fetch_dest="style") for visitor in (first, second)]
    assert [answer.headers["x-cache"] for answer in answers] == ["MISS", "HIT"]
    assert all("link" not in answer.headers for answer in answers)
