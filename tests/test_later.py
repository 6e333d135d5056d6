"""Work that waits is done once, in time, and not lost at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from consentkit.later import Later
from tests.waiting import PATIENCE


def test_once_for_many() -> None:
    """However often it is asked for, the work is done once, by another thread."""
    done, ready = [], threading.Event()

    def work() -> bool:
        done.append(threading.current_thread().name)
        ready.set()
        return True

    later = Later(work, 0.02)
    for _ in range(100):
        later.soon()
    assert ready.wait(PATIENCE)
    later.close()
    assert done == ["consentkit-later"]


def test_tried_again() -> None:
    """Work that could not be done is tried again, without being asked for."""
    ready = threading.Event()
    answers = iter([False, False, True])

    def work() -> bool:
        answer = next(answers)
        if answer:
            ready.set()
        return answer

    Later(work, 0.01).soon()
    assert ready.wait(PATIENCE)


def test_at_the_end() -> None:
    """What is due is done when one closes, and nothing is done that is not due."""
    done: list[int] = []
    later = Later(lambda: not done.append(1), 3600)
    later.close()
    assert not done
    later.soon()
    later.close()
    later.close()
    assert done == [1]


SCRIPT = """
import os, sys
from consentkit.later import Later
later = Later(lambda: not os.write(1, b"done"), 3600)
if len(sys.argv) > 1:
    later.soon()
    if os.fork():
        os.wait()
        os._exit(0)
later.soon()
"""


def test_when_the_process_ends() -> None:
    """A process that ends without a word does what is due; so does a worker that a server forked."""
    for arguments in ([], ["fork"]):
        ran = subprocess.run(
            [sys.executable, "-c", SCRIPT, *arguments], capture_output=True, check=True, env=os.environ
        )
        assert (ran.stdout, ran.stderr) == (b"done", b"")
