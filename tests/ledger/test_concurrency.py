"""Many writers on one ledger: threads, processes, forks, and one that is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import IO

import pytest

from consentkit.errors import LedgerUnavailable
from consentkit.ledger import writer
from consentkit.ledger.ledger import Ledger, _Job
from consentkit.ledger.writer import GroupCommit
from tests.waiting import PATIENCE

from .checking import check_ledger
from .conftest import FIRST, MOMENT, NOTICE, POLICY, SIGNER, Open, choose, made

ROOT = Path(__file__).parents[2]
TURNS = 30


def writers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "consentkit-ledger"]


def writing(folder: Path, url: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.ledger.writing", str(folder), url, str(count), SIGNER.to_text()]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def told_by(process: subprocess.Popen[str]) -> IO[str]:
    """What the process prints; read only through this, for it reads ahead and `communicate` would begin behind that."""
    assert process.stdout
    return process.stdout


def acknowledged(lines: Sequence[str]) -> list[tuple[int, str]]:
    pairs = [line.split() for line in lines if line.endswith("\n")]
    return [(int(number), leaf) for number, leaf in pairs]


def test_threads(ledger: Ledger) -> None:
    """Eight threads that choose at once get a number each, without a gap, and all they were told is there."""
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda number: choose(ledger, f"{number:032x}"), range(400)))
    assert sorted(entry.number for entry in told) == list(range(FIRST, FIRST + 400))
    assert sorted(told) == list(ledger.store.entries(FIRST))


def test_processes(ledger: Ledger, tmp_path: Path, database_url: str) -> None:
    """Four processes that come to an empty database at once write one log between them."""
    running = [writing(tmp_path, database_url, 40) for _ in range(4)]
    told = [pair for process in running for pair in acknowledged(process.communicate(timeout=120)[0].splitlines(True))]
    assert [process.returncode for process in running] == [0] * 4
    assert sorted(number for number, _ in told) == list(range(FIRST, FIRST + 160))
    there = {entry.number: entry.leaf_hash.hex() for entry in ledger.store.entries()}
    assert all(there[number] == leaf for number, leaf in told)


@pytest.mark.parametrize("after", [1, 7, 40])
def test_killed(after: int, ledger: Ledger, tmp_path: Path, database_url: str) -> None:
    """When a process is killed in the middle of writing, every choice it had acknowledged is in the ledger."""
    process = writing(tmp_path, database_url, 100_000)
    with told_by(process) as said:
        lines = [said.readline() for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        lines += said.readlines()
    assert process.wait() == -signal.SIGKILL
    there = {entry.number: entry.leaf_hash.hex() for entry in ledger.store.entries()}
    told = acknowledged(lines)
    assert len(told) >= after
    assert all(there[number] == leaf for number, leaf in told)
    ledger.check()
    assert choose(ledger).number == len(there)


@pytest.mark.parametrize("round_", range(2))
def test_fair(round_: int, ledger: Ledger, tmp_path: Path, database_url: str) -> None:
    """Two workers that write without a pause on one database each get their turn: none waits for the other to end."""
    choose(ledger)
    running = [writing(tmp_path, database_url, 100_000) for _ in range(2)]
    numbers = [(int(line.split()[0]) for line in told_by(process)) for process in running]
    both = max(map(next, numbers))  # from here on both are at it
    turns = [list(islice((number for number in each if number > both), TURNS)) for each in numbers]
    for process in running:
        process.kill()
        process.communicate()
    for own in turns:
        assert len(own) == TURNS
        assert own[-1] - both < TURNS * 50, "the other wrote fifty times as much meanwhile"


FORKING = """
import os, sys
from pathlib import Path
from consentkit.tlog import Signer
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.store import Store
from tests.ledger.conftest import choose
folder, used = Path(sys.argv[1]), sys.argv[3] == "used"
ledger = Ledger(Store(sys.argv[4], "shop"), Signer.from_text(sys.argv[2]), folder / "outside")
ledger.check()
if used:
    choose(ledger)
children = []
for _ in range(2):
    child = os.fork()
    if not child:
        assert all(choose(ledger).record for _ in range(5))
        assert len(ledger.store.entries_of("ab" * 16)) >= 5
        ledger.close()
        os._exit(0)
    children.append(child)
statuses = [os.waitpid(child, 0)[1] for child in children]
choose(ledger)
ledger.close()
sys.exit(any(statuses))
"""


@pytest.mark.parametrize(("state", "entries"), [("fresh", 11), ("used", 12)])
def test_forked(state: str, entries: int, ledger: Ledger, tmp_path: Path, database_url: str) -> None:
    """A server that loads the app and forks afterwards writes from every worker, and from the parent still."""
    command = [sys.executable, "-c", FORKING, str(tmp_path), SIGNER.to_text(), state, database_url]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    assert ledger.store.head().size == FIRST + entries


def test_thread_starts_with_the_first_choice(ledger: Ledger) -> None:
    """A server that loads the app before it forks has no thread of ours to lose."""
    before = writers()
    ledger.check()
    ledger.checkpoint()
    assert writers() == before
    choose(ledger)
    assert len(writers()) == len(before) + 1
    ledger.close()
    assert writers() == before


def test_close_writes_what_waits(ledger: Ledger) -> None:
    """Stopping a server loses nothing that was on its way."""
    waiting = [ledger._writer.put(_Job(made(), MOMENT, (POLICY, NOTICE))) for _ in range(2500)]
    ledger.close()
    assert all(future.done() for future in waiting)
    assert ledger.store.head().size == FIRST + 2500
    assert choose(ledger).number == FIRST + 2500  # and a ledger closed too early opens again


def test_close_beside_writers(reopen: Open) -> None:
    """Stopping while choices still come in neither hangs nor loses one of them."""
    before = writers()
    ledger = reopen()
    stop = threading.Event()

    def write() -> int:
        count = 0
        while not stop.is_set():
            choose(ledger)
            count += 1
        return count

    def close() -> None:
        for _ in range(60):
            ledger.close()

    with ThreadPoolExecutor(4) as pool:
        counts = [pool.submit(write) for _ in range(4)]
        closing = threading.Thread(target=close, daemon=True)
        closing.start()
        closing.join(300)
        stop.set()
    assert not closing.is_alive()
    assert len(check_ledger(ledger, SIGNER)) == sum(count.result() for count in counts)
    ledger.close()
    assert not set(writers()) - set(before)


def test_one_commit_serves_all_who_wait() -> None:
    """While one batch is written the next gathers: the disk is asked once for many visitors."""
    started, go = threading.Event(), threading.Event()
    batches: list[int] = []

    def commit(jobs: list[int]) -> list[int]:
        started.set()
        go.wait(PATIENCE)
        batches.append(len(jobs))
        return [job * 2 for job in jobs]

    group: GroupCommit[int, int] = GroupCommit(commit)
    futures = [group.put(0)]
    assert started.wait(PATIENCE)
    futures += [group.put(number) for number in range(1, 500)]
    go.set()
    assert [future.result(10) for future in futures] == [number * 2 for number in range(500)]
    group.close()
    assert batches == [1, 499]


def test_who_comes_alone() -> None:
    """A visitor who chooses while nobody else does is not kept waiting for a thread; in a crowd one thread writes."""
    writing: list[tuple[str, int]] = []

    def commit(jobs: list[int]) -> list[int]:
        writing.append((threading.current_thread().name, len(jobs)))
        time.sleep(0.01)
        return jobs

    group: GroupCommit[int, int] = GroupCommit(commit)
    assert group.wait(1) == 1
    assert writing == [(threading.current_thread().name, 1)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(group.wait, range(80))) == list(range(80))
    assert sum(size for _, size in writing) == 81
    assert sum(size for name, size in writing if name == "consentkit-ledger") > 60
    group.close()


def test_rest_follows_who_comes_alone() -> None:
    """What is left to do after a choice is done soon, also when nobody else comes."""
    done = threading.Event()
    written: list[int] = []

    def rest() -> None:
        if written:
            done.set()

    group: GroupCommit[int, None] = GroupCommit(lambda jobs: [written.append(job) for job in jobs], rest)
    for number in range(20):
        done.clear()
        group.wait(number)
        assert done.wait(PATIENCE)
    group.close()
    assert written == list(range(20))


def test_given_up_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """A choice whose visitor was told that it failed is not written afterwards."""
    monkeypatch.setattr(writer, "_PATIENCE_SECONDS", 0.05)
    started, go = threading.Event(), threading.Event()
    written: list[str] = []

    def commit(jobs: list[str]) -> list[None]:
        started.set()
        go.wait(PATIENCE)
        written.extend(jobs)
        return [None] * len(jobs)

    group: GroupCommit[str, None] = GroupCommit(commit)
    group.put("being written")
    assert started.wait(PATIENCE)
    with pytest.raises(LedgerUnavailable):
        group.wait("given up")
    go.set()
    group.close()
    assert written == ["being written"]


def test_too_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """When more wait than can be kept, the next hears at once that it failed."""
    monkeypatch.setattr(writer, "_WAITING", 3)
    started, go = threading.Event(), threading.Event()

    def commit(jobs: list[int]) -> list[None]:
        started.set()
        go.wait(PATIENCE)
        return [None] * len(jobs)

    group: GroupCommit[int, None] = GroupCommit(commit)
    group.put(0)
    assert started.wait(PATIENCE)
    for number in range(3):
        group.put(number)
    with pytest.raises(LedgerUnavailable):
        group.put(4)
    go.set()
    group.close()


def test_failure_reaches_all_who_wait() -> None:
    """When a batch fails, everybody in it hears why, and the next batch is tried."""
    failing = [True]

    def commit(jobs: list[int]) -> list[int]:
        if failing.pop():
            raise LedgerUnavailable("away")
        return jobs

    group: GroupCommit[int, int] = GroupCommit(commit)
    with pytest.raises(LedgerUnavailable, match="away"):
        group.wait(1)
    failing.append(False)
    assert group.wait(2) == 2
    group.close()
