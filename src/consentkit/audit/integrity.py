"""Checking everything: the whole ledger as a bundle, by the same code that an auditor runs at home.

Knows bundles and reports. The check is told as it goes: a line for each part of the way, without any script.
"""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue
from tempfile import TemporaryFile
from threading import Thread
from typing import Any

from starlette.responses import Response, StreamingResponse

from consentkit.audit.visit import Visit
from consentkit.errors import ConsentkitError
from consentkit.export.forms import Log, write_out
from consentkit.ledger.report import Report
from consentkit.ledger.selection import ALL
from consentkit.ledger.verify import verify_bundle
from consentkit.tlog import open_checkpoint

_STEPS = 10
# Where the template leaves room for what comes line by line.
_HERE = "<!-- steps -->"


def show_integrity(visit: Visit) -> Response:
    ledger = visit.desk.ledger
    note = ledger.checkpoint()
    kept = ledger.checkpoints.kept(open_checkpoint(note, [ledger.verifier]).size)
    told: dict[str, Any] = {"note": note, "kept": kept[-5:][::-1], "vkey": ledger.verifier.to_text()}
    return visit.page("integrity.html", **told)


def check_all(visit: Visit) -> Response:
    return StreamingResponse(_told(visit), media_type="text/html")


def _told(visit: Visit) -> Iterator[str]:
    """The page, from top to bottom, while the check runs."""
    top, _, end = visit.text("checking.html").partition(_HERE)
    yield top
    steps: SimpleQueue[int | Report] = SimpleQueue()
    Thread(target=_check, args=(visit, steps), daemon=True).start()
    while isinstance(step := steps.get(), int):
        yield visit.text("step.html", step=step)
    told = {"sound": step.consistent, "entries": step.entries, "erased": step.erased}
    yield visit.text("checked.html", faults=step.findings, notes=step.notes, **told)
    yield end


def _check(visit: Visit, steps: SimpleQueue[int | Report]) -> None:
    """Verify, and put how far it is (in hundredths) into a queue, and at last the report."""
    report = Report()
    report.find("check", "it was broken off")
    try:
        report = _verified(visit, steps)
    except ConsentkitError as error:
        report.find("check", str(error))
    finally:  # whatever happens: the page waits for it
        steps.put(report)


def _verified(visit: Visit, steps: SimpleQueue[int | Report]) -> Report:
    """Write a bundle to a file that nobody else sees, and verify it."""
    settings, ledger = visit.desk.settings, visit.desk.ledger
    seen = told = 0
    with TemporaryFile() as file:
        note = ledger.checkpoint()
        size = open_checkpoint(note, [ledger.verifier]).size
        write_out("bundle", file, Log(settings, ledger, note, size), ALL, ledger.store.entries(0, size))
        whole = file.tell() or 1
        file.seek(0)

        def progress(read: int) -> None:
            nonlocal seen, told
            seen += read
            if seen * _STEPS // whole > told:
                told = seen * _STEPS // whole
                steps.put(100 * told // _STEPS)

        steps.put(0)
        report = verify_bundle(file, ledger.verifier, progress=progress)
        steps.put(100)
        return report
