"""Taking the ledger away, in the forms of `consentkit export`.

Knows forms and files. It is written to a file that nobody else sees, and sent from there: memory stays flat.
"""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO

from starlette.responses import Response, StreamingResponse

from consentkit.audit.search import parse_wanted
from consentkit.audit.visit import Visit
from consentkit.errors import ConfigError
from consentkit.export.forms import FORMS, Log
from consentkit.export.selection import Selection
from consentkit.tlog import open_checkpoint

_ENDS = {"csv": "csv", "jsonl": "jsonl", "parquet": "parquet", "27560": "json", "kantara": "json", "bundle": "bundle"}
_CHUNK = 1 << 16


def ask_export(visit: Visit) -> Response:
    return visit.page("export.html", forms=tuple(FORMS), fault="")


def export(visit: Visit) -> Response:
    form, wanted = visit.sent.get("form", ""), parse_wanted(visit.sent)
    selection = Selection(wanted.since, wanted.until, wanted.category or None)
    if form not in FORMS or (form == "bundle" and not selection.is_all):
        return visit.page("export.html", 400, forms=tuple(FORMS), fault="bundle" if form == "bundle" else "form")
    ledger = visit.desk.ledger
    note = ledger.checkpoint()
    size = open_checkpoint(note, [ledger.verifier]).size
    file = TemporaryFile()  # noqa: SIM115  closed when it is sent
    try:
        log = Log(visit.desk.settings, ledger, note, size)
        FORMS[form](file, log, selection.of(ledger.store.entries(0, size)))
    except BaseException as error:
        file.close()
        if isinstance(error, ConfigError):  # an extra is not installed
            return visit.page("export.html", 400, forms=tuple(FORMS), fault="extra")
        raise
    name = f'attachment; filename="consent-{form}.{_ENDS[form]}"'
    return StreamingResponse(_sent(file), media_type="application/octet-stream", headers={"Content-Disposition": name})


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk
