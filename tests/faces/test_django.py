"""Django's own ways: its test clients, streams, cookies, middleware order, checks and templates."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_conf
from django.core.checks import run_checks
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.http import HttpResponse
from django.template import engines
from django.test import AsyncClient, Client, RequestFactory, override_settings

from consentkit.django import ConsentMiddleware
from consentkit.django.checks import check_settings
from consentkit.django.conf import in_production, site_kit, site_settings
from consentkit.django.cookies import Line, read_cookies, write_cookies
from consentkit.errors import ConfigError
from consentkit.testing import routes_of
from tests.exchanges import Response
from tests.faces.django_site import urls

from .conftest import Open
from .stage import django_settings, send_wsgi

OURS = "consentkit.django.ConsentMiddleware"
GZIP = "django.middleware.gzip.GZipMiddleware"
CONDITIONAL = "django.middleware.http.ConditionalGetMiddleware"
SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
CACHE = "django.middleware.cache.UpdateCacheMiddleware"
FETCH = "django.middleware.cache.FetchFromCacheMiddleware"
COMMON = "django.middleware.common.CommonMiddleware"
HELD = b'type="text/plain" data-ck="marketing ads"'
HTML = {"accept": "text/html", "sec-fetch-dest": "document"}
FIRST_LAYER = b'<form id="ck-f"'
SHOWN, HIDDEN = (b'<form%b method="post" action="/_privacy/choice">' % waits for waits in (b"", b" hidden"))


@pytest.fixture
def site(settings: dict[str, Any]) -> Iterator[dict[str, Any]]:
    with django_settings(**settings):
        yield settings


def form(client: Client, **fields: Any) -> Any:
    """Open the preferences and press a button, in the encoding that browsers use."""
    page = client.get("/_privacy/preferences").content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    body = "&".join(f"{name}={value}" for name, value in {**fields, "token": token[1]}.items())
    kind = "application/x-www-form-urlencoded"
    return client.post("/_privacy/choice", body, content_type=kind, headers={"origin": "http://testserver"})


def test_client(site: dict[str, Any]) -> None:
    """A site's own tests see the decision, the held cookies and the guarded page with Django's test client."""
    client = Client()
    page = client.get("/django/page", headers=HTML)
    assert set(page.cookies) == {"login"}
    assert page.cookies["login"]["httponly"] is True
    assert HELD in page.content
    assert page.headers["Content-Length"] == str(len(page.content))
    answer = form(client, choice="accept_all")
    assert answer.status_code == 303
    assert set(answer.cookies) == {"ck", "ck_s"}
    assert answer.cookies["ck"].value.count(".") == 1
    assert set(client.get("/django/page").cookies) == {"login", "_ct"}
    assert client.get("/django/decision").json() == {"granted": ["analytics", "essential", "functional", "marketing"]}


def test_async_client(site: dict[str, Any]) -> None:
    """The same holds for the asynchronous client, for views of either kind."""

    async def visit() -> None:
        client = AsyncClient()
        for path in ("/django/async", "/django/page"):
            page = await client.get(path, headers=HTML)
            assert HELD in page.content
        assert (await client.get("/_privacy/preferences")).status_code == 200

    asyncio.run(visit())


def test_csrf(site: dict[str, Any]) -> None:
    """A choice needs our token and origin, and none of Django's: it is answered before Django looks for a view."""
    for order in ([OURS, CSRF], [CSRF, OURS]):
        with override_settings(MIDDLEWARE=order):
            client = Client(enforce_csrf_checks=True)
            assert client.post("/django/page").status_code == 403
            assert form(client, choice="refuse_all").status_code == 303


def test_names_of_its_own(site: dict[str, Any]) -> None:
    """Nobody is logged out, nor turned away with a form, since the site calls Django's cookies by names of its own."""
    names = {"SESSION_COOKIE_NAME": "_ga", "CSRF_COOKIE_NAME": "myform"}  # the first is a tracker's for all others
    engine = "django.contrib.sessions.backends.signed_cookies"
    with override_settings(MIDDLEWARE=[OURS, SESSION, CSRF], SESSION_ENGINE=engine, **names):
        client = Client()
        assert set(client.get("/django/signin", headers=HTML).cookies) == {"_ga", "myform"}
        assert not client.get("/django/decision", headers=HTML).cookies, "nothing drops them later"
    with override_settings(MIDDLEWARE=[OURS, SESSION, CSRF], SESSION_ENGINE=engine):
        assert set(Client().get("/django/signin").cookies) == {"sessionid", "csrftoken"}
    assert site_kit().classifier.cookie("_ga").category == "analytics"


