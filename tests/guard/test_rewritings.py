"""Pages rewritten before: quicker, and never another visitor's."""

from __future__ import annotations

from typing import Any

from consentkit.classification.classifier import Classifier
from consentkit.decision import EVERYTHING, Decision
from consentkit.guard.coding import Identity
from consentkit.guard.guard import HtmlGuard, Terms
from consentkit.guard.home import Home
from consentkit.guard.rewritings import Rewritings, _size, cut, fill
from consentkit.guard.suspects import Suspects
from consentkit.policy import Policy

CLASSIFIER = Classifier(Policy())
REFUSED = Decision()
PAGE = b'<html><head><script src="//www.google-analytics.com/a.js"></script></head><body>hello</body></html>'


def finished(known: Rewritings | None, page: bytes, insert: bytes, decision: Decision = REFUSED, **more: Any) -> bytes:
    terms = Terms(CLASSIFIER, decision, "own.test")
    return HtmlGuard(terms, insert, Identity(), Suspects(CLASSIFIER.lists), known=known, **more).finish(page)


def test_each_visitor_gets_their_own_of_what_is_ours() -> None:
    """The second visitor of a page gets it as if it were new, with their own banner and nobody else's."""
    known = Rewritings()
    for token in (b"one", b"two", b"<body>", b""):
        for lead in (b"lead-" + token, b""):
            expected = finished(None, PAGE, token, lead=lead)
            assert finished(known, PAGE, token, lead=lead) == expected
            assert finished(known, PAGE, token, lead=lead) == expected
    assert len(known._known) == 4


def test_what_one_visitor_allowed_is_another_page() -> None:
    """A page with everything allowed is never given to someone who refused, nor the other way round."""
    known = Rewritings()
    allowed = Decision(EVERYTHING)
    for _ in range(2):
        assert b"data-ck" in finished(known, PAGE, b"x", REFUSED)
        assert b"data-ck" not in finished(known, PAGE, b"x", allowed)


def test_each_visitor_gets_their_own_placeholder() -> None:
    """What is offered in a held frame may carry a token: it is made anew for each visitor, in its own frame."""
    known, suspects, terms = Rewritings(), Suspects(CLASSIFIER.lists), Terms(CLASSIFIER, REFUSED, "own.test")
    frame = b'<iframe src="https://www.youtube.com/embed/%s"></iframe>'
    page = b"<body>" + frame % b"a" + frame % b"b"
    for token in (b"one", b"two"):

        def embed(label: str, attributes: dict[bytes, bytes], token: bytes = token) -> bytes:
            return b' srcdoc="%s %s"' % (token, attributes[b"src"][-1:])

        out = HtmlGuard(terms, b"x", Identity(), suspects, embed=embed, known=known).finish(page)
        assert out == HtmlGuard(terms, b"x", Identity(), suspects, embed=embed).finish(page)
        assert out.count(token) == 2
    assert len(known._known) == 1


def test_a_page_with_a_base_elsewhere_is_not_kept() -> None:
    """Where our addresses must be written out, nothing is remembered of the page."""
    known, home = Rewritings(), Home("https", "own.test", "/_privacy")
    page = b'<html><head><base href="//cdn.test/"></head><body>x</body></html>'
    for _ in range(2):
        out = finished(known, page, b'<a href="/_privacy/preferences">', home=home)
        assert b'"https://own.test/_privacy/preferences"' in out
    assert not known._known


def test_memory_is_bounded() -> None:
    """A site with endlessly different pages fills no memory, and goes on remembering the newest."""
    known = Rewritings(room=10_000)
    for number in range(100):
        page = b"<p>%d</p>" % number + b" " * 1000
        known.keep("key", page, [page])
    assert 0 < len(known._known) <= 5
    assert known.find("key", page) == [page]
    known.keep("key", b"x" * 2**19, [b""])
    assert known.find("key", b"x" * 2**19) is None


def test_pages_that_differ_by_a_token_are_not_mixed_up() -> None:
    """Two pages of one length, alike in every byte that is looked at first, are never taken for one another."""
    known = Rewritings()
    one, two = (b" " * 701 + letter + b" " * 90_000 for letter in (b"a", b"b"))
    known.keep("key", one, [one])
    assert known.find("key", two) is None
    known.keep("key", two, [two])
    assert known.find("key", two) == [two]
    assert known.find("key", one) is None
    assert known._left == Rewritings()._left - _size(two, [two])


def test_where_all_is_allowed_the_top_is_enough() -> None:
    """Whoever allowed everything gets what is ours in its place, also where a comment pretends to be the body."""
    known, allowed = Rewritings(), Decision(EVERYTHING)
    for top in (b"", b"<!-- <body> -->", b"<title><body></title>", b"<body", b'<script>"<body>"</script>'):
        for rest in (b"<body class=x>hello", b"<p>no body", b"<BODY>"):
            page = b"<html><head>" + top + b"</head>" + rest + PAGE * 2
            assert finished(known, page, b"OURS", allowed) == finished(None, page, b"OURS", allowed)
            assert finished(known, page, b"OURS", allowed) == finished(None, page, b"OURS", allowed)
    for number in range(3):
        finished(known, b"<html><body>%d" % number, b"OURS", allowed)
    assert len([place for place in known._known if place[1] == len(b"<html><body>")]) == 1  # type: ignore[index]


def test_pieces_and_holes() -> None:
    """A page without a hole is one piece, and comes out as it is."""
    assert fill(cut(b"<p>plain"), {"insert": b"a", "lead": b"b"}) == b"<p>plain"
