"""Which responses are read as markup: as browsers do, and in doubt yes."""

from __future__ import annotations

import pytest

from consentkit.classification.classifier import Classifier
from consentkit.decision import Decision
from consentkit.guard.coding import Gzip, Identity
from consentkit.guard.document import Document, Unread, content_type, document_of, is_html_beginning
from consentkit.guard.guard import HtmlGuard, Terms
from consentkit.http import ResponseHead
from consentkit.policy import Policy

HTML = Document()
XML = Document(xml=True)
SNIFFED = Document(sniffed=True)


def head(*types: str, status: int = 200, **headers: str) -> ResponseHead:
    more = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
    return ResponseHead(status, (*((b"content-type", each.encode()) for each in types), *more))


@pytest.mark.parametrize(
    ("response", "shown", "fetched"),
    [
        (head("text/html"), HTML, HTML),
        (head("TEXT/HTML; Charset='UTF-8'"), HTML._replace(label="utf-8"), HTML._replace(label="utf-8")),
        (head("application/xhtml+xml"), XML, XML),
        (head("image/svg+xml"), XML, None),
        (head("text/xml"), XML, None),
        (head("application/atom+xml"), XML, None),
        (head("text/plain"), None, None),
        (head("application/json"), None, None),
        (head("multipart/x-mixed-replace; boundary=a"), None, None),
        (head(), SNIFFED, None),
        (head("html"), SNIFFED, None),
        (head("*/*"), SNIFFED, None),
        (head("unknown/unknown"), SNIFFED, None),
        (head(x_content_type_options="NoSniff"), None, None),
        (head(status=302), None, None),
        (head("text/html", status=404), HTML, HTML),
        (head("text/html", status=304), None, None),
        (head("text/html", status=204), None, None),
        (head("text/html", status=103), None, None),
        (head("text/html", content_disposition="Attachment; filename=a"), None, None),
        (head("text/html", content_disposition="inline"), HTML, HTML),
        (head("text/html; charset=hz-gb-2312"), None, None),
        (head("text/html", status=206), HTML, Unread("a part of a page was asked for")),
        (head("text/html", content_encoding="br"), Unread("content-encoding b'br'"), Unread("content-encoding b'br'")),
        (head("text/html", content_encoding="deflate"), HTML, HTML),
    ],
)
def test_document_of(response: ResponseHead, shown: object, fetched: object) -> None:
    """A response is read if a browser would read it: what it shows by itself, and what its scripts fetch."""
    assert document_of(response, shown=True) == shown
    assert document_of(response, shown=False) == fetched


@pytest.mark.parametrize(
    ("types", "counts"),
    [
        (["text/plain", "text/html"], ("text/html", "")),
        (["text/plain, text/html;charset=a"], ("text/html", "a")),
        (["text/html;charset=a", "text/html"], ("text/html", "a")),
        (["text/html;charset=a", "text/plain"], ("text/plain", "")),
        (["text/html", "*/*", "nothing"], ("text/html", "")),
    ],
)
def test_several_types(types: list[str], counts: tuple[str, str]) -> None:
    """Of several types the last that is one counts, as for a browser."""
    assert content_type(head(*types)) == counts


@pytest.mark.parametrize("body", [b"<!DOCTYPE html>", b" \n<Script src=x>", b"<!-- x", b"<b>", b"\t<p", b"\r<iframe"])
def test_html_without_a_type(body: bytes) -> None:
    """A body without a type is a page if it begins like one."""
    assert is_html_beginning(body, True) is True
    assert is_html_beginning(body, False) is True


@pytest.mark.parametrize("body", [b"", b"hello <b>", b"{}", b"<?php", b"<svg", b"\xef\xbb\xbf<b>", b"<!doctype svg>"])
def test_no_html_without_a_type(body: bytes) -> None:
    """Any other body without a type is none."""
    assert is_html_beginning(body, True) is False


def test_sniffing_waits_no_longer_than_it_must() -> None:
    """The first bytes of a stream wait only while they could still become a tag, and never beyond 1445."""
    assert is_html_beginning(b"  <!doc", False) is None
    assert is_html_beginning(b" " * 1444, False) is None
    assert is_html_beginning(b" " * 1445 + b"<b>", False) is False
    assert is_html_beginning(b"{", False) is False


TERMS = Terms(Classifier(Policy()), Decision(), "shop.example")
TRACKER = b"<script src=https://www.google-analytics.com/analytics.js></script>"


@pytest.mark.parametrize("size", [1, 6, 1000])
def test_sniffed_in_pieces(size: int) -> None:
    """A page without a type is guarded however it arrives; a picture without one goes out as it came."""
    for body, held in ((b"<!doctype html>" + TRACKER, True), (b"\x89PNG" + TRACKER, False)):
        guard = HtmlGuard(TERMS, b"", Identity(), document=SNIFFED)
        out = b"".join(guard.feed(body[at : at + size]) for at in range(0, len(body), size)) + guard.finish()
        assert (b"text/plain" in out) is held
        assert held or out == body


def test_xml_is_kept_well_formed() -> None:
    """Nothing of ours is put into an XML page, and its trackers are held."""
    body = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="https://www.google-analytics.com/a.gif"/></svg>'
    guard = HtmlGuard(TERMS, b"<p>us", Gzip(), document=XML)
    assert guard.finish(b"") == Gzip().finish()
    out = HtmlGuard(TERMS, b"<p>us", Identity(), document=XML).finish(body)
    assert b"<p>" not in out
    assert b'data-ck-href="https://www.google' in out
