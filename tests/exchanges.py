"""One table of exchanges: what a browser sends, what the app answers, and what must reach the browser.

Values only, so that every face can run the same table: a face turns `request` and `answer` into its own words, and
compares `normal` of what came out with `expected`. Expected pages are written with marks where something of ours goes;
an author's page follows from them by taking the marks out.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

POLICY: dict[str, Any] = {
    "languages": ["en", "fr"],
    "site": {"id": "shop", "name": "Shop"},
    "controller": {"name": "Shop Ltd", "contact": "privacy@shop.test"},
    "vendors": [
        {
            "id": "counter",
            "name": "Counter",
            "category": "analytics",
            "purpose": "Counts visits.",
            "hosts": ["counter.test"],
            "cookies": [{"name": "_ct", "purpose": "Tells visitors apart.", "retention": "13 months"}],
        },
        {
            "id": "ads",
            "name": "Ads",
            "category": "marketing",
            "purpose": "Measures advertising.",
            "hosts": ["ads.test"],
            "cookies": [{"name": "_ad*", "purpose": "Recognises a browser.", "retention": "3 months", "path": "/x"}],
        },
    ],
    "cookies": [
        {"name": "login", "category": "essential", "purpose": "Keeps you signed in.", "retention": "session"},
        {"name": "speed", "category": "functional", "purpose": "Remembers how fast.", "retention": "1 year"},
    ],
}

Headers = tuple[tuple[str, str], ...]
Chunks = tuple[bytes, ...]
PERSONAL: Headers = (("cache-control", "private"), ("vary", "Cookie, Accept-Language, Sec-GPC"))

BANNER, REOPEN = b"{banner}", b"{reopen}"
_BANNER = re.compile(
    rb'<link rel="stylesheet" href="/_privacy/static/[0-9a-f]{16}\.first\.css">\n<section .*?</section>', re.S
)
_REOPEN = re.compile(
    rb"<aside[^>]*>(?:<link rel=stylesheet href=\"/_privacy/static/[0-9a-f]{16}\.reopen\.css\">"
    rb"|<style[^>]*>[^<]*</style>)?"
    rb"<a href=\"/_privacy/preferences\"[^>]*>.*?</aside>",
    re.S,
)
_WIDGET = re.compile(
    rb'(?:<template class="ck-later">.*?</template>)?\s*'
    rb'<script defer src="/_privacy/static/[0-9a-f]{16}\.widget\.js"[^>]*></script>',
    re.S,
)
_LEAD = re.compile(rb'<script src="/_privacy/static/[0-9a-f]{16}\.guard\.js"[^>]*></script>')
_KEY = re.compile(r"~([sw])[0-9a-f]{12}\"")
# What is held is written behind these marks in `expected`.
_HELD = re.compile(rb' type="text/plain" data-ck="[^"]*"| data-ck="[^"]*"|data-ck-(?=src)')


@dataclass(frozen=True)
class Request:
    """`chosen` is the choice that stands in this browser, made before; `cookies` are others that it holds."""

    chosen: str = ""
    method: str = "GET"
    path: str = "/page"
    headers: Headers = ()
    cookies: Headers = ()


@dataclass(frozen=True)
class Response:
    """A response; `chunks` as the app yields them. Of what reaches a browser only the whole body counts."""

    status: int = 200
    headers: Headers = ()
    chunks: Chunks = ()

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)


@dataclass(frozen=True)
class Case:
    """`truth` is what holds for a visitor or a site owner, in one sentence."""

    truth: str
    answer: Response
    expected: Response
    request: Request = field(default_factory=Request)


def normal(response: Response) -> Response:
    """A response with what differs from run to run taken out: the banner and link become marks, our ETag keys too."""
    body = _REOPEN.sub(REOPEN, _BANNER.sub(BANNER, _WIDGET.sub(b"", _LEAD.sub(b"", response.body))))
    headers = tuple(sorted((name, _KEY.sub(r'~\1{key}"', value)) for name, value in response.headers))
    return Response(response.status, headers, (body,))


def written(expected: bytes) -> bytes:
    """The author's page again."""
    return _HELD.sub(b"", expected.replace(BANNER, b"").replace(REOPEN, b""))


def _page(
    truth: str,
    expected: bytes,
    request: Request = Request(),
    sent: Headers = (),
    kept: Headers = (),
    status: int = 200,
) -> Case:
    """An HTML page: `sent` and `kept` are headers before and after, beside its type and length."""
    kind = (("content-type", "text/html; charset=utf-8"),)
    page = written(expected)
    length = (("content-length", str(len(page))),)
    return Case(truth, Response(status, kind + sent + length, (page,)), _out(status, kind + kept, expected), request)


def _untouched(
    truth: str, headers: Headers, body: bytes = b"", status: int = 200, request: Request = Request()
) -> Case:
    """A response that goes out as it came in."""
    answer = Response(status, headers, (body,) if body else ())
    return Case(truth, answer, _out(status, headers, body), request)


def _out(status: int, headers: Headers, body: bytes) -> Response:
    return Response(status, tuple(sorted(headers)), (body,))