@pytest.mark.parametrize("order", [[OURS, GZIP], [GZIP, OURS]])
def test_gzip(site: dict[str, Any], order: list[str]) -> None:
    """Compressed by Django, a page is guarded all the same, streamed or whole, sync or async."""
    headers = {**HTML, "accept-encoding": "gzip, br"}
    with override_settings(MIDDLEWARE=order):
        for path in ("/django/page", "/django/drip"):
            page = Client().get(path, headers=headers)
            body = b"".join(page.streaming_content) if page.streaming else page.content
            assert page.headers["Content-Encoding"] == "gzip"
            assert HELD in gzip.decompress(body)

        async def visit() -> bytes:
            page = await AsyncClient().get("/_told", headers=headers)
            return b"".join([piece async for piece in page.streaming_content])

        pieces = tuple(urls.PAGE[at : at + 11] for at in range(0, len(urls.PAGE), 11))
        urls.told = Response(200, (("Content-Type", "text/html"),), pieces)
        assert HELD in gzip.decompress(asyncio.run(visit()))


def test_streams(site: dict[str, Any]) -> None:
    """A streamed page is guarded piece by piece; a file that is no page is not touched, one that is a page is."""
    client = Client()
    drip = client.get("/django/drip", headers=HTML)
    pieces = list(drip.streaming_content)
    assert len(pieces) > 3
    assert HELD in b"".join(pieces)
    plain = ConsentMiddleware(lambda request: urls.file(request, "application"))(RequestFactory().get("/"))
    assert plain.file_to_stream is not None  # the server may still send it as a file
    assert "Content-Length" in plain.headers
    page = client.get("/django/file/text", headers=HTML)
    assert HELD in b"".join(page.streaming_content)
    assert "Content-Length" not in page.headers
    for response in (drip, plain, page):
        response.close()


@pytest.mark.parametrize(
    ("face", "path", "kind"),
    [("django_sync", "/django/adrip", "asynchronous"), ("django_async", "/django/drip", "synchronous")],
)
def test_streams_of_the_other_kind(open_site: Open, face: str, path: str, kind: str) -> None:
    """A stream of the kind that the server did not ask for is guarded too; Django warns of it, as it always does."""
    site = open_site(face)
    with pytest.warns(Warning, match=f"must consume {kind} iterators"):
        answer = site.send("GET", path, tuple(HTML.items()))
    assert HELD in answer.body


@pytest.mark.parametrize("path", ["/django/page", "/django/drip", "/django/file/text"])
def test_head(site: dict[str, Any], path: str) -> None:
    """Asked for its head only, a page has the head it would have, and no body."""
    head = Client().head(path, headers=HTML)
    assert (b"".join(head.streaming_content) if head.streaming else head.content) == b""
    assert "private" in head.headers["Cache-Control"]
    head.close()


def test_conditional(site: dict[str, Any]) -> None:
    """A page that has not changed is not sent again, until its visitor changes their mind."""
    with override_settings(MIDDLEWARE=[OURS, CONDITIONAL]):
        client = Client()
        form(client, choice="refuse_all")
        first = client.get("/django/async", headers=HTML)
        again = {**HTML, "if-none-match": first.headers["ETag"]}
        same = client.get("/django/async", headers=again)
        assert (same.status_code, same.headers["ETag"]) == (304, first.headers["ETag"])
        form(client, choice="accept_all")
        assert client.get("/django/async", headers=again).status_code == 200


def test_cache(site: dict[str, Any]) -> None:
    """A cache inside keeps what the site wrote, for us to render for each visitor; a placed banner it does not keep."""
    with override_settings(MIDDLEWARE=[OURS, CACHE, COMMON, FETCH]):
        asked, refused = Client(), Client()
        form(refused, choice="refuse_all")
        first = asked.get("/django/async", headers=HTML)
        assert FIRST_LAYER in first.content
        assert FIRST_LAYER not in refused.get("/django/async", headers=HTML).content
        assert asked.get("/django/async", headers=HTML).content.count(FIRST_LAYER) == 1
        for path in ("/django/placed", "/django/named"):
            assert asked.get(path, headers=HTML).content.count(FIRST_LAYER) == 1
            assert FIRST_LAYER not in refused.get(path, headers=HTML).content


def test_cache_of_a_placed_link(site: dict[str, Any]) -> None:
    """A cache inside keeps a page with a placed link as it is for everybody; with what one visitor allowed, never."""
    with override_settings(MIDDLEWARE=[OURS, CACHE, COMMON, FETCH]):
        granted, refused = Client(), Client()
        form(granted, choice="accept_all")
        form(refused, choice="refuse_all")
        assert SHOWN in granted.get("/django/linked", headers=HTML).content
        assert HIDDEN in refused.get("/django/linked", headers=HTML).content
        kept = granted.get("/django/linked", headers=HTML).content  # as it was kept for the other: ours is added to it
        ours, _, footer = kept.partition(b"<footer>")
        assert SHOWN in ours
        assert HIDDEN in footer


