"""What is put into a page can be read there, however the page is encoded."""

from __future__ import annotations

import html

import pytest

from tests.exchanges import Response

from .browser import Browser
from .conftest import Serve, answering


def asked(serve: Serve, label: str) -> bytes:
    """A page in French, with the banner in it."""
    page = b"<!doctype html><html lang=fr><body><p>x</p>"
    answer = Response(headers=(("content-type", f"text/html{label}"),), chunks=(page,))
    body = Browser(serve(answering(answer))).get().body
    assert b'class="ck-first"' in body
    return body


@pytest.mark.parametrize("label", ["utf-8", "UTF-8", "utf8"])
def test_utf8(serve: Serve, label: str) -> None:
    """A page in UTF-8 has our words as they are: beyond Latin they weigh half of what references weigh."""
    body = asked(serve, f"; charset={label}")
    assert "à" in body.decode()
    assert b"&#2" not in body


@pytest.mark.parametrize("label", ["; charset=iso-8859-7", "; charset=windows-1252", "; charset=shift_jis", ""])
def test_others(serve: Serve, label: str) -> None:
    """In any other encoding, or where nobody says which, they are written so that every browser reads the same."""
    body = asked(serve, label)
    assert body.isascii()
    assert "à" in html.unescape(body.decode())
