"""Taking the ledger away, in the forms of `consentkit export`.

Knows forms and files. It is written to a file that nobody else sees, and sent from there: memory stays flat.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import IO

from starlette.responses import Response, StreamingResponse

from consentkit.audit.search import CATEGORIES, parse_wanted
from consentkit.audit.visit import Visit
from consentkit.errors import BundleError, ConfigError, MalformedError
from consentkit.export.forms import FORMS, Log, write_out
from consentkit.ledger.selection import Selection
from consentkit.tlog import open_checkpoint

_ENDS = {"csv": "csv", "jsonl": "jsonl", "parquet": "parquet", "27560": "json", "kantara": "json", "bundle": "bundle"}
_CHUNK = 1 << 16


def ask_export(visit: Visit) -> Response:
    return _ask(visit)


def export(visit: Visit) -> Response:
    form, selection = visit.sent.get("form", ""), _selection(visit.sent)
    if form not in FORMS or selection is None:
        return _ask(visit, "form" if selection else "selection")
    ledger = visit.desk.ledger
    note = ledger.checkpoint()
    size = open_checkpoint(note, [ledger.verifier]).size
    file = TemporaryFile()  # noqa: SIM115  closed when it is sent
    try:
        log = Log(visit.desk.settings, ledger, note, size, visit.words.language)
        write_out(form, file, log, selection, ledger.store.entries(0, size))
    except BaseException as error:
        file.close()
        if isinstance(error, ConfigError | BundleError):  # an extra is not installed; a record is not as we wrote it
            return _ask(visit, "extra" if isinstance(error, ConfigError) else "spoiled")
        raise
    name = f'attachment; filename="consent-{form}.{_ENDS[form]}"'
    return StreamingResponse(_sent(file), media_type="application/octet-stream", headers={"Content-Disposition": name})


def _ask(visit: Visit, fault: str = "") -> Response:
    return visit.page("export.html", 400 if fault else 200, forms=FORMS, categories=CATEGORIES, fault=fault)


def _selection(sent: Mapping[str, str]) -> Selection | None:
    """What a form asks; None where a field is not understood: that must not come to mean everybody's records."""
    wanted = parse_wanted(sent)
    vendor, visitor = (sent.get(name, "").strip() or None for name in ("vendor", "visitor"))
    days = (("since", wanted.since), ("until", wanted.until), ("category", wanted.category or None))
    if any(sent.get(name) and value is None for name, value in days):
        return None
    if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
        return None
    try:
        return Selection(wanted.since, wanted.until, wanted.category or None, vendor, visitor)
    except MalformedError:
        return None


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk
