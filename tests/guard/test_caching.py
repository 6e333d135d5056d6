"""Who may keep a response, and when an old copy still fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.guard.caching import (
    confirmed_key,
    for_the_app,
    is_shared,
    may_be_markup,
    may_be_page,
    rendered,
    rendering_key,
)
from consentkit.http import RequestHead, ResponseHead, directives

KEY, SHARED, OTHER = "0123456789ab", "ba9876543210", "ffffffffffff"
PAGE = (b"sec-fetch-dest", b"document")
IMAGE = (b"sec-fetch-dest", b"image")


def asked(*headers: tuple[bytes, bytes]) -> dict[bytes, bytes]:
    head = for_the_app(RequestHead("GET", "/", headers), lambda: (KEY, SHARED))
    return dict(head.headers)


def condition(value: bytes, kind: tuple[bytes, bytes] = PAGE) -> bytes | None:
    return asked((b"if-none-match", value), kind).get(b"if-none-match")


def response(*headers: tuple[bytes, bytes]) -> ResponseHead:
    return ResponseHead(200, headers)


def keyed(head: ResponseHead, key: str) -> ResponseHead:
    return rendered(head, key, other_bytes=False, shared=True)


def personal(head: ResponseHead) -> ResponseHead:
    return rendered(head, KEY, other_bytes=False, shared=False)


# ── conditional requests ──


@pytest.mark.parametrize(
    ("sent", "page", "other"),
    [
        (f'W/"v1~s{KEY}"', b'"v1"', b'"v1"'),
        (f'W/"v1~w{KEY}"', b'W/"v1"', b'W/"v1"'),
        (f'"v1~s{KEY}"', b'"v1"', b'"v1"'),
        (f'W/"v1~s{SHARED}"', b'"v1"', b'"v1"'),
        (f'W/"~s{KEY}"', b'""', b'""'),
        (f'W/"a~s{OTHER}~w{KEY}"', f'W/"a~s{OTHER}"'.encode(), f'W/"a~s{OTHER}"'.encode()),
        (f'W/"v1~s{OTHER}"', None, None),
        (f'W/"v1~x{KEY}"', None, f'W/"v1~x{KEY}"'.encode()),
        ('"v1"', None, b'"v1"'),
        ('W/"v1"', None, b'W/"v1"'),
        (f'"v1", W/"v2~s{KEY}", W/"v3~s{OTHER}"', b'"v2"', b'"v1", "v2"'),
        (f'W/"a,b~s{KEY}" ,  W/"c~w{SHARED}"', b'"a,b", W/"c"', b'"a,b", W/"c"'),
        ("*", None, b"*"),
        (" * ", None, b" * "),
        ("", None, None),
        ("v1", None, None),
        ('"unclosed', None, None),
    ],
)
def test_conditions(sent: str, page: bytes | None, other: bytes | None) -> None:
    """The app is asked "has it changed?" only of a copy that would be rendered the same now; its own tag comes back.

    A page from before we were here is asked for anew; other things keep their own conditions.
    """
    assert condition(sent.encode()) == page
    assert condition(sent.encode(), IMAGE) == other


@given(st.text("!#$%()*+,-./:;<=>?@[]^_`{|}~azAZ09\xe9", max_size=20), st.booleans())
def test_tags_come_back(tag: str, weak: bool) -> None:
    """Whatever ETag an app writes, it gets that one back, weak or strong as it was."""
    written = ("W/" if weak else "").encode() + b'"' + tag.encode("latin-1") + b'"'
    ours = keyed(response((b"etag", written)), KEY).header(b"etag")
    assert ours is not None
    assert ours.startswith(b'W/"')
    assert ours != written
    assert condition(ours) == written
    stale = keyed(response((b"etag", written)), OTHER).header(b"etag")
    assert stale is not None
    assert condition(stale) is None


@given(st.binary(max_size=60))
def test_any_condition(value: bytes) -> None:
    """No bytes in a condition can break a page."""
    condition(value)
    condition(value, IMAGE)


@pytest.mark.parametrize("tag", [b"v1", b'"a"b"', b"", b"W/v1", b'w/"v1"'])
def test_odd_tags_are_dropped(tag: bytes) -> None:
    """An ETag that is none is not made to look like one."""
    assert keyed(response((b"etag", tag)), KEY).header(b"etag") is None


def test_pages_are_asked_for_whole() -> None:
    """A page is never put together from parts or dates of another rendering; a download still resumes."""
    parts = ((b"range", b"bytes=0-5"), (b"if-range", b'"x"'), (b"if-modified-since", b"now"))
    assert asked(*parts, PAGE) == dict([PAGE])
    assert asked(*parts, IMAGE) == dict([*parts, IMAGE])


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (b"gzip, deflate, br, zstd", b"gzip, deflate"),
        (b"br;q=1.0, GZIP;q=0.8", b"gzip;q=0.8"),
        (b"x-gzip", b"x-gzip"),
        (b"gzip ; q=0.001", b"gzip ; q=0.001"),
        (b"deflate;q=0.5, gzip;q=0", b"deflate;q=0.5"),
        (b"gzip;q=1.000,br", b"gzip;q=1.000"),
        (b"gzip;q=2", b"identity"),
        (b"gzip;level=9", b"identity"),
        (b"br", b"identity"),
        (b"", b"identity"),
        (b"*", b"identity"),
        (b"gzip;q=0", b"identity"),
        (b"gzip; q=0.000, br", b"identity"),
        (b"gzipped", b"identity"),
    ],
)
def test_codings(accepted: bytes, coding: bytes) -> None:
    """A page is asked for in a coding that we can read and the browser as well; other things as the browser said."""
    assert asked((b"accept-encoding", accepted), PAGE)[b"accept-encoding"] == coding
    assert asked((b"accept-encoding", accepted), IMAGE)[b"accept-encoding"] == accepted


def test_all_else_reaches_the_app() -> None:
    """The app sees every other header as it was sent, empty ones and repeated ones too."""
    headers = ((b"cookie", b"a=1"), (b"x-empty", b""), (b"cookie", b"b=2"), PAGE)
    assert for_the_app(RequestHead("GET", "/", headers), tuple).headers == headers


def test_the_key_is_made_only_when_asked_for() -> None:
    """A request without a condition costs no key."""

    def never() -> tuple[str, ...]:
        raise AssertionError

    for_the_app(RequestHead("GET", "/", (PAGE,)), never)


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ([(b"sec-fetch-dest", b"document")], True),
        ([(b"sec-fetch-dest", b"iframe")], True),
        ([(b"sec-fetch-dest", b"fencedframe")], True),
        ([(b"sec-fetch-dest", b"empty"), (b"accept", b"text/html")], False),
        ([(b"sec-fetch-dest", b"image")], False),
        ([(b"accept", b"text/html,application/xhtml+xml")], True),
        ([(b"accept", b"*/*")], False),
        ([], False),
    ],
)
def test_may_be_page(headers: list[tuple[bytes, bytes]], page: bool) -> None:
    """A page is told from a picture by what the browser says it wants."""
    assert may_be_page(RequestHead("GET", "/", tuple(headers))) is page


def test_rendering_key() -> None:
    """Two renderings share a key only if everything they depend on is the same."""
    keys = {rendering_key(*facts) for facts in [("a", "b"), ("b", "a"), ("a",), ("a", "b", ""), ("ab",), (1, None)]}
    assert len(keys) == 6
    assert all(len(key) == 12 and int(key, 16) >= 0 for key in keys)
    assert rendering_key("a", 1) == rendering_key("a", 1)


# ── who may keep it ──


@pytest.mark.parametrize(
    ("control", "shared"),
    [
        ([], False),
        ([b"max-age=60"], False),
        ([b"public"], True),
        ([b"Public, max-age=60"], True),
        ([b"s-maxage=60"], True),
        ([b"max-age=60", b"s-maxage=5"], True),
        ([b"public, private"], False),
        ([b"public", b"no-store"], False),
        ([b"private"], False),
        ([b'public, private="set-cookie"'], True),
        ([b"no-cache"], False),
        ([b"publicity"], False),
    ],
)
def test_is_shared(control: list[bytes], shared: bool) -> None:
    """A page is rendered for everybody only where the app lets any cache give it to anyone."""
    assert is_shared(response(*((b"cache-control", value) for value in control))) is shared


@pytest.mark.parametrize(
    ("control", "after"),
    [
        ([], [b"private"]),
        ([b""], [b"private"]),
        ([b"max-age=60"], [b"private, max-age=60"]),
        ([b"max-age=60", b"must-revalidate"], [b"private, max-age=60, must-revalidate"]),
        ([b"private, max-age=60"], [b"private, max-age=60"]),
        ([b"No-Store"], [b"No-Store"]),
        ([b'private="x-a", max-age=60'], [b'private, private="x-a", max-age=60']),
    ],
)
def test_personal(control: list[bytes], after: list[bytes]) -> None:
    """A page rendered for one visitor is nobody else's; for how long they may keep it stays the app's word."""
    head = personal(response(*((b"cache-control", value) for value in control)))
    assert [value for name, value in head.headers if name == b"cache-control"] == after
    assert not is_shared(head)
    assert head.header(b"vary") == b"Cookie, Accept-Language, Sec-GPC"


@given(
    st.lists(st.sampled_from([b"public", b"max-age=9", b"private", b"s-maxage=1", b"no-store", b'private="a"', b"x"]))
)
def test_never_shared_after_personal(values: list[bytes]) -> None:
    """Whatever the app says of caches, a personal page ends up private or unstored."""
    assert directives(personal(response(*((b"cache-control", value) for value in values)))) & {"private", "no-store"}


@pytest.mark.parametrize(
    ("header", "shared"),
    [
        ((b"cdn-cache-control", b"max-age=60"), True),
        ((b"netlify-cdn-cache-control", b"public"), True),
        ((b"surrogate-control", b"max-age=60, content=ESI/1.0"), True),
        ((b"x-accel-expires", b"60"), True),
        ((b"x-accel-expires", b"0"), False),
        ((b"cdn-cache-control", b"no-store"), False),
        ((b"cdn-cache-control", b"max-age=60, private"), False),
        ((b"surrogate-control", b"content=ESI/1.0"), False),
        ((b"x-cache", b"max-age=60"), False),
    ],
)
def test_a_word_to_caches_between(header: tuple[bytes, bytes], shared: bool) -> None:
    """A page that only a network of caches may keep is for everybody too; one that is also private is its visitor's."""
    assert is_shared(response(header)) is shared
    assert not is_shared(response(header, (b"cache-control", b"private")))
    assert personal(response(header)).header(header[0]) is (header[1] if header[0] == b"x-cache" else None)


