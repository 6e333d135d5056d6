"""The auditor's command: verify."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from consentkit.cli.common import FINDING, counted, json_option, plain
from consentkit.errors import MalformedError
from consentkit.ledger.parts import BundleReader
from consentkit.ledger.receipt import verify_proof, verify_receipts
from consentkit.ledger.report import Report
from consentkit.ledger.trust import Trust
from consentkit.ledger.verify import verify_bundle
from consentkit.tlog import Verifier, WitnessKey
from consentkit.tlog.tlogproof import TITLE as PROOF

_LONGEST_RECEIPT = 1 << 24
_BAR_STEP = 1 << 20
_PROVES = {
    "bundle": "It proves that these entries, and no others, are what the log held at this size, unaltered.",
    "part": "It proves that the entries shown are in the log, unaltered; of those withheld only that they are there.",
    "one": "It proves that this one entry is in the log, unaltered; of the others it says nothing.",
}
_LIMITS = "It does not prove that nothing was left out before it was logged, nor that a person clicked."


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--vkey", help="The log's verifier key, as it reached you by another way.")
@click.option(
    "--since",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An earlier bundle, or a checkpoint that was kept: check that nothing from before it was rewritten.",
)
@click.option("--witness", "witnesses", multiple=True, help="A witness's verifier key; may be given several times.")
@click.option(
    "--tsa",
    "authorities",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A timestamp authority's root certificate (PEM); may be given several times.",
)
@click.option(
    "--unpack",
    type=click.Path(file_okay=False, path_type=Path),
    help="A new folder for the parts of a bundle that is in order: the summary for people is among them.",
)
@json_option
def verify(
    file: Path,
    vkey: str | None,
    since: Path | None,
    witnesses: tuple[str, ...],
    authorities: tuple[Path, ...],
    unpack: Path | None,
    as_json: bool,
) -> None:
    """Check a bundle, a proof or a visitor's receipt, with no database and no secret; exit 1 on any finding."""
    trust = _trust(vkey, witnesses, authorities)
    reports = _reports(file, trust, since)
    if unpack:
        _unpack(file, unpack, reports)
    if as_json:
        click.echo(json.dumps([_as_json(report) for report in reports]))
    for report in reports:
        _say(report)
    if not all(report.proven for report in reports):
        raise SystemExit(FINDING)


def _trust(vkey: str | None, witnesses: tuple[str, ...], authorities: tuple[Path, ...]) -> Trust:
    try:
        key = Verifier.from_text(vkey) if vkey else None
    except MalformedError as error:
        raise click.BadParameter(f"{error}. `consentkit ledger vkey` prints one.", param_hint="--vkey") from None
    try:
        known = tuple(map(WitnessKey.from_text, witnesses))
    except MalformedError as error:
        raise click.BadParameter(f"{error}. A witness's operator publishes it.", param_hint="--witness") from None
    return Trust(key, known, tuple(path.read_bytes() for path in authorities))


def _reports(file: Path, trust: Trust, since: Path | None) -> list[Report]:
    with file.open("rb") as stream:
        start = stream.read(len(PROOF))
        stream.seek(0)
        if since and (start.startswith(b"{") or start == PROOF.encode()):
            raise click.BadParameter("it is for a bundle, and this file is of one entry.", param_hint="--since")
        if start.startswith(b"{"):
            return verify_receipts(stream.read(_LONGEST_RECEIPT), trust.vkey)
        if start == PROOF.encode():
            return [verify_proof(stream.read(_LONGEST_RECEIPT).decode("utf-8", "replace"), trust)]
        with ExitStack() as stack:
            older = stack.enter_context(since.open("rb")) if since else None
            update = stack.enter_context(_progress(sum(path.stat().st_size for path in (file, since) if path)))
            return [verify_bundle(stream, since=older, trust=trust, progress=update)]


def _unpack(file: Path, folder: Path, reports: list[Report]) -> None:
    if any(report.of == "one" or not report.consistent for report in reports):
        click.echo("Nothing was unpacked: the file is no bundle that is in order.", err=True)
        return
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise click.BadParameter(f"{folder}: {error.strerror}. Name a new folder.", param_hint="--unpack") from None
    with file.open("rb") as stream:
        BundleReader(stream, Report()).unpack(folder)


@contextmanager
def _progress(size: int) -> Iterator[Callable[[int], object] | None]:
    """A bar of the bytes read, where somebody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=size, label="Checking", file=sys.stderr, update_min_steps=_BAR_STEP) as bar:
        yield bar.update


def _say(report: Report) -> None:
    for finding in report.findings:
        click.echo(f"WRONG  {plain(str(finding))}", err=True)
    if report.findings:
        return
    withheld = f", {report.withheld} of them withheld" if report.of == "part" else ""
    erased = f", {report.erased} of them erased" if report.erased else ""
    size = counted(report.entries, "entry", "entries")
    click.echo(
        f"{plain(report.origin)}: {size}{withheld}{erased}, root {report.root.hex()}",
        err=True,
    )
    if report.choices:
        counts = ", ".join(f"{plain(choice)} {times}" for choice, times in sorted(report.choices.items()))
        click.echo(f"Choices: {counts}.", err=True)
    if not report.anchors:
        others = "" if report.of == "one" else ", --since, an earlier export or checkpoint, --witness or --tsa"
        click.echo(
            "Self-consistent, not anchored: anybody could have made all of it. Give --vkey, the log's key as you got "
            f"it from the site by another way{others}.",
            err=True,
        )
    for note in report.notes:
        click.echo(plain(note), err=True)
    for anchor in report.anchors:
        click.echo(f"Anchored by the {plain(anchor)}.", err=True)
    if report.anchors:
        click.echo(f"{_PROVES[report.of]} {_rest(report)}{_LIMITS}", err=True)


def _rest(report: Report) -> str:
    """What is to be said where those who vouch saw only the first entries."""
    if report.anchored == report.entries:
        return ""
    seen, rest = (counted(n, "entry", "entries") for n in (report.anchored, report.entries - report.anchored))
    return f"So much of the first {seen}: for the {rest} after that nobody vouches, unless by --vkey or --since. "


def _as_json(report: Report) -> dict[str, Any]:
    findings = [{"part": each.part, "entry": each.entry, "message": str(each)} for each in report.findings]
    return {
        "origin": report.origin,
        "entries": report.entries,
        "erased": report.erased,
        "withheld": report.withheld,
        "choices": dict(sorted(report.choices.items())),
        "root": report.root.hex(),
        "anchors": report.anchors,
        "anchored": report.anchored,
        "notes": report.notes,
        "findings": findings,
        "proven": report.proven,
    }
