"""What passes at a glance, and what never does."""

from __future__ import annotations

import pytest

from consentkit.guard.inert import is_inert
from consentkit.http import Header, ResponseHead

JSON = (b"content-type", b"application/json; charset=utf-8")


@pytest.mark.parametrize(
    "kind",
    [b"application/json", b"TEXT/CSS; charset=x", b"text/plain", b"image/png", b"font/woff2", b"video/mp4"],
)
def test_most_of_a_sites_traffic_passes(kind: bytes) -> None:
    """Data, pictures, fonts and films pass without anyone asking who the visitor is."""
    assert is_inert(ResponseHead(200, ((b"content-type", kind), (b"etag", b'"1"'))))


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ((b"content-type", b"text/html"),),
        ((b"content-type", b"application/xhtml+xml"),),
        ((b"content-type", b"image/svg+xml"),),
        ((b"content-type", b"text/xml"),),
        ((b"content-type", b"multipart/x-mixed-replace"),),
        (JSON, (b"content-type", b"text/html")),
        (JSON, (b"set-cookie", b"_ga=1")),
        (JSON, (b"link", b"<https://t.test/>; rel=preconnect")),
        (JSON, (b"refresh", b"0; url=https://t.test/")),
        (JSON, (b"nel", b"{}")),
    ],
)
def test_what_could_hold_something_is_looked_at(headers: tuple[Header, ...]) -> None:
    """Markup, what a browser may take for markup, and every header that sets or fetches is looked at closely."""
    assert not is_inert(ResponseHead(200, headers))


def test_an_answer_to_a_condition_is_looked_at() -> None:
    """A 304 speaks of a page kept from before, so it is never waved through."""
    assert not is_inert(ResponseHead(304, (JSON,)))
