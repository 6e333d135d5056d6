"""The cheap look that lets a page pass unread: it must say yes wherever a host could hide."""

from __future__ import annotations

import html
import re
import unicodedata

import pytest

from consentkit.guard import early


def never(body: bytes) -> bool:
    return b"//t.test" in body


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
    ],
)
def test_odd_spellings_are_read_carefully(body: bytes) -> None:
    """A tracker spelled so that a search for its name misses it is not let through unread."""
    assert not never(body)
    assert early.hides(body, never)


def test_ordinary_pages_are_not_called_odd() -> None:
    """References in prose, escapes in JSON and ordinary URLs do not cost a site the cheap way."""
    body = (
        b'<p title="a &amp; b">&copy; 2026&nbsp;&ndash; &#8217; &#39; &eacute;&hellip;</p><a href="/a?b=1&amp;c=2&d=3">'
        b'<script>x("https:\\/\\/own.example\\/a\\u003cb\\u0026", /[\\w.]+/, "https://own.example/a?b")</script>'
        b'<img src="data:image/png;base64,AAAA"> // a comment\n'
    )
    assert not early.hides(body, never)


def test_harmless_references_stand_for_nothing_a_host_is_made_of() -> None:
    """No reference that is passed over can spell a letter, a digit or a sign of a host, or vanish from one."""
    harmless = re.compile(rb"&" + early._HARMLESS + rb"\Z")
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
