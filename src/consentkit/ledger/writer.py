"""Group commit: many wait, one thread writes, and one transaction serves everyone who waited.

Knows nothing of ledgers. Whoever comes alone writes for themselves: handing over to a thread and back may take as long
as the disk does. The thread starts with the first job, in the process that has it: a server that loads the app and
forks afterwards gets a thread in each worker.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from queue import Empty, SimpleQueue
from time import monotonic, sleep
from typing import Generic, NamedTuple, TypeVar

from consentkit.errors import LedgerUnavailable
from consentkit.ledger.lock import ProcessLock

Job = TypeVar("Job")
Result = TypeVar("Result")

_LOG = logging.getLogger("consentkit")
_WAITING = 10_000
_BATCH = 1_000
# Longer than a database is waited for, so that an answer that will come is heard.
_PATIENCE_SECONDS = 15
# Where many choose, those who come while a commit is under way are followed by more: a tenth of what a commit takes is
# well spent on waiting for them, in a few looks.
_COMPANY = 0.1
_LOOKS = 4


def _nothing_left() -> float | None:
    return None


class GroupCommit(Generic[Job, Result]):
    """Hands batches of jobs to `commit`, which returns one result for each, or raises for all.

    Between batches `rest` may do what need not be done for each; it returns the seconds after which it wants to be
    called again though no job came, or None.
    """

    def __init__(
        self, commit: Callable[[list[Job]], list[Result]], rest: Callable[[], float | None] = _nothing_left
    ) -> None:
        self._commit = commit
        self._rest = rest
        self._lock = ProcessLock()
        self._writing = threading.Lock()
        self._process = 0
        self._crowded = False
        self._sleeping = False
        self._queue: SimpleQueue[tuple[Job, Future[Result]] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def put(self, job: Job) -> Future[Result]:
        """Queue a job without waiting. Raises LedgerUnavailable when too many wait already."""
        future: Future[Result] = Future()
        with self._lock:
            self._start()
            if self._queue.qsize() >= _WAITING:
                raise LedgerUnavailable(f"{_WAITING} entries are waiting to be written already")
            self._queue.put((job, future))
        return future

    def wait(self, job: Job) -> Result:
        """Queue a job and wait until it is durable; raises what its commit raised.

        A job given up is taken back, so that nothing is written that its visitor was told had failed.
        """
        if self._alone():
            try:
                return self._commit([job])[0]
            finally:
                self._writing.release()
                self._wake(job)
        future = self.put(job)
        try:
            return future.result(_PATIENCE_SECONDS)
        except FutureTimeout:
            if future.cancel():
                raise LedgerUnavailable("the ledger did not answer in time") from None
            return future.result()  # it is being written this moment

    def close(self) -> None:
        """Write what is queued, and end the thread."""
        with self._lock:
            thread, queue, self._thread = self._thread, self._queue, None
        if thread is not None and self._process == os.getpid():
            queue.put(None)
            thread.join()

    def _alone(self) -> bool:
        """Whether nobody else writes or waits; then it is the caller who writes, and lets others write afterwards."""
        with self._lock:
            self._start()
            return not self._crowded and self._queue.empty() and self._writing.acquire(blocking=False)

    def _wake(self, job: Job) -> None:
        """Let the thread see what else there is to do: by a job already given up, which it passes over."""
        if self._sleeping:
            self._sleeping = False
            given_up: Future[Result] = Future()
            given_up.cancel()
            self._queue.put((job, given_up))

    def _start(self) -> None:
        # A fork copies the queue but not the thread. Thread and queue come and go together: what is put after `close`
        # is not for the thread that is about to end.
        if self._thread is None or not self._thread.is_alive() or self._process != os.getpid():
            if self._process != os.getpid():
                self._writing, self._process = threading.Lock(), os.getpid()
            self._queue, self._crowded, self._sleeping = SimpleQueue(), False, False
            self._thread = threading.Thread(target=self._run, args=[self._queue], name="consentkit-ledger", daemon=True)
            self._thread.start()

    def _run(self, queue: SimpleQueue[tuple[Job, Future[Result]] | None]) -> None:
        pause, more, company = self._pause(), True, _Company(0, 0)
        while more:
            gathered, more = _gather(queue, pause, company)
            batch = [(job, future) for job, future in gathered if future.set_running_or_notify_cancel()]
            start = monotonic()
            with self._writing:
                self._write(batch)
            self._crowded = len(batch) > 1
            expected = len(batch) + queue.qsize() if self._crowded else 0
            company = _Company(expected, (monotonic() - start) * _COMPANY)
            pause = self._pause()

    def _pause(self) -> float | None:
        # Under the lock: whoever writes for themselves after this finds the thread asleep, and wakes it.
        with self._writing:
            try:
                pause = self._rest()
            except Exception:  # whoever comes next must find the thread here
                _LOG.exception("consentkit.D006 what is done between two writes failed")
                pause = 1
            self._sleeping = pause is None
            return pause

    def _write(self, batch: list[tuple[Job, Future[Result]]]) -> None:
        if not batch:
            return
        try:
            results = self._commit([job for job, _ in batch])
        except BaseException as error:  # whoever waits must hear of it; the thread goes on
            for _, future in batch:
                future.set_exception(error)
        else:
            for (_, future), result in zip(batch, results, strict=True):
                future.set_result(result)


class _Company(NamedTuple):
    """How many are expected to wait, and for how many seconds it is worth waiting for them."""

    expected: int
    seconds: float


def _gather(
    queue: SimpleQueue[tuple[Job, Future[Result]] | None], pause: float | None, company: _Company
) -> tuple[list[tuple[Job, Future[Result]]], bool]:
    """The jobs that wait, as soon as there is one or the pause is over; and whether more may come."""
    batch: list[tuple[Job, Future[Result]]] = []
    try:
        following = queue.get(timeout=pause)
        for _ in range(_LOOKS):
            if 1 + queue.qsize() < company.expected:
                sleep(company.seconds / _LOOKS)
        while following is not None:
            batch.append(following)
            if len(batch) == _BATCH:
                return batch, True
            following = queue.get_nowait()
    except Empty:
        return batch, True
    return batch, False
