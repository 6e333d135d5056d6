"""The bare website: an ordinary site that sets and loads whatever it likes."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

import anyio
import httpx
import pytest

from consentkit.demo import site
from consentkit.demo.site import COURSES, WORDS, build_site

PAGES = ["/", "/courses", "/courses/night-sky", "/sign-in", "/newsletter", "/contact", "/privacy", "/imprint"]
DYNAMIC = [*PAGES, "/stream", "/nowhere"]

# Where a vendor's snippet belongs, and the words by which anybody would know it.
SNIPPETS = [
    ("/", '<script async src="https://www.googletagmanager.com/gtag/js?id=G-DEMO12345"></script>'),
    ("/", "gtag('config', 'G-DEMO12345'"),
    ("/", "'https://www.googletagmanager.com/gtm.js?id='+i+dl"),
    ("/", '<noscript><iframe src="https://www.googletagmanager.com/ns.html?id=GTM-DEMO123"'),
    ("/", "'https://connect.facebook.net/en_US/fbevents.js'"),
    ("/", 'src="https://www.facebook.com/tr?id=100000000000000&ev=PageView&noscript=1"'),
    ("/", "'https://static.hotjar.com/c/hotjar-','.js?sv='"),
    ("/courses/night-sky", 'src="https://www.youtube.com/embed/DEMOnight01"'),
    ("/courses/night-sky", 'src="https://www.facebook.com/plugins/like.php?href='),
    ("/newsletter", 'action="https://linden-academy.us1.list-manage.com/subscribe/post?'),
    ("/newsletter", 'src="//s3.amazonaws.com/downloads.mailchimp.com/js/mc-validate.js"'),
    ("/newsletter", "https://chimpstatic.com/mcjs-connected/js/users/"),
    ("/contact", '<script src="https://webforms.pipedrive.com/f/loader"></script>'),
]


def token(client: httpx.Client, path: str) -> str:
    found = re.search(r'name="csrftoken" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def sign_in(client: httpx.Client, name: str) -> httpx.Response:
    return client.post("/sign-in", data={"name": name, "csrftoken": token(client, "/sign-in")})


@pytest.mark.parametrize("path", [*PAGES, "/shared", "/stream"])
def test_pages(client: httpx.Client, path: str) -> None:
    """Every page of the site opens for a visitor, with a title, a heading and its language."""
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert '<html lang="en">' in response.text
    assert len(re.findall(r"<h1>[^<]+</h1>", response.text)) == 1


@pytest.mark.parametrize(("path", "words"), SNIPPETS)
def test_snippets(client: httpx.Client, path: str, words: str) -> None:
    """Each vendor's install snippet stands in the page as its vendor hands it out."""
    assert words in client.get(path).text


@pytest.mark.parametrize("path", [*DYNAMIC, "/shared"])
def test_trackers_on_every_page(client: httpx.Client, path: str) -> None:
    """The measuring snippets are on every page, streamed, shared and missing ones as well."""
    text = client.get(path).text
    assert all(mark in text for mark in ("G-DEMO12345", "GTM-DEMO123", "fbq('init'", "hjid:1234567"))


@pytest.mark.parametrize("path", DYNAMIC)
def test_cookies_on_every_page(client: httpx.Client, path: str) -> None:
    """The bare site sets its cookies for every visitor, without asking."""
    lines = client.get(path).headers.get_list("set-cookie")
    assert {line.partition("=")[0] for line in lines} == {"csrftoken", "lang", "visit_id", "campaign"}
    assert [line.partition("=")[0] for line in lines if "HttpOnly" in line] == ["campaign"]


def test_cookies_stay(client: httpx.Client) -> None:
    """A returning visitor is recognised: random values are made once, and the last campaign counts."""
    client.get("/?utm_source=spring-letter")
    before = {name: client.cookies[name] for name in ("csrftoken", "visit_id", "campaign")}
    client.get("/courses")
    assert {name: client.cookies[name] for name in before} == before
    assert before["campaign"] == "spring-letter"


def test_odd_campaign(client: httpx.Client) -> None:
    """An address with odd letters in it is served, and none of them reach a header."""
    response = client.get("/", params={"utm_source": "Мартa;\r\nx=1, ü"})
    assert response.status_code == 200
    assert client.cookies["campaign"] == "ax1"


def test_login(client: httpx.Client) -> None:
    """A visitor signs in under any name, sees it on every page, safely written, and signs out again."""
    cookie = sign_in(client, "<b>Ada</b>").headers["set-cookie"]
    assert cookie.startswith("session=")
    assert cookie.endswith("httponly; samesite=lax")
    page = client.get("/account").text
    assert "You are signed in as <strong>&lt;b&gt;Ada&lt;/b&gt;</strong>" in page
    assert "&lt;b&gt;Ada" in client.get("/").text
    assert client.post("/sign-out", data={"csrftoken": token(client, "/account")}).headers["location"] == "/"
    assert client.get("/account").headers["location"] == "/sign-in"


@pytest.mark.parametrize("sent", [None, "", "guessed"])
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/courses/night-sky/speed"])
def test_csrf(client: httpx.Client, path: str, sent: str | None) -> None:
    """A form from elsewhere is refused, whether or not the visitor has the cookie."""
    fields = {"name": "Eve", "speed": "2"} | ({} if sent is None else {"csrftoken": sent})
    assert client.post(path, data=fields).status_code == 403
    client.get("/")
    refused = client.post(path, data=fields)
    assert refused.status_code == 403
    assert "did not come from our own page" in refused.text
    assert "playback_speed" not in client.cookies
    assert "session" not in client.cookies


def test_speed(client: httpx.Client) -> None:
    """The playback speed changes the lesson times at once, and is remembered for the next course."""
    path = "/courses/night-sky"
    assert '<span class="small">18 min</span>' in client.get(path).text
    chosen = client.post(f"{path}/speed", data={"speed": "1.5", "csrftoken": token(client, path)})
    assert chosen.headers["location"] == "/courses/night-sky?speed=1.5#lessons"
    assert '<button name="speed" value="1.5" aria-pressed="true">' in client.get("/courses/slow-bread").text
    client.cookies.delete("playback_speed")
    assert '<span class="small">12 min</span>' in client.get(chosen.headers["location"]).text


def test_unknown_speed_and_course(client: httpx.Client) -> None:
    """What is not on offer is not there: a page in the site's own clothes says so."""
    sent = {"speed": "9", "csrftoken": token(client, "/sign-in")}
    for response in (client.post("/courses/night-sky/speed", data=sent), client.get("/courses/alchemy")):
        assert response.status_code == 404
        assert "Not here" in response.text


@pytest.mark.parametrize(
    ("address", "accepted", "language"),
    [("/?lang=fr", "de", "fr"), ("/", "pt, nl;q=0.8", "nl"), ("/?lang=xx", "ro-RO,en", "ro"), ("/", "", "en")],
)
def test_language(client: httpx.Client, address: str, accepted: str, language: str) -> None:
    """Headings follow the language asked for, else the browser's; the next page remembers."""
    page = client.get(address, headers={"Accept-Language": accepted}).text
    assert WORDS[language]["tagline"] in page
    assert WORDS[language]["chosen"] in client.get("/", headers={"Accept-Language": "en"}).text


def test_words_complete() -> None:
    """Every language has every word that English has."""
    assert {language: words.keys() - WORDS["en"].keys() for language, words in WORDS.items()} == {
        language: set() for language in ("en", "fr", "nl", "de", "ro")
    }
    assert all(words.keys() == WORDS["en"].keys() and all(words.values()) for words in WORDS.values())


def test_shared(client: httpx.Client) -> None:
    """The shared page is the same for everybody: no name, no cookie, no token, and a cache may keep it."""
    anonymous = client.get("/shared")
    client.get("/?lang=de")
    sign_in(client, "Ada")
    known = client.get("/shared")
    assert known.content == anonymous.content
    assert known.headers["cache-control"] == "public, s-maxage=60"
    assert "set-cookie" not in known.headers
    assert "vary" not in known.headers


def test_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lecture arrives line by line, not in one piece."""
    monkeypatch.setattr(site, "PAUSE", 0)
    pieces: list[bytes] = []

    async def receive() -> MutableMapping[str, Any]:
        await anyio.sleep_forever()
        return {}

    async def send(message: MutableMapping[str, Any]) -> None:
        if body := message.get("body"):
            pieces.append(body)

    scope = {"type": "http", "method": "GET", "path": "/stream", "query_string": b"", "headers": [], "asgi": {}}
    anyio.run(build_site(), scope, receive, send)
    assert len(pieces) == 11
    assert pieces[0].startswith(b"<!doctype html>")
    assert pieces[-1].endswith(b"</html>")


def test_static(client: httpx.Client) -> None:
    """Static files may be kept for a year, are asked for by content, and every one named in a page is there."""
    named = {path for page in PAGES for path in re.findall(r'"(/static/[^"]+)"', client.get(page).text)}
    assert len(named) == 9
    for path in named:
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=31536000"
        again = client.get(path, headers={"If-None-Match": response.headers["etag"]})
        assert again.status_code == 304
        assert not again.content


def test_api_and_health(client: httpx.Client) -> None:
    """Programs get plain answers, without cookies."""
    listed = client.get("/api/courses")
    assert [each["slug"] for each in listed.json()] == list(COURSES)
    assert "set-cookie" not in listed.headers
    assert client.get("/healthz").text == "ok"
