"""On a real server and a real connection."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.exchanges import BUSY, Response, normal, written
from tests.serving import served
from tests.waiting import PATIENCE

from .conftest import Serve, answering


@pytest.fixture
def connection(serve: Serve) -> Iterator[http.client.HTTPConnection]:
    page = answering(Response(200, (("content-type", "text/html"),), (written(BUSY),)))
    with served(serve(page)) as address:
        connection = http.client.HTTPConnection(str(urlsplit(address).netloc), timeout=PATIENCE)
        yield connection
        connection.close()


def test_page_and_choice_on_one_connection(connection: http.client.HTTPConnection) -> None:
    """Page, HEAD, choice and page again go over one connection: every length is right."""
    connection.request("GET", "/", headers={"accept": "text/html"})
    answer = connection.getresponse()
    assert normal(Response(chunks=(answer.read(),))).body == BUSY
    connection.request("HEAD", "/", headers={"accept": "text/html"})
    head = connection.getresponse()
    assert (head.status, head.read()) == (200, b"")
    form = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    connection.request("POST", "/_privacy/choice", b"choice=refuse_all", form)
    taken = connection.getresponse()
    assert (taken.status, taken.read()) == (303, b"")
    cookie = str(taken.getheader("set-cookie")).partition(";")[0]
    connection.request("GET", "/", headers={"accept": "text/html", "cookie": cookie})
    assert normal(Response(chunks=(connection.getresponse().read(),))).body == BUSY.replace(b"{banner}", b"{reopen}")


def test_endless_body(connection: http.client.HTTPConnection) -> None:
    """Somebody who sends without end is answered after 16 KB."""
    connection.putrequest("POST", "/_privacy/choice")
    connection.putheader("content-type", "application/x-www-form-urlencoded")
    connection.putheader("content-length", "5000000")
    connection.endheaders(b"x" * 40_000)
    assert connection.getresponse().status == 413
