"""Work that can wait: done once, a while after it was first asked for, and at the latest when the process ends.

Knows a function and a clock; not what is done. The thread starts when there is something to do, in the process that has
it, so a server may load the app and fork afterwards.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable
from weakref import WeakSet


class Later:
    """Runs `work` within `seconds` of the first `soon`; never twice at a time. It says whether it is done with."""

    def __init__(self, work: Callable[[], bool], seconds: float) -> None:
        self._work = work
        self._seconds = seconds
        self._running = threading.Lock()
        self._timer: threading.Timer | None = None
        self._process = 0
        _ALL.add(self)

    def soon(self) -> None:
        """See that the work is done some time from now. Costs next to nothing when it is due already."""
        if self._timer is None or self._process != os.getpid():
            if self._process != os.getpid():  # a fork may have copied a lock that nobody here can open
                self._running = threading.Lock()
            self._process = os.getpid()
            self._timer = threading.Timer(self._seconds, self._run_and_again)
            self._timer.name, self._timer.daemon = "consentkit-later", True
            self._timer.start()

    def close(self) -> None:
        """Do now what is due."""
        if self._timer is not None and self._process == os.getpid():
            self._timer.cancel()
            self._run()

    def _run_and_again(self) -> None:
        if not self._run():
            self.soon()

    def _run(self) -> bool:
        with self._running:
            due, self._timer = self._timer, None
            return due is None or self._work()


_ALL: WeakSet[Later] = WeakSet()


@atexit.register
def _close_all() -> None:
    for later in list(_ALL):
        later.close()
