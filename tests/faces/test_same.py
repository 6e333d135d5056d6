"""Whatever a site is built with, its visitors get the same bytes."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from tests.exchanges import CASES, Case, Headers, Response, unique

from .conftest import Open
from .stage import FACES, HOST, Site

NAVIGATION: Headers = (("accept", "text/html,*/*;q=0.8"), ("accept-language", "en"), ("sec-fetch-dest", "document"))
FORM: Headers = (("content-type", "application/x-www-form-urlencoded"), ("origin", f"http://{HOST}"))
JSON: Headers = (("content-type", "application/json"), ("sec-fetch-site", "same-origin"))
OTHERS = tuple(face for face in FACES if face != "asgi")
_TOKEN = re.compile(rb'name="token" value="([^"]+)"')


def cookies_of(answer: Response) -> Headers:
    """What a browser would send back."""
    lines = [value.partition(";") for name, value in answer.headers if name == "set-cookie"]
    kept = [pair for pair, _, attributes in lines if "max-age=0" not in attributes.lower()]
    return (("cookie", "; ".join(kept)),) if kept else ()


def choose(site: Site, fields: str, cookies: Headers = (), root: str = "") -> Response:
    """Open the preferences and press a button."""
    page = site.send("GET", "/_privacy/preferences", (*NAVIGATION, *cookies), root=root)
    token = _TOKEN.search(page.body)
    assert token
    body = fields.encode() + b"&token=" + token[1]
    return site.send("POST", "/_privacy/choice", (*NAVIGATION, *FORM, *cookies), body, root)


def without_length(answer: Response) -> Response:
    """A length is right or absent: servers and frameworks differ in whether they add it."""
    lengths = [value for name, value in answer.headers if name == "content-length"]
    assert lengths in ([], [str(len(answer.body))])
    return replace(answer, headers=tuple(pair for pair in answer.headers if pair[0] != "content-length"))


def play(site: Site, case: Case) -> Response:
    """One case of the table, as a visitor meets it."""
    site.validates = "content-type" in dict(case.answer.headers) or case.answer.status in (204, 304)
    pairs = [f"{name}={value}" for name, value in case.request.cookies]
    if case.request.chosen:
        pairs += [value for _, value in cookies_of(choose(site, f"choice={case.request.chosen}"))]
    site.told = case.answer
    headers = {**dict(NAVIGATION), **dict(case.request.headers)} | ({"cookie": "; ".join(pairs)} if pairs else {})
    return site.send(case.request.method, case.request.path, tuple(headers.items()))


@pytest.mark.parametrize("case", CASES, ids=unique(CASES))
def test_table(case: Case, everywhere: dict[str, Site]) -> None:
    """Every exchange of the table ends in the same status, headers and body, whatever the site is built with."""
    answers = {face: without_length(play(site, case)) for face, site in everywhere.items()}
    for face in OTHERS:
        assert answers[face] == answers["asgi"], face


OURS = [
    ("GET", "/_privacy/preferences", NAVIGATION, b""),
    ("GET", "/_privacy/notice", NAVIGATION, b""),
    ("HEAD", "/_privacy/preferences", NAVIGATION, b""),
    ("GET", "/_privacy/declaration", (("accept-language", "fr, en;q=0.5"),), b""),
    ("GET", "/_privacy/declaration.json", (), b""),
    ("GET", "/_privacy/receipt", (), b""),
    ("GET", "/_privacy/receipt?download", (), b""),
    ("GET", "/_privacy/log/checkpoint", (), b""),
    ("GET", "/.well-known/gpc.json", (), b""),
    ("GET", "/_privacy/", (), b""),
    ("GET", "/_privacy/nowhere", (), b""),
    ("GET", "/_privacy/static/nothing.css", (), b""),
    ("GET", "/_privacy/../etc/passwd", (), b""),
    ("GET", "/_privacy/préférences", (), b""),
    ("GET", "/_privacy/choice", (), b""),
    ("PUT", "/_privacy/choice", FORM, b"choice=refuse_all"),
    ("DELETE", "/_privacy/preferences", (), b""),
    ("OPTIONS", "/_privacy/preferences", (), b""),
    ("POST", "/_privacy/choice", (), b"choice=refuse_all"),
    ("POST", "/_privacy/choice", (("origin", f"http://{HOST}"),), b"choice=refuse_all"),
    ("POST", "/_privacy/choice", FORM, b""),
    ("POST", "/_privacy/choice", FORM, b"choice=refuse_all"),
    ("POST", "/_privacy/choice", FORM, b"choice=accept_all"),
    ("POST", "/_privacy/choice", FORM, b"choice=accept_all&token=forged"),
    ("POST", "/_privacy/choice", FORM, b"choice=custom&category=everything"),
    ("POST", "/_privacy/choice", FORM, b"choice=withdraw&choice=accept_all"),
    ("POST", "/_privacy/choice", FORM, b"choice=refuse_all&return_to=//evil.test/"),
    ("POST", "/_privacy/choice", FORM, b"choice=refuse_all&return_to=/caf%C3%A9?a=b"),
    ("POST", "/_privacy/choice", FORM, b"choice=\xff\xfe&%%%=&&;"),
    ("POST", "/_privacy/choice", FORM, b"a" * 16385),
    ("POST", "/_privacy/choice", FORM, b"choice=refuse_all&" + b"a" * 40000),
    ("POST", "/_privacy/choice", (*FORM, ("sec-fetch-site", "cross-site")), b"choice=refuse_all"),
    ("POST", "/_privacy/choice", (FORM[0], ("origin", "https://evil.test")), b"choice=refuse_all"),
    ("POST", "/_privacy/choice", (FORM[0], ("origin", "null")), b"choice=refuse_all"),
    ("POST", "/_privacy/choice", JSON, b'{"choice": "refuse_all"}'),
    ("POST", "/_privacy/choice", JSON, b'{"choice": "accept_all", "token": 7}'),
    ("POST", "/_privacy/choice", JSON, b"[" * 5000),
    ("POST", "/_privacy/choice", JSON, b"\x00\xff"),
    ("POST", "/_privacy/choice", (("content-type", "multipart/form-data; boundary=x"), JSON[1]), b"--x--"),
]


@pytest.mark.parametrize(
    ("method", "target", "headers", "body"), OURS, ids=[f"{m} {t} {b[:24]!r}" for m, t, _, b in OURS]
)
def test_ours(everywhere: dict[str, Site], method: str, target: str, headers: Headers, body: bytes) -> None:
    """Our own pages, and every way of asking for them wrongly, are the same through every face."""
    answers = {face: site.send(method, target, headers, body) for face, site in everywhere.items()}
    assert {face for face, answer in answers.items() if answer != answers["asgi"]} == set()
    assert answers["asgi"].status < 500


@pytest.mark.parametrize(
    "cookie",
    ["ck=", "ck=x.y; ck=z", "=; ;;=a; \xe9=\xff", "ck_s=amf; _ct=1; path=2; expires=3; _ad\"=1", "a=" + "b" * 5000],
)  # fmt: skip
def test_odd_cookies(everywhere: dict[str, Site], cookie: str) -> None:
    """Cookies that nobody would write are read, expired or left alone in the same way everywhere."""
    answers = {}
    for face, site in everywhere.items():
        site.told = Response(200, (("content-type", "text/html"),), (b"<body>hello",))
        answers[face] = without_length(site.send("GET", "/page", (*NAVIGATION, ("cookie", cookie))))
    assert {face for face, answer in answers.items() if answer != answers["asgi"]} == set()


def test_a_whole_visit(open_site: Open) -> None:
    """From the first page to the withdrawal a visitor gets the same bytes, cookies and receipt through every face."""
    page = Response(200, (("content-type", "text/html"), ("etag", '"1"')), (b"<body><img src=//ads.test/a.gif>",))
    visits = {}
    for face in FACES:
        site = open_site(face)
        site.told = page
        steps = [site.send("GET", "/a page", NAVIGATION)]
        steps.append(choose(site, "choice=custom&category=marketing&vendor=counter&return_to=/a%20page"))
        cookies = cookies_of(steps[-1])
        steps.append(site.send("GET", "/page", (*NAVIGATION, *cookies)))
        body = json.dumps({"choice": "withdraw"}).encode()
        lost = (("cookie", f"{cookies[0][1]}; _ad1=7; _ct=2; _ct=3"),)
        steps.append(site.send("POST", "/_privacy/choice", (*JSON, *lost), body))
        steps.append(site.send("GET", "/_privacy/receipt?download", cookies))
        visits[face] = [without_length(step) for step in steps]
    first = visits["asgi"]
    assert [step.status for step in first] == [200, 303, 200, 200, 200]
    expired = [value.partition("=")[0] for _, value in first[3].headers if "Max-Age=0" in value and value[:2] != "ck"]
    assert (set(expired), len(expired) > 2) == ({"_ad1", "_ct"}, True)
    assert len(json.loads(first[4].body)["receipts"]) == 2
    assert {face for face in FACES if visits[face] != first} == set()


@pytest.mark.parametrize("face", FACES)
def test_mounted(open_site: Open, face: str) -> None:
    """A site below a path of its server serves our pages there, and brings visitors back there."""
    site = open_site(face)
    site.told = Response(200, (("content-type", "text/html"),), (b"<body>hello",))
    page = site.send("GET", "/page", NAVIGATION, root="/shop")
    assert b'action="/shop/_privacy/choice"' in page.body
    answer = choose(site, "choice=refuse_all", root="/shop")
    assert (answer.status, dict(answer.headers)["location"]) == (303, "/shop/")


@pytest.mark.parametrize("face", FACES)
def test_left_alone(open_site: Open, face: str) -> None:
    """Of the paths that a site excludes we stay out, and below them only."""
    site = open_site(face, exclude=["/admin"])
    site.told = Response(200, (("content-type", "text/html"), ("set-cookie", "_ct=1; Path=/")), (b"<body>hello",))
    for path in ("/admin", "/admin/users"):
        assert without_length(site.send("GET", path, NAVIGATION)) == replace(
            site.told, headers=tuple(sorted(site.told.headers))
        )
    assert b"/_privacy/" in site.send("GET", "/administration", NAVIGATION).body


@pytest.mark.parametrize("face", FACES)
def test_several_hosts(open_site: Open, face: str) -> None:
    """A site with several hosts takes a choice from each of them, and not from one host for another."""
    site = open_site(face, site={"id": "shop", "name": "Shop", "hosts": ["shop.test", "boutique.test"]})
    token = _TOKEN.search(site.send("GET", "/_privacy/preferences", NAVIGATION).body)
    assert token
    body = b"choice=accept_all&token=" + token[1]
    sent = {}
    for origin in ("http://boutique.test", f"http://{HOST}"):
        # the stage sends its own Host first; the visitor is on the other host
        headers = tuple(h for h in (*NAVIGATION, FORM[0], ("origin", origin)))
        sent[origin] = site.send("POST", "/_privacy/choice", headers, body).status
    assert sent == {"http://boutique.test": 403, f"http://{HOST}": 303}


@pytest.mark.parametrize("face", FACES)
def test_behind_a_proxy(open_site: Open, face: str) -> None:
    """Of a proxy that the policy trusts, the word counts: over https a choice is kept in a cookie bound to its host."""
    site = open_site(face, trusted_proxies=["192.0.2.0/24"])
    forwarded = (("x-forwarded-proto", "https"), ("x-forwarded-for", "203.0.113.9"))
    answer = site.send("POST", "/_privacy/choice", (*JSON, *forwarded), b'{"choice": "refuse_all"}')
    kept = [value for name, value in answer.headers if name == "set-cookie" and value.startswith("__Host-ck=")]
    assert len(kept) == 1
    assert "; Secure" in kept[0]


@pytest.mark.parametrize("end", [b"<p", b"<img src=//ads.test/a.gif", b"<!-- cut", b"<script>let a = 1"])
def test_cut_short(everywhere: dict[str, Site], end: bytes) -> None:
    """A streamed page that breaks off in the middle of something arrives to its last byte, the same everywhere."""
    answers = {}
    for face, site in everywhere.items():
        site.told = Response(200, (("content-type", "text/html"),), (b"<!doctype html><body>", b"hello", end))
        answers[face] = without_length(site.send("GET", "/page", NAVIGATION))
    assert answers["asgi"].body.endswith(end)
    assert {face for face, answer in answers.items() if answer != answers["asgi"]} == set()