def _cookies(*lines: str) -> Headers:
    return tuple(("set-cookie", line) for line in lines)


def _compressed(case: Case) -> Case:
    answer = case.answer
    coded = gzip.compress(answer.body, mtime=0)
    headers = (*(pair for pair in answer.headers if pair[0] != "content-length"), ("content-encoding", "gzip"))
    expected = replace(case.expected, headers=tuple(sorted((*case.expected.headers, ("content-encoding", "gzip")))))
    return replace(
        case,
        truth=case.truth + " Compressed as well.",
        answer=Response(answer.status, headers, (coded,)),
        expected=expected,
    )


def _streamed(case: Case, size: int) -> Case:
    answer, body = case.answer, case.answer.body
    chunks = tuple(body[at : at + size] for at in range(0, len(body), size))
    headers = tuple(pair for pair in answer.headers if pair[0] != "content-length")
    truth = f"{case.truth} In pieces of {size} as well."
    return replace(case, truth=truth, answer=Response(answer.status, headers, chunks))


SHOP = Request()
ACCEPTED = Request("accept_all")
REFUSED = Request("refuse_all")
BUSY = (
    b"<!doctype html>\n<html><head><title>Caf\xc3\xa9 &amp; th\xc3\xa9</title>"
    b'<script type="text/plain" data-ck="marketing ads" src="https://ads.test/x.js" async></script></head>\n'
    b'<body class=shop>{banner}<img data-ck="analytics counter" data-ck-src=//counter.test/p.gif><!-- kept -->'
    b"<p onclick='x()'>\xf0\x9f\x8d\x8b</p>\r\n</body></html>\n"
)
FREE = re.sub(_HELD, b"", BUSY).replace(BANNER, REOPEN)
LINES = _cookies(
    "_ct=1; Path=/", "login=abc; HttpOnly; Path=/", "_ad7=9; Max-Age=99", "speed=2; Max-Age=99", "odd=1; Max-Age=9"
)
LOGIN = _cookies("login=abc; HttpOnly; Path=/")
GONE = _cookies("_ct=; Max-Age=0; Path=/", "_ad7=; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
DROPPED = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/"
TEXT = (("content-type", "text/plain"),)
OTHER = (("x-frame-options", "DENY"), ("server-timing", "db;dur=5"), ("link", "</a.css>; rel=preload"))

_HTML = [
    _page(
        "Before a choice trackers are held and the banner is there; every other byte is the author's.",
        BUSY,
        SHOP,
        (),
        PERSONAL,
    ),
    _page(
        "After a refusal trackers stay held, and the link to change one's mind takes the banner's place.",
        BUSY.replace(BANNER, REOPEN),
        REFUSED,
        (),
        PERSONAL,
    ),
    _page("After everything was accepted, the page is the author's and the link.", FREE, ACCEPTED, (), PERSONAL),
]

CASES: tuple[Case, ...] = (
    *_HTML,
    *map(_compressed, _HTML),
    *(_streamed(case, size) for case in _HTML for size in (1, 7, 64)),
    _page(
        "Of an app's cookies only the essential one leaves before a choice.",
        b"<body>{banner}",
        SHOP,
        LINES,
        LOGIN + PERSONAL,
    ),
    _page("Every cookie leaves once everything was accepted.", b"<body>{reopen}", ACCEPTED, LINES, LINES + PERSONAL),
    _page("An app may always delete its own cookies.", b"<body>{banner}", SHOP, GONE, GONE + PERSONAL),
    _page("Headers that are not ours to change arrive in full.", b"<body>{banner}", SHOP, OTHER, OTHER + PERSONAL),
    _page("A missing page is guarded and asks.", b"<body>{banner}<p>Not here.", SHOP, LINES, LOGIN + PERSONAL, 404),
    _page(
        "A page that says what broke is guarded and asks.",
        b"<body>{banner}<p>Broken.",
        SHOP,
        LINES,
        LOGIN + PERSONAL,
        500,
    ),
    _page(
        "A page that was private already keeps its own words.",
        b"<body>{banner}",
        SHOP,
        (("cache-control", "no-store"),),
        (("cache-control", "no-store"), PERSONAL[1]),
    ),
    _page(
        "How long its visitor may keep a page stays the app's word.",
        b"<body>{banner}",
        SHOP,
        (("cache-control", "max-age=60"), ("vary", "Accept-Encoding")),
        (("cache-control", "private, max-age=60"), ("vary", "Accept-Encoding, Cookie, Accept-Language, Sec-GPC")),
    ),
    _page(
        "The validators of a page become ours.",
        b"<body>{banner}",
        SHOP,
        (("etag", '"v1"'), ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT"), ("accept-ranges", "bytes")),
        (("etag", 'W/"v1~s{key}"'), *PERSONAL),
    ),
    _page(
        "A page in a frame carries no banner of its own.",
        b"<body><p>x",
        Request(headers=(("sec-fetch-dest", "iframe"),)),
        (),
        PERSONAL,
    ),
    _page(
        "A fragment fetched by a script stays a fragment.",
        b"<li>one</li>",
        Request(headers=(("sec-fetch-dest", "empty"),)),
        (),
        PERSONAL,
    ),
    _page(
        "A robot is not asked.",
        b"<body>{reopen}<p>x",
        Request(headers=(("user-agent", "Examplebot/1.0"),)),
        (),
        PERSONAL,
    ),
    _page(
        "A page for everybody carries no token and nothing personal.",
        b"<body>{reopen}<p>x",
        SHOP,
        (("cache-control", "public, max-age=60"),),
        (("cache-control", "public, max-age=60"),),
    ),
    _page(
        "A page for everybody is held even for one who accepted.",
        BUSY.replace(BANNER, REOPEN),
        ACCEPTED,
        (("cache-control", "s-maxage=60"), *LINES),
        (("cache-control", "s-maxage=60"), *LOGIN),
    ),
    Case(
        "A redirect sets no held cookie.",
        Response(302, (("location", "/to"), *LINES)),
        _out(302, (("location", "/to"), *LOGIN), b""),
    ),
    Case(
        "JSON sets no held cookie, and its bytes stay.",
        Response(
            200, (("content-type", "application/json"), ("content-length", "17"), *LINES), (b'{"html":"<body>"}',)
        ),
        _out(200, (("content-type", "application/json"), ("content-length", "17"), *LOGIN), b'{"html":"<body>"}'),
    ),
    Case("A response without content sets no held cookie.", Response(204, LINES), _out(204, LOGIN, b"")),
    Case(
        "A response that says nothing changed sets no held cookie.",
        Response(304, (("etag", '"a"'), *LINES)),
        _out(304, (("etag", '"a"'), *LOGIN), b""),
    ),
    _untouched(
        "A picture is the app's, to the byte.",
        (("content-type", "image/png"), ("content-length", "9"), ("etag", '"p"')),
        b"\x89PNG<body>"[:9],
    ),
    _untouched(
        "A script of the site's own is not read.",
        (("content-type", "text/javascript"),),
        b"load('https://ads.test/x.js')",
    ),
    _untouched(
        "A download is nobody's page.",
        (("content-type", "text/html"), ("content-disposition", 'attachment; filename="a.html"')),
        b"<body><script src=//ads.test>",
    ),
    _untouched(
        "Brotli is passed on, and stays what it is.",
        (("content-type", "text/html"), ("content-encoding", "br")),
        b"\x0b\x02\x80abc\x03",
    ),
    _untouched(
        "A part of a page that a script fetches is passed on.",
        (("content-type", "text/html"), ("content-range", "bytes 5-9/20")),
        b"<body",
        206,
        Request(headers=(("sec-fetch-dest", "empty"),)),
    ),
    _page(
        "A part of a page that a browser shows is guarded like a whole one.",
        b'<p>x<img data-ck="analytics counter" data-ck-src=//counter.test/p.gif>',
        SHOP,
        (),
        PERSONAL,
        206,
    ),
    Case(
        "A header that sends a browser to a tracker is held on any response, and the rest of its line stays.",
        Response(
            302, (("location", "https://ads.test/"), ("link", "</a.css>; rel=preload, <//ads.test>; rel=preconnect"))
        ),
        _out(302, (("location", "https://ads.test/"), ("link", "</a.css>; rel=preload")), b""),
    ),
    Case(
        "A visitor who refused is rid of cookies from before.",
        Response(200, TEXT, (b"hello",)),
        _out(
            200, (*TEXT, ("set-cookie", f"_ct={DROPPED}"), ("set-cookie", f"_ct={DROPPED}; Domain=shop.test")), b"hello"
        ),
        Request("refuse_all", cookies=(("_ct", "1"), ("login", "abc"), ("odd", "1"))),
    ),
)

# What a visitor who allowed only the counter sends, and what the app gets of it where the policy hides cookies.
HIDDEN: tuple[tuple[str, str, str | None], ...] = (
    ("Nothing to hide, nothing changed.", "a=1;  b=2 ;c", "a=1;  b=2 ;c"),
    ("What waits for consent is gone, what has it stays.", "_ad=1; _ct=2; speed=3; login=4", "_ct=2; login=4"),
    ("All others stay byte for byte.", 'x = "a b" ;_ad=1;y=%20=;  z="é', 'x = "a b" ;y=%20=;  z="é'),
    ("The first being gone, the line begins with the second.", "_ad=1; \ta=1; b", "a=1; b"),
    ("The last being gone, the line ends with the one before.", "a=1; _ad=1", "a=1"),
    ("Several of one name go together.", "_ad=1; a=1; _ad=2; a=2", "a=1; a=2"),
    ("Spaces around a name hide nothing.", "a=1; \t_ad7 =1", "a=1"),
    ("A chunk is what its whole is.", "_ad.0=1; login.1=2", "login.1=2"),
    ("What nobody knows may be a login.", "odd=1; _adless", "odd=1; _adless"),
    ("With nothing left there is no header.", "_ad=1; speed=1", None),
)


def unique(cases: Iterable[Case]) -> list[str]:
    """The sentences as names of tests."""
    return [case.truth for case in cases]
