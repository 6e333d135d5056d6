"""Group commit: many wait, one thread writes, and one transaction serves everyone who waited.

Knows nothing of ledgers. The thread starts with the first job, in the process that has it: a server that loads the app
and forks afterwards gets a thread in each worker.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

from consentkit.errors import LedgerUnavailable

Job = TypeVar("Job")
Result = TypeVar("Result")

_WAITING = 10_000
_BATCH = 1_000
# Longer than a database is waited for, so that an answer that will come is heard.
_PATIENCE_SECONDS = 15


class GroupCommit(Generic[Job, Result]):
    """Hands batches of jobs to `commit`, which returns one result for each, or raises for all."""

    def __init__(self, commit: Callable[[list[Job]], list[Result]]) -> None:
        self._commit = commit
        self._lock = threading.Lock()
        self._process = 0
        self._queue: Queue[tuple[Job, Future[Result]] | None] = Queue(_WAITING)
        self._thread: threading.Thread | None = None

    def put(self, job: Job) -> Future[Result]:
        """Queue a job without waiting. Raises LedgerUnavailable when too many wait already."""
        future: Future[Result] = Future()
        with self._lock:
            self._start()
            try:
                self._queue.put_nowait((job, future))
            except Full:
                raise LedgerUnavailable(f"{_WAITING} entries are waiting to be written already") from None
        return future

    def wait(self, job: Job) -> Result:
        """Queue a job and wait until it is durable; raises what its commit raised.

        A job given up is taken back, so that nothing is written that its visitor was told had failed.
        """
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

    def _start(self) -> None:
        # A fork copies the queue but not the thread. Thread and queue come and go together: what is put after `close`
        # is not for the thread that is about to end.
        if self._thread is None or not self._thread.is_alive() or self._process != os.getpid():
            self._queue = Queue(_WAITING)
            self._process = os.getpid()
            self._thread = threading.Thread(target=self._run, args=[self._queue], name="consentkit-ledger", daemon=True)
            self._thread.start()

    def _run(self, queue: Queue[tuple[Job, Future[Result]] | None]) -> None:
        while (first := queue.get()) is not None:
            batch, last = [first], False
            while len(batch) < _BATCH and not last:
                try:
                    following = queue.get_nowait()
                except Empty:
                    break
                if following is None:
                    last = True
                else:
                    batch.append(following)
            self._write([(job, future) for job, future in batch if future.set_running_or_notify_cancel()])
            if last:
                return

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
