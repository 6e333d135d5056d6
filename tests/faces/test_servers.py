"""Real servers with several processes: each writes with one thread of its own, all into one ledger without a gap."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from consentkit.cli import main
from consentkit.settings import new_secret
from consentkit.tlog import Signer
from tests.waiting import PATIENCE

CHOICES = 24
SERVERS = {
    "gunicorn": ["gunicorn", "--preload", "-w2", "--threads=2", "--bind=127.0.0.1:{port}", "{app}:create_wsgi()"],
    "uvicorn": ["uvicorn", "--workers=2", "--port={port}", "--log-level=warning", "--factory", "{app}:create_asgi"],
    "granian": ["granian", "--interface=asgi", "--workers=2", "--port={port}", "--factory", "{app}:create_asgi"],
    "granian wsgi": ["granian", "--interface=wsgi", "--workers=2", "--port={port}", "--factory", "{app}:create_wsgi"],
}  # fmt: skip


@contextmanager
def started(server: str, data: Path) -> Iterator[str]:
    """The address of a server with two workers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    name, *arguments = SERVERS[server]
    environ = os.environ | {
        "CONSENTKIT_DATA": str(data),
        "CONSENTKIT_SECRET": new_secret(),
        "CONSENTKIT_SIGNING_KEY": str(data / "signing.key"),
    }
    (data / "signing.key").write_text(Signer.generate("served.test/log").to_text(), encoding="ascii")
    command = [sys.executable, "-m", name, *(each.format(port=port, app="tests.faces.served") for each in arguments)]
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    try:
        _await(f"http://127.0.0.1:{port}", process, data / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def visiting(site: str) -> httpx.Client:
    """A new visitor, with a connection for each request, so that any worker may get it."""
    return httpx.Client(base_url=site, verify=False, headers={"connection": "close", "origin": site})


def _await(site: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if visiting(site).get("/state").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail(f"the server did not start:\n{log.read_text()}")


def states(site: str) -> dict[int, int]:
    """Of each process that answers, how many threads write."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: visiting(site).get("/state").json(), range(32)))
    return {each["process"]: each["writers"] for each in found}


def choose(site: str) -> int:
    """One visitor, who is new and opens two connections."""
    client = visiting(site)
    token = re.search(r'name="token" value="([^"]+)"', client.get("/_privacy/preferences").text)
    assert token
    return client.post("/_privacy/choice", data={"choice": "accept_all", "token": token[1]}).status_code


def consentkit(*arguments: str, data: Path) -> Result:
    """A command, with the settings that the server had."""
    key = str(data / "signing.key")
    return CliRunner(env={"CONSENTKIT_SECRET": new_secret(), "CONSENTKIT_SIGNING_KEY": key}).invoke(main, arguments)


@pytest.mark.parametrize("server", SERVERS)
def test_several_processes(server: str, tmp_path: Path) -> None:
    """Whichever process takes a choice, it is in the one ledger, which has no gap and verifies against its key."""
    with started(server, tmp_path) as site:
        before = states(site)
        taken, after = Counter[int](), dict[int, int]()
        # Servers share out connections as they like: one process may be idle for a while.
        until = time.monotonic() + 60
        while (len(after) < 2 or 0 in after.values()) and time.monotonic() < until:
            with ThreadPoolExecutor(8) as pool:
                taken.update(pool.map(choose, [site] * CHOICES))
            after |= states(site)
    assert set(before.values()) == {0}, "a thread that a process starts before its fork is lost in its children"
    assert set(taken) == {303}
    assert len(after) == 2
    assert set(after.values()) == {1}
    bundle = tmp_path / "ledger.bundle"
    export = ("export", "--format", "bundle", "-o", str(bundle), "--data", str(tmp_path))
    assert consentkit(*export, data=tmp_path).exit_code == 0
    vkey = Signer.from_text((tmp_path / "signing.key").read_text()).verifier.to_text()
    verified = consentkit("verify", str(bundle), "--vkey", vkey, "--json", data=tmp_path)
    assert verified.exit_code == 0, verified.output
    documents = 3  # the policy, the notice and its code are entries too
    assert f'"entries": {taken[303] + documents}' in verified.stdout


def test_preloaded(tmp_path: Path) -> None:
    """With --preload the app is loaded once, before the fork: no child writes through its parent's connection."""
    with started("gunicorn", tmp_path) as site:
        found = [visiting(site).get("/state").json() for _ in range(4)]
        assert all(each["loaded_in"] != each["process"] for each in found)