@pytest.mark.parametrize("path", ["/django/placed", "/django/named"])
def test_templates(site: dict[str, Any], path: str) -> None:
    """A template puts the banner and the link where its author wants them, once, and can ask for the decision."""
    client = Client()
    page = client.get(path, headers=HTML).content
    assert page.count(FIRST_LAYER) == 1
    assert page.index(b"<main>") < page.index(b"/_privacy/choice") < page.index(b"<footer>")
    assert b"<footer><aside" in page
    assert b"not counted" in page or path == "/django/named"
    form(client, choice="accept_all")
    page = client.get(path, headers=HTML).content
    assert FIRST_LAYER not in page
    assert page.count(b"/_privacy/preferences") == 1
    assert b"not counted" not in page


def test_templates_without_us(site: dict[str, Any]) -> None:
    """On a page that our middleware does not see nothing is granted and nothing is placed."""
    with override_settings(MIDDLEWARE=[]):
        page = Client().get("/django/placed").content
    assert page == b"<body><p>not counted</p><main></main><footer></footer>"


def test_route(site: dict[str, Any]) -> None:
    """The record names the pattern of the page on which the visitor chose, never its path."""
    client = Client()
    for path in ("/django/courses/night-sky", "/django/placed"):
        client.get(path, headers=HTML)
    page = client.get("/django/placed", headers=HTML).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    body = f"choice=accept_all&token={token[1]}"
    kind = "application/x-www-form-urlencoded"
    client.post("/_privacy/choice", body, content_type=kind, headers={"origin": "http://testserver"})
    (entry,) = (entry for entry in site_kit().ledger.store.entries() if entry.visitor)
    assert b'"route":"/django/placed"' in (entry.record or b"")


def test_a_broken_view(site: dict[str, Any]) -> None:
    """The page that Django shows when a view breaks is guarded like any other."""
    with override_settings(DEBUG=False):
        page = Client(raise_request_exception=False).get("/django/boom", headers=HTML)
    assert page.status_code == 500
    assert b"/_privacy/" in page.content


def test_lines(site: dict[str, Any]) -> None:
    """Several lines of one name go out as they are; lines that Django wrote stay what Django would have written."""
    response = HttpResponse()
    response.set_cookie("login", "a b", max_age=5)
    django_line = read_cookies(response)[0]
    ours = [b"_ct=; Max-Age=0; Path=/", b"_ct=; Max-Age=0; Path=/x; Domain=a.test", b"path=; Max-Age=0; Path=/"]
    write_cookies(response, [django_line, *ours])
    assert [morsel.output(header="").strip().encode() for morsel in response.cookies.values()] == [django_line, *ours]
    assert response.cookies["_ct"].value == ""
    assert not isinstance(response.cookies["login"], Line)
    jar: SimpleCookie = SimpleCookie()
    jar.update(response.cookies)
    assert {morsel.key for morsel in jar.values()} == {"login", "_ct", "path"}


def test_expiry_on_the_wire(site: dict[str, Any]) -> None:
    """A visitor who refused is rid of cookies from before, with as many lines as that takes."""
    client = Client()
    form(client, choice="refuse_all")
    cookie = f"ck={client.cookies['ck'].value}; _ct=1"
    headers = (("host", "www.shop.test"), ("accept", "text/html"), ("cookie", cookie))
    answer = send_wsgi(WSGIHandler(), "GET", "/django/async", headers, b"", "")
    lines = [value.strip() for name, value in answer.headers if name == "Set-Cookie"]
    assert [line.partition("Path=")[2] for line in lines] == ["/", "/; Domain=www.shop.test", "/; Domain=shop.test"]


@pytest.mark.parametrize(
    ("order", "idents"),
    [
        ([OURS, GZIP, CONDITIONAL], ["W005"]),
        ([GZIP, OURS, SESSION, CSRF, CONDITIONAL], []),
        ([SESSION, CSRF, OURS], ["W004", "W004"]),
        ([CACHE, CONDITIONAL, OURS, FETCH], ["W002", "W003"]),
        ([COMMON], ["W001"]),
    ],
)
def test_order(site: dict[str, Any], order: list[str], idents: list[str]) -> None:
    """Middleware in an order that would undo ours is named at the start, with the way to mend it."""
    with override_settings(MIDDLEWARE=order):
        found = run_checks()
    assert [message.id for message in found] == [f"consentkit.{ident}" for ident in idents]
    assert all(message.hint for message in found)


