"""Where a tracker could be named: never a place missed where one stands, in whatever spelling; quick on clean pages."""

from __future__ import annotations

import html
import re
import unicodedata
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.classification.classifier import split_url
from consentkit.guard import suspects
from consentkit.guard.html import rewrite_whole
from consentkit.guard.suspects import Suspects

LISTED = {"tracker.example", "deep.stats.example", "cdn.example"}
LOOK = Suspects(LISTED.__contains__)
SEARCH = Suspects({"t.test"}.__contains__)


@pytest.mark.parametrize(
    "page",
    [
        b'<script src="https://tracker.example/x.js">',
        b"<img src=//TRACKER.example>",
        b'<img src="https://sub.tracker.example:443/x">',
        b'<script src="https://tracker.example."></script>',
        b"https://a.deep.stats.example/",
        b"<script>load('tracker.example')</script>",
        b'<script>load("//cdn" + ".tracker.example/x")</script>',
        b"<SCRIPT >x=`cdn.tracker.example`",
        b"<script>a</script><p>'x.y'</p><script>b='cdn.example/x'</script>",
        b"text http://cdn.example text",
    ],
)
def test_candidates(page: bytes) -> None:
    """A page that names a listed host, or one below it, is looked at tag by tag."""
    assert LOOK(page)


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<p>tracker.example</p>",
        b"<p>'tracker.example'</p>",
        b'<a href="https://shop.example/tracker.example">',
        b"<script>load('stats.example')</script>",
        b'<img src="https://nottracker.example/">',
        b'<img src="https://tracker.example.evil.org/">',
        b"<script>",
        b"<script",
        b"//",
    ],
)
def test_clean_pages(page: bytes) -> None:
    """A page that names none costs next to nothing."""
    assert not LOOK(page)


@pytest.mark.parametrize(
    "body",
    [
        b"<img src=https:&#x2f;/t.test>",
        b"<img src='https://&#116;.test'>",
        b"<img src='https&colon;//own'>",
        b"<img src='//t&period;test'>",
        b"<img src='//t.te&shyst'>",
        b"<img src='//t.te\nst'>",
        b"<img src='/\t/t.test'>",
        b"<img src='//%74.test'>",
        b"<img src='//own@t.test'>",
        b"<img src='\\\\t.test'>",
        b"<img src='/\\t.test'>",
        b"<img src='https:t.test'>",
        b"<img src='https:/t.test'>",
        b"<img src='//\xef\xbd\x94.test'>",
        b'<script>x("https:\\/\\/t.test")</script>',
        b'<script>x("\\u002f\\u002ft.test")</script>',
        b'<script>x("\\x2f\\x2ft.test")</script>',
        b"<script src='data:text/javascript;base64,eA=='></script>",
        b"<img src='\\\\own@t.test'>",
        b"<img src='https:\\own@t.test'>",
        b"<img src='//own\n@t.test'>",
        b"<img src='//o wn@t.test'>",
        b'<img src="//o\'wn@t.test">',
        b"<img src='Https:/t.test'>",
        b"<img src='/\\\n/t.test'>",
        b"<img src='\\/%74.test'>",
        b"<img src='\\/o wn@t.test'>",
        b"<img src='//a!b.t.test'>",
        b"<style>a{b:url('/\\a /t.test')}</style>",
        b"<object data='DATA:TEXT/HTML,x'>",
    ],
)
def test_odd_spellings_are_read_carefully(body: bytes) -> None:
    """A tracker spelled so that a search for its name misses it is not let through unread."""
    assert SEARCH(body)


def test_ordinary_pages_are_not_called_odd() -> None:
    """References in prose, escapes in JSON and ordinary URLs do not cost a site the cheap way."""
    body = (
        b'<p title="a &amp; b">&copy; 2026&nbsp;&ndash; &#8217; &#39; &eacute;&hellip;</p><a href="/a?b=1&amp;c=2&d=3">'
        b'<script>x("https:\\/\\/own.example\\/a\\u003cb\\u0026", /[\\w.]+/, "https://own.example/a?b")</script>'
        b'<img src="data:image/png;base64,AAAA"> // a comment\n'
    )
    assert not SEARCH(body)


@pytest.mark.parametrize(
    "body",
    [
        b"<style>a{b:url(//t.te\\73 t)}</style>",
        b"<style>@import '//\\t.test'</style>",
        b"<style>a{b:url(\\2f\\2ft.test)}</style>",
        b"<style>\\75rl(//t.test)</style>",
        b"<iframe srcdoc='&lt;img src=&amp;#47;&amp;#47;t.test&gt;'>",
        b"<img src='//a!b$c@t.test'>",
        b"<a ping='//x_y.t.test'>",
        b"<iframe src='javascript:fetch(%22%2f%2ft.test%22)'>",
        b"<object data='data:image/svg+xml;base64,AA'>",
    ],
)
def test_odd_places_are_suspect(body: bytes) -> None:
    """Style sheets, documents in attributes and programs in addresses hide nothing either."""
    assert SEARCH(body)


def test_icons_and_line_ends_are_not_called_odd() -> None:
    """The escapes of an icon font, and of a script's line ends, are no reason to look closer."""
    assert not SEARCH(b'<style>a:before{content:"\\f101";b:"\\2022"}</style><script>"a\\nb"</script>')


def test_harmless_references_stand_for_nothing_a_host_is_made_of() -> None:
    """No reference that is passed over can spell a letter, a digit or a sign of a host, or vanish from one."""
    harmless = re.compile(rb"&" + suspects._HARMLESS + rb"\Z")
    every = [f"&{name}" for name in html.entities.html5 if name.endswith(";")]
    every += [f"&#{n};" for n in range(1, 9000)] + [f"&#x{n:x};" for n in range(1, 9000)]
    passed = [reference for reference in every if harmless.match(reference.encode())]
    assert len(passed) > 100
    for reference in passed:
        text = html.unescape(reference)
        folded = unicodedata.normalize("NFKC", text)
        assert not re.search(r"[A-Za-z0-9:/\\%@_-]", folded), reference
        assert folded != ".", reference
        assert unicodedata.category(text[0]) not in ("Cf", "Cc"), reference


@given(
    st.sampled_from(sorted(LISTED)),
    st.sampled_from(["", "a.", "a-b.c."]),
    st.binary(max_size=40),
    st.binary(max_size=40).filter(lambda data: not data[:1].isalnum() and data[:1] not in b".-_"),
    st.sampled_from([b"//", b"https://", b"<script>'", b'<script x>a="']),
)
def test_wherever_it_stands(host: str, below: str, before: bytes, after: bytes, opening: bytes) -> None:
    """Whatever stands around it, a listed host written out is seen."""
    assert LOOK(before + b">" + opening + (below + host).encode() + after)


SPELLINGS = (
    *(
        "//",
        "/",
        "\\",
        ":",
        "https:",
        "HTTP:",
        "\n",
        "\t",
        "\r",
        "@",
        "o ",
        "a.b",
        "%74",
        "t",
        ".",
        "\uff54",
        "&#47;",
        "'",
    ),
    *("t.test", ".test", "?", "#", "&amp;", "\u00ad", "//t.test/x"),
)


@given(st.lists(st.sampled_from(SPELLINGS), max_size=7).map("".join))
def test_whatever_is_held_was_suspect(address: str) -> None:
    """However an address is put together, a tracker that is held by reading every tag is held the quick way too."""
    page = f'<body><p>a</p><img src="{address}"></body>'.encode()

    def judge(url: str) -> str | None:
        host = (split_url(url) or ("", ""))[0]
        return "marketing" if f".{host}".endswith(".t.test") else None

    assert rewrite_whole(page, judge, judge, b"", suspects=SEARCH) == rewrite_whole(page, judge, judge, b"")


@given(st.binary(max_size=200))
def test_any_bytes(page: bytes) -> None:
    """No bytes can break the look, and every place is one in the page, in order."""
    found = LOOK(page)
    assert found == sorted(found)
    assert all(0 <= at < len(page) for at in found)


def test_memory_is_bounded() -> None:
    """Pages with endless names fill no memory."""
    look = Suspects(LISTED.__contains__)
    for number in range(200):
        look(b"".join(b"//h%d.example/" % (number * 100 + host) for host in range(100)))
    assert len(look._memo) <= 10_000


def test_scripts_are_remembered_within_bounds() -> None:
    """The scripts that stand on every page cost nothing again, and endlessly different ones fill no memory."""
    look = Suspects(LISTED.__contains__)
    for number in range(600):
        assert look(b"<script>%06d" % number + b" " * 9000 + b"'cdn.example/x'</script>") == [9014]
    assert sum(map(len, look._scripts)) <= suspects._ROOM


def test_a_place_is_inside_what_it_makes_suspect() -> None:
    """The tag or script in which a tracker is named holds the place that was found."""
    page = b'<p>x</p><img src="//tracker.example/">text<script>a="</p>";b="cdn.example/x"</script>'
    page += b'<i title="\\\\cdn.example">'
    spans = [
        (page.index(opening), page.index(closing)) for opening, closing in ((b"<img", b"text"), (b"<script", b"</s"))
    ]
    spans.append((page.index(b"<i title"), len(page)))
    found = LOOK(page)
    assert len(found) >= len(spans)
    assert all(any(start < at < end for at in found) for start, end in spans)
    assert all(any(start < at < end for start, end in spans) for at in found)


def test_a_declared_address_of_the_sites_own_is_found() -> None:
    """A tracker served from the site's own host under a declared path is no way around."""
    assert Suspects(LISTED.__contains__, ["/stats/"])(b'<img src="/stats/p.gif">') == [10]


@pytest.mark.parametrize(
    "word",
    [
        b"//" + b"a" * 200_000,
        b"\\" + b"0" * 200_000,
        b"//" + b"a." * 100_000,
        b"a\n" * 100_000,
        b"javascript:" * 20_000,
    ],
    ids=["letters", "digits", "labels", "lines", "schemes"],
)
def test_no_word_is_read_over_and_over(word: bytes) -> None:
    """One long word in a page, a picture in base64 or a user's idea of a name, holds nobody up."""
    start = process_time()
    SEARCH(b"<p>" + word + b"</p>")
    assert process_time() - start < 1


@pytest.mark.parametrize(
    "tag",
    [
        '<img src="htt\tps:x.t.test/a">',
        '<img src="https\n:x.t.test/a">',
        '<iframe src="data: text/html;base64,PHNjcmlwdCBzcmM9Ly94LnQudGVzdC9hPg=="></iframe>',
        '<iframe src="da\nta:text/html;base64,PHNjcmlwdCBzcmM9Ly94LnQudGVzdC9hPg=="></iframe>',
        "<iframe src=\"javascript:fetch('%2f%2fx.t.test/a')\"></iframe>",
        '<iframe src="javascr\nipt:fetch(%22%2f%2fx.t.test/a%22)"></iframe>',
        '<script src="data:;base64,aW1wb3J0KCIvL3gudC50ZXN0L2EiKQ=="></script>',
        "<img onerror=\"src='https:'+'//'+'x.t.test/a'\">",
    ],
)
def test_odd_ways_to_an_address(tag: str) -> None:
    """What a browser makes an address of is looked at, however its scheme is broken and wherever it is written."""
    assert SEARCH(f"<body>{tag}</body>".encode())
