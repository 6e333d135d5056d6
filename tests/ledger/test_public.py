"""The public log as strangers meet it: over HTTP, with nothing but its verifier key, and with Go's own packages."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest

from consentkit.asgi import ConsentMiddleware
from consentkit.ledger import ledger as ledgers
from consentkit.ledger.ledger import Ledger, _Job
from consentkit.tlog import (
    Checkpoint,
    Tile,
    format_tile,
    open_checkpoint,
    prove_consistency,
    prove_inclusion,
    root_at,
    sign_checkpoint,
)
from scripts.golang import GOPATH, find
from tests.asgi.browser import Answer, Browser
from tests.exchanges import POLICY as SHOP

from .conftest import MOMENT, NOTICE, POLICY, SIGNER, choose, made, open_ledger

ROOT = Path(__file__).parents[2]
CHOICES = 700


async def nothing(*_: object) -> None:
    raise AssertionError("not our app's")


class Site:
    """A site over a ledger that has been in use."""

    def __init__(self, folder: Path, policy: dict[str, object] | None = None) -> None:
        settings = {"database": f"sqlite:///{folder / 'db' / 'ledger.db'}", "data": folder / "outside"}
        self.app = ConsentMiddleware(
            nothing,
            policy={**SHOP, **(policy or {})},
            secret="a-secret-of-some-length",
            signing_key=SIGNER.to_text(),
            **settings,  # type: ignore[arg-type]
        )
        self.browser = Browser(self.app)

    def get(self, path: str) -> Answer:
        return self.browser.get(f"/_privacy/log/{path}")

    def close(self) -> None:
        self.app._kit.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of some hundred choices: more than one tile."""
    folder = tmp_path_factory.mktemp("public")
    ledger = open_ledger(folder)
    wait([ledger._writer.put(_Job(made(f"{n:032x}"), MOMENT, (POLICY, NOTICE))) for n in range(CHOICES)])
    ledger.close()
    return folder


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    site = Site(folder)
    yield site
    site.close()


