"""Real servers: what an app sends early arrives early, and what is no page goes through as it would without us."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from consentkit.settings import new_secret
from consentkit.tlog import Signer
from tests.waiting import PATIENCE

from .streaming import HALVES, OWN

SERVERS = {
    "gunicorn": ["gunicorn", "-w1", "--threads=4", "--bind=127.0.0.1:{port}", "tests.faces.streaming:create_wsgi()"],
    "uvicorn": ["uvicorn", "--port={port}", "--log-level=warning", "--factory", "tests.faces.streaming:create_asgi"],
    "granian": ["granian", "--interface=asgi", "--port={port}", "--factory", "tests.faces.streaming:create_asgi"],
}
PAGE = {"accept": "text/html", "sec-fetch-dest": "document"}
FILM = random.Random(1).randbytes(300_000)


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with a folder in which a film and a page lie."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "film.mp4").write_bytes(FILM)
    (folder / "page.html").write_bytes(HALVES["page"][1])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    name, *arguments = SERVERS[request.param]
    keys = {"CONSENTKIT_SECRET": new_secret(), "CONSENTKIT_SIGNING_KEY": Signer.generate("shop.test/log").to_text()}
    environ = os.environ | keys | {"CONSENTKIT_DATA": str(folder)}
    command = [sys.executable, "-m", name, *(each.format(port=port) for each in arguments)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    try:
        _await(f"http://127.0.0.1:{port}/go", process, folder / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def servers(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("site", names, indirect=True, scope="module")


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(url)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail(f"the server did not start:\n{log.read_text()}")


@servers("gunicorn", "uvicorn", "granian")
@pytest.mark.parametrize("name", HALVES)
def test_the_first_half_is_there_before_the_second_is_made(name: str, site: str) -> None:
    """A visitor sees the beginning of a page, and an event, while the app still works on the rest."""
    with httpx.stream(
        "GET", f"{site}/{name}", headers=PAGE | {"accept-encoding": "identity"}, timeout=PATIENCE
    ) as answer:
        pieces = answer.iter_bytes()
        first = next(pieces)
        assert b"one" in first
        assert (b'type="text/plain"' in first) == (name == "page")
        httpx.get(f"{site}/go")
        assert b"two" in b"".join(pieces)


@servers("uvicorn", "granian")
def test_files(site: str) -> None:
    """A film arrives to the byte, whole and in part; a page that lies in a file is guarded."""
    assert httpx.get(f"{site}/file/film.mp4").content == FILM
    part = httpx.get(f"{site}/file/film.mp4", headers={"range": "bytes=100-199", "sec-fetch-dest": "video"})
    assert (part.status_code, part.content) == (206, FILM[100:200])
    assert 'type="text/plain"' in httpx.get(f"{site}/file/page.html", headers=PAGE).text


def exchange(site: str, sent: bytes, until: bytes) -> bytes:
    """What a server answers on a bare connection, up to and with some bytes."""
    host, port = str(urlsplit(site).netloc).split(":")
    got = b""
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(sent)
        while until not in got and (piece := connection.recv(65536)):
            got += piece
    return got


@servers("gunicorn")
def test_early_hints(site: str) -> None:
    """A hint that goes ahead of the page names no tracker."""
    got = exchange(site, b"GET /hinted HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nConnection: close\r\n\r\n", b"done")
    assert got.startswith(b"HTTP/1.1 103 ")
    assert OWN.encode() in got
    assert b"ads.test" not in got


@servers("granian")
def test_websocket(site: str) -> None:
    """What a websocket says is its page's business, and arrives as it was said."""
    upgrade = (
        b"GET /talk HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    hello = b"\x81\x85\0\0\0\0hello"  # a text frame with an empty mask (RFC 6455 §5.2)
    got = exchange(site, upgrade + hello, b"hello")
    assert got.startswith(b"HTTP/1.1 101 ")
    _, _, frames = got.partition(b"\r\n\r\n")
    said = b"<script src=//ads.test>hello"
    assert frames.startswith(bytes((0x81, len(said))) + said)  # what follows, if anything, is the server's goodbye
