"""The table of exchanges, through the ASGI face."""

from __future__ import annotations

import gzip

import pytest

from tests.exchanges import CASES, Case, Response, normal, unique

from .browser import NAVIGATION, Answer, Browser
from .conftest import Serve, answering


def seen(answer: Answer) -> Response:
    headers = [(name.decode(), value.decode("latin-1")) for name, value in answer.headers]
    if answer.header("content-length") is not None:
        assert answer.header("content-length") == str(len(answer.body))
    body = gzip.decompress(answer.body) if answer.header("content-encoding") == "gzip" else answer.body
    return normal(Response(answer.status, tuple(headers), (body,)))


@pytest.mark.parametrize("case", CASES, ids=unique(CASES))
def test_exchange(case: Case, serve: Serve) -> None:
    """What the table says is true for a visitor of an ASGI site."""
    browser = Browser(serve(answering(case.answer)))
    if case.request.chosen:
        assert browser.choose(case.request.chosen).status == 303
    browser.cookies |= dict(case.request.cookies)
    answer = seen(browser.send(case.request.method, case.request.path, {**NAVIGATION, **dict(case.request.headers)}))
    expected = normal(case.expected)
    headers = tuple(header for header in answer.headers if header[0] != "content-length" or header in expected.headers)
    assert (answer.status, answer.body) == (expected.status, expected.body)
    assert headers == expected.headers