@pytest.fixture
def log(folder: Path) -> Iterator[Ledger]:
    ledger = open_ledger(folder)
    yield ledger
    ledger.close()


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree of this size, as C2SP tlog-tiles counts them."""
    level = 0
    while size:
        full, partial = divmod(size, 256)
        yield from (Tile(level, number) for number in range(full))
        if partial:
            yield Tile(level, full, partial)
        size, level = full, level + 1


def test_served(site: Site, log: Ledger) -> None:
    """Anyone gets the checkpoint and its tiles, in the form and with the headers that clients of such logs expect."""
    answer = site.get("checkpoint")
    assert (answer.status, answer.header("content-type")) == (200, "text/plain; charset=utf-8")
    assert answer.header("cache-control") == "public, max-age=5"
    checkpoint = open_checkpoint(answer.body, [SIGNER.verifier])
    assert checkpoint == Checkpoint(SIGNER.name, CHOICES + 2, log.store.head().root())
    hashes = b""
    for tile in tiles_of(checkpoint.size):
        answer = site.get(format_tile(tile))
        assert (answer.status, len(answer.body)) == (200, tile.width * 32)
        assert answer.header("content-type") == "application/octet-stream"
        assert answer.header("cache-control") == "public, max-age=31536000, immutable"
        assert answer.header("access-control-allow-origin") == "*"
        hashes += answer.body if tile.level == 0 else b""
    leaves = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
    assert leaves == [entry.leaf_hash for entry in log.store.entries()]


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/003",
        "tile/0/002.p/191",
        "tile/1/000",
        "tile/2/000.p/1",
        "tile/0/0",
        "tile/0/x000/000",
        "tile/entries/000",
        "tile/8/0/000",
        "tile/",
        "tile/0/000/",
        "",
        "checkpoint/",
    ],
)
def test_not_there(site: Site, path: str) -> None:
    """What is beyond the checkpoint, spelled otherwise, or an entry, is nothing at all, and is not to be kept."""
    answer = site.get(path)
    assert (answer.status, answer.header("cache-control")) == (404, "private, no-store")


def test_does_not_tell_when_one_chose(site: Site, log: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two publications a choice shows nowhere: neither in the checkpoint nor in a tile, in no process."""
    before = site.get("checkpoint").body
    size = open_checkpoint(before, [SIGNER.verifier]).size
    choose(log)
    grown = format_tile(Tile(0, size // 256, size % 256 + 1))
    assert site.get("checkpoint").body == before
    assert log.published().encode() == before
    assert site.get(grown).status == 404
    monkeypatch.setattr(ledgers, "_PUBLISH_MILLISECONDS", 0)
    assert open_checkpoint(site.get("checkpoint").body, [SIGNER.verifier]).size == size + 1
    monkeypatch.undo()
    assert site.get(grown).status == 200
    assert open_checkpoint(log.published(), [SIGNER.verifier]).size == size + 1


def test_shows_one_checkpoint_at_a_time(log: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the log is public, what was published and is of no use any more does not pile up."""
    monkeypatch.setattr(ledgers, "_PUBLISH_MILLISECONDS", 0)
    for _ in range(3):
        choose(log)
        log.published()
    with log.store.transaction() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM ck_checkpoints").scalar_one() == 1


def test_closed(folder: Path) -> None:
    """A site that closes its log shows strangers nothing of it; its visitors still get their receipts."""
    site = Site(folder, {"log": {"public": False}})
    for path in ("checkpoint", "tile/0/000", "tile/1/000.p/2"):
        assert site.get(path).status == 404
    assert site.browser.get("/_privacy/receipt").status == 200
    site.close()


def test_go_agrees(site: Site, log: Ledger, tmp_path: Path) -> None:
    """Go's own packages, which know nothing of us, accept the signature, every tile, and every proof."""
    go = find()
    if go is None:
        reason = "no Go with golang.org/x/mod found: scripts/golang.py gets them"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    note = site.get("checkpoint").body
    size = open_checkpoint(note, [SIGNER.verifier]).size
    files = {"checkpoint": note, "old": _old(log, 300)}
    files |= {format_tile(tile): site.get(format_tile(tile)).body for tile in tiles_of(size)}
    read = log.store.read_hashes
    proofs = [["consistency", *(node.hex() for node in prove_consistency(300, size, read))]]
    for index in (0, 1, 255, 256, 299, 511, 512, size - 1):
        (entry,) = log.store.entries(index, index + 1)
        path = (node.hex() for node in prove_inclusion(index, size, read))
        proofs.append(["inclusion", str(index), entry.leaf_hash.hex(), *path])
    files["proofs"] = "".join(" ".join(words) + "\n" for words in proofs).encode()
    for name, data in files.items():
        (tmp_path / "log" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "log" / name).write_bytes(data)
    assert _go(go, tmp_path) == f"ok {size} 300 8\n"
    for name in ("tile/0/000", "tile/1/000.p/2", "checkpoint", "proofs"):
        spoiled = bytearray(files[name])
        spoiled[40] ^= 1
        (tmp_path / "log" / name).write_bytes(spoiled)
        assert "FAIL" in _go(go, tmp_path), name
        (tmp_path / "log" / name).write_bytes(files[name])


def _old(log: Ledger, size: int) -> bytes:
    checkpoint = Checkpoint(SIGNER.name, size, root_at(size, log.store.read_hashes))
    return sign_checkpoint(checkpoint, SIGNER).encode()


def _go(go: str, folder: Path) -> str:
    """What the checker says of the log in a folder; it is built once."""
    checker, source = folder / "tlogcheck", ROOT / "tests" / "oracles" / "tlogcheck.go"
    environ = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOFLAGS": ""}
    if not checker.exists():
        subprocess.run([go, "build", "-o", checker, source], env=environ, check=True, timeout=300)
    command = [checker, SIGNER.verifier.to_text(), folder / "log"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout
