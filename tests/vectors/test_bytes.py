"""What the server writes into each vector, byte for byte: marks where a tracker is, and nothing anywhere else."""

from __future__ import annotations

from typing import Any

import pytest

from consentkit.asgi import ConsentMiddleware
from consentkit.testing import scratch, visitor

from .index import Answer, Vector, answer_of, read_index
from .marks import author, without_inserts
from .site import Site, policy

VECTORS = read_index()
_CODECS = {"charset-bom-utf16le": "utf-16-le", "charset-bom-utf16be": "utf-16-be", "charset-header-utf16": "utf-16-le"}


@pytest.fixture(scope="module")
def app() -> ConsentMiddleware:
    return ConsentMiddleware(Site(VECTORS), policy=policy("off"), **scratch())


@pytest.fixture(scope="module")
def undecided(app: ConsentMiddleware) -> Any:
    return visitor(hinting(app))


@pytest.fixture(scope="module")
def willing(app: ConsentMiddleware) -> Any:
    return visitor(hinting(app), "all")


def hinting(app: ConsentMiddleware) -> Any:
    """The app on a server that can send early hints; what is hinted is shown as a header."""

    async def shown(scope: Any, receive: Any, send: Any) -> None:
        hints: list[tuple[bytes, bytes]] = []

        async def sent(message: Any) -> None:
            if message["type"] == "http.response.early_hint":
                hints.extend((b"early-hint", link) for link in message["links"])
                return
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *hints]}
            await send(message)

        await app({**scope, "extensions": {"http.response.early_hint": {}}}, receive, sent)

    return shown


def get(client: Any, vector: Vector, host: str) -> Answer:
    headers = {"host": host, "sec-fetch-dest": "document"}
    response = client.get(f"/{vector.id}", headers=headers)
    given = [(name.lower(), value) for name, value in response.headers.raw]
    return Answer(response.status_code, given, _utf8(vector, response.content))


def bare(vector: Vector) -> Answer:
    answer = answer_of(vector)
    return answer._replace(body=_utf8(vector, answer.body))


def _utf8(vector: Vector, body: bytes) -> bytes:
    codec = _CODECS.get(vector.id)
    return body.decode(codec).encode() if codec else body


@pytest.mark.parametrize("host", ["personal.localhost", "shared.localhost", "shared-nojs.localhost"])
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_a_tracker_is_marked_and_nothing_else_is_touched(vector: Vector, host: str, undecided: Any) -> None:
    """Before a choice a page differs from its author's by our additions only, and by none where nothing is held."""
    served, written = get(undecided, vector, host), bare(vector)
    lost = [header for header in written.headers if header not in served.headers]
    assert author(served.body) == written.body
    marked = without_inserts(served.body) != written.body
    assert (marked or bool(lost)) is (vector.touched == "held")
    assert served.status == written.status
    assert vector.kind == "header" or not lost


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_after_accepting_the_page_is_its_authors(vector: Vector, willing: Any) -> None:
    """Whoever has allowed everything gets the author's bytes and headers, and a link to change their mind."""
    served, written = get(willing, vector, "personal.localhost"), bare(vector)
    assert without_inserts(served.body) == written.body
    assert [header for header in written.headers if header not in served.headers] == []
    assert b"guard.js" not in served.body
    assert b"widget.js" not in served.body