def test_broken_policy(settings: dict[str, Any], tmp_path: Path) -> None:
    """Everything wrong with the policy is reported by `manage.py check`, each with its id and its remedy."""
    policy = tmp_path / "consent.toml"
    policy.write_text('versoin = "1"\nmode = "enforced"\n', encoding="utf-8")
    with django_settings(**{**settings, "policy": policy}), pytest.raises(SystemCheckError) as stopped:
        call_command("check")
    said = str(stopped.value)
    assert "versoin" in said
    assert said.count("consentkit.E0") == 2


def test_unknown_settings(settings: dict[str, Any]) -> None:
    """A setting that there is not is named, and those that there are."""
    with django_settings(**settings, databse="default"):
        (found,) = run_checks()
    assert found.id == "consentkit.E030"
    assert "databse" in found.msg
    assert "database" in found.hint


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bool], None]]:
    """started(debug): Django as it is after a start with that DEBUG, and no secret or key set anywhere."""
    monkeypatch.delenv("CONSENTKIT_SECRET", raising=False)
    monkeypatch.delenv("CONSENTKIT_SIGNING_KEY", raising=False)

    def start(debug: bool) -> None:
        monkeypatch.setattr(django_conf, "DEBUG", debug)
        in_production.cache_clear()
        apps.get_app_config("consentkit").ready()

    yield start
    in_production.cache_clear()


def test_production(settings: dict[str, Any], started: Callable[[bool], None]) -> None:
    """With DEBUG off no secret and no key is invented: the start is refused, and both are named."""
    started(False)
    with django_settings(policy=settings["policy"], data=settings["data"]):
        named = {message.msg.partition(":")[0] for message in run_checks()}
        assert named == {"CONSENTKIT_SECRET", "CONSENTKIT_SIGNING_KEY"}
        with pytest.raises(ConfigError):
            Client().get("/")


def test_a_suite_is_no_production(
    settings: dict[str, Any], started: Callable[[bool], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site's tests run with DEBUG off, and need no secret for that."""
    started(True)
    monkeypatch.setattr(django_conf, "DEBUG", False)
    with django_settings(policy=settings["policy"], data=settings["data"]), pytest.warns(match="made its keys"):
        assert Client().get("/_privacy/preferences").status_code == 200


def test_headers_read_early(site: dict[str, Any]) -> None:
    """A middleware before ours that looks at the headers does not keep the view from seeing ours."""
    seen: list[str] = []

    def view(request: Any) -> HttpResponse:
        seen.append(request.headers["Accept-Encoding"])
        return HttpResponse()

    request = RequestFactory().get("/", headers={**HTML, "accept-encoding": "br"})
    assert request.headers["Accept-Encoding"] == "br"
    ConsentMiddleware(view)(request)
    assert seen == ["identity"]


@pytest.mark.parametrize(
    ("database", "url"),
    [
        ({"ENGINE": "django.db.backends.sqlite3", "NAME": Path("/srv/site.db")}, "sqlite:////srv/site.db"),
        (
            {"ENGINE": "django.db.backends.postgresql", "NAME": "site", "USER": "me", "PASSWORD": "a/b", "HOST": "db"},
            r"postgresql\+psycopg2?://me:a%2Fb@db/site",
        ),
        ({"ENGINE": "django.contrib.gis.db.backends.postgresql", "NAME": "s", "PORT": "5433"}, r".*://:5433/s"),
        ({"ENGINE": "django.db.backends.postgresql", "NAME": "s", "USER": ""}, r"postgresql\+psycopg2?:///s"),
    ],
)
def test_databases(
    settings: dict[str, Any], database: dict[str, Any], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger can live in a database that Django knows already."""
    monkeypatch.setattr(django_conf, "DATABASES", {"default": database})
    with django_settings(**settings, database="default"):
        assert re.fullmatch(url, site_settings().database)


def test_database_of_another_kind(settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that we cannot use is named by its alias, and its password is not."""
    mysql = {"ENGINE": "django.db.backends.mysql", "NAME": "site", "PASSWORD": "hush"}
    monkeypatch.setattr(django_conf, "DATABASES", {"default": mysql})
    with django_settings(**settings, database="default"):
        (found,) = check_settings(None)
    assert found.id == "consentkit.E031"
    assert "hush" not in str(found)


def test_one_kit(site: dict[str, Any]) -> None:
    """All handlers of a process share one ledger, and so one thread that writes."""

    def view(request: Any) -> HttpResponse:
        return HttpResponse()

    assert ConsentMiddleware(view)._kit is ConsentMiddleware(view)._kit


def test_routes(site: dict[str, Any]) -> None:
    """Of a URLconf those paths are known that can be opened as they are."""
    found = routes_of(WSGIHandler())
    assert "/django/page" in found
    assert not [path for path in found if "<" in path or "\\" in path]


def test_engine_names() -> None:
    """The tags exist under the name that the documents give."""
    assert engines["django"].from_string("{% load consentkit %}")
