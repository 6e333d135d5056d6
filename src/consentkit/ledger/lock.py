"""A lock among the threads of one process.

Knows nothing of what it guards. A fork copies a lock as it is at that moment, and may copy it held by a thread that is
not there: this one is free in every new process.
"""

from __future__ import annotations

import os
import threading


class ProcessLock:
    """Used as `with lock:`."""

    def __init__(self) -> None:
        self._locks: dict[int, threading.Lock] = {}

    def __enter__(self) -> None:
        self._locks.setdefault(os.getpid(), threading.Lock()).acquire()

    def __exit__(self, *_: object) -> None:
        self._locks[os.getpid()].release()