def test_digests_of_other_bytes() -> None:
    """What speaks of the app's bytes does not speak of ours."""
    names = (b"content-length", b"content-digest", b"repr-digest", b"digest", b"content-md5", b"last-modified")
    head = response(*((name, b"1") for name in names), (b"x", b"1"))
    assert rendered(head, KEY, other_bytes=True, shared=True) == response((b"x", b"1"))


@pytest.mark.parametrize(
    ("tag", "asked", "key"),
    [
        (b'"v1"', f'W/"v1~s{KEY}"', KEY),
        (b'W/"v1"', f'W/"v1~s{KEY}"', KEY),
        (b'"v1"', f'W/"v0~s{KEY}", W/"v1~w{SHARED}"', SHARED),
        (b'"v1"', f'W/"v0~s{KEY}"', None),
        (b'"v1"', f'W/"v1~s{OTHER}"', None),
        (b'"v1"', '"v1"', None),
        (b"", f'W/"v1~s{KEY}"', KEY),
    ],
)
def test_confirmed_key(tag: bytes, asked: str, key: str | None) -> None:
    """A 304 speaks of that copy whose tag the app names, under the key that copy has."""
    head = response((b"etag", tag)) if tag else response()
    assert confirmed_key(head, asked.encode(), (KEY, SHARED)) == key


@pytest.mark.parametrize(
    ("headers", "page", "markup"),
    [
        ([(b"sec-fetch-dest", b"empty"), (b"sec-purpose", b"prefetch;prerender")], True, True),
        ([(b"sec-fetch-dest", b"empty"), (b"purpose", b"prefetch")], True, True),
        ([(b"sec-fetch-dest", b"empty")], False, True),
        ([(b"sec-fetch-dest", b"script"), (b"sec-purpose", b"prefetch")], False, False),
        ([(b"sec-fetch-dest", b"style")], False, False),
        ([(b"accept", b"*/*")], False, True),
    ],
)
def test_fetched_ahead(headers: list[tuple[bytes, bytes]], page: bool, markup: bool) -> None:
    """A page that is fetched before its visitor goes there is a page; what a script fetches may be markup."""
    assert may_be_page(RequestHead("GET", "/", tuple(headers))) is page
    assert may_be_markup(RequestHead("GET", "/", tuple(headers))) is markup
