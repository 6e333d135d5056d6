"""Servers killed under load: whatever a visitor was told is in the ledger afterwards, once, and the ledger is whole.

Real servers of two workers, and visitors over HTTP who write down, outside, what they were told. Five rounds, the last
of them without a database; CONSENTKIT_TEST_ROUNDS asks for more.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from consentkit.ledger.opening import open_ledger
from consentkit.settings import Settings, load_settings
from tests.postgres import running

from .checking import check_ledger
from .conftest import SIGNER

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("CONSENTKIT_TEST_ROUNDS", "5"))
VISITORS = 6
SECRET = "a-secret-for-the-tests"


class Site:
    """A site that can be started, visited and killed; `told` is what its visitors were told, by leaf hash."""

    def __init__(self, folder: Path, url: str) -> None:
        self.told: list[str] = []
        self.url = url
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port: int = listening.getsockname()[1]

    @contextmanager
    def started(self) -> Iterator[subprocess.Popen[bytes]]:
        """The server, from when it answers; killed with all its workers when the block ends."""
        environment = os.environ | {
            "CONSENTKIT_DATABASE": self.url, "CONSENTKIT_DATA": str(self.folder / "data"),
            "CONSENTKIT_SECRET": SECRET, "CONSENTKIT_SIGNING_KEY": SIGNER.to_text(),
        }  # fmt: skip
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "tests.ledger.killing:app",
            "--workers",
            "2",
            "--log-level",
            "error",
        ]
        with (self.folder / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [*command, "--port", str(self.port)], cwd=ROOT, env=environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        try:
            self._wait()
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    @contextmanager
    def visited(self) -> Iterator[None]:
        """Visitors choose as fast as they can; when the block ends they go home, whatever became of the server."""
        closed = threading.Event()
        visitors = [threading.Thread(target=self._visit, args=[closed], daemon=True) for _ in range(VISITORS)]
        for visitor in visitors:
            visitor.start()
        try:
            yield
        finally:
            closed.set()
            for visitor in visitors:
                visitor.join(30)
        assert not any(visitor.is_alive() for visitor in visitors)

    def settings(self) -> Settings:
        return load_settings(
            {"site": {"id": "shop"}}, self.url, self.folder / "data", SECRET, SIGNER.to_text(), environ={}
        )

    def check(self) -> int:
        """Hold the ledger against what visitors were told; how many choices there are."""
        ledger = open_ledger(self.settings())
        ledger.check()
        logged = [entry.leaf_hash.hex() for entry in check_ledger(ledger, SIGNER)]
        ledger.close()
        assert len(set(logged)) == len(logged)
        assert set(self.told) <= set(logged)
        return len(logged)

    def wait_for(self, told: int) -> None:
        """Wait until visitors were told of so many choices."""
        end = time.monotonic() + 60
        while len(self.told) < told:
            assert time.monotonic() < end, (self.folder / "server.log").read_text(encoding="utf-8")
            time.sleep(0.001)

    def _wait(self) -> None:
        for _ in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        pytest.fail((self.folder / "server.log").read_text(encoding="utf-8"))

    def _visit(self, closed: threading.Event) -> None:
        """Many visitors, one after the other, each from a network of their own."""
        token = ""
        while not closed.is_set():
            with suppress(OSError, http.client.HTTPException):
                token = token or self._token()
                answer = self._request("POST", "/_privacy/choice", json.dumps({"choice": "accept_all", "token": token}))
                if answer is not None:
                    self.told.append(json.loads(answer)["receipt"]["leaf_hash"])

    def _token(self) -> str:
        found = re.search(rb'name="token" value="([^"]+)"', self._request("GET", "/_privacy/preferences") or b"")
        return found[1].decode() if found else ""

    def _request(self, method: str, path: str, body: str | None = None) -> bytes | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {
            "origin": f"http://127.0.0.1:{self.port}", "content-type": "application/json",
            "x-forwarded-for": f"10.{random.randrange(256)}.{random.randrange(256)}.1",
        }  # fmt: skip
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            data = response.read()
            return data if response.status == 200 else None
        finally:
            connection.close()


def away(site: Site) -> None:
    (site.folder / "db").rename(site.folder / "away")


def back(site: Site) -> None:
    (site.folder / "away").rename(site.folder / "db")


def test_killed_under_load(tmp_path: Path) -> None:
    """Killed at any moment, also while choices wait for the database, a site has lost nothing it told anybody."""
    site = Site(tmp_path, f"sqlite:///{tmp_path / 'db' / 'ledger.db'}")
    for number in range(ROUNDS):
        told, spooling = len(site.told), number % 3 == 2
        with site.visited(), site.started():
            site.wait_for(told + random.randrange(5, 60))
            if spooling:
                away(site)
                site.wait_for(len(site.told) + random.randrange(5, 30))
        if spooling:
            back(site)
        assert site.check() >= len(site.told) > told


def test_plug_pulled_under_load(tmp_path: Path) -> None:
    """When PostgreSQL dies under a site, and then the site as well, nothing is lost that anybody was told."""
    with running() as server, server.database() as url:
        site = Site(tmp_path, url)
        for _ in range(max(ROUNDS // 5, 1)):
            told = len(site.told)
            with site.visited(), site.started():
                site.wait_for(told + random.randrange(5, 40))
                server.stop()
                site.wait_for(len(site.told) + 20)  # choices wait in the spool
                server.start()
                site.wait_for(len(site.told) + 20)
                server.stop()
            server.start()
            assert site.check() >= len(site.told) > told
