"""Commands for the auditor: export, verify."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from consentkit.cli.common import FINDING, data_option, json_option, opened_ledger, output, plain
from consentkit.errors import MalformedError
from consentkit.export.rows import csv_lines, json_lines
from consentkit.ledger.bundle import write_bundle
from consentkit.ledger.verify import Report, verify_bundle, verify_receipt
from consentkit.tlog import Verifier, parse_checkpoint

_LONGEST_RECEIPT = 1 << 24
_LIMITS = (
    "It proves that these entries, and no others, are what the log held at this size, unaltered. It does not prove "
    "that nothing was left out before it was logged, nor that a person clicked."
)


@click.command()
@click.option("--format", "form", type=click.Choice(["csv", "jsonl", "bundle"]), default="csv", show_default=True)
@click.option("-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="Default: stdout.")
@data_option
def export(form: str, path: Path | None, data: Path | None) -> None:
    """Write the ledger out: rows for a spreadsheet, or the evidence bundle that `verify` checks."""
    with opened_ledger(data) as (settings, ledger), output(path) as file:
        checkpoint = ledger.checkpoint()
        size = parse_checkpoint(checkpoint.partition("\n\n")[0] + "\n").size
        entries = ledger.store.entries(0, size)
        if form == "bundle":
            write_bundle(file, settings.signer, checkpoint, ledger.store.documents(), entries)
        else:
            for line in csv_lines(entries) if form == "csv" else json_lines(entries):
                file.write(line)
    click.echo(f"{size} entries of {settings.signer.name}" + (f" to {path}" if path else ""), err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--vkey", help="The log's verifier key, as it reached you by another way.")
@click.option(
    "--since",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An earlier bundle: check that nothing in it was rewritten.",
)
@json_option
def verify(file: Path, vkey: str | None, since: Path | None, as_json: bool) -> None:
    """Check a bundle or a visitor's receipt, with no database and no secret; exit 1 on any finding."""
    try:
        key = Verifier.from_text(vkey) if vkey else None
    except MalformedError as error:
        raise click.BadParameter(f"{error}. `consentkit ledger vkey` prints one.", param_hint="--vkey") from None
    reports = _reports(file, key, since)
    if as_json:
        click.echo(json.dumps([_as_json(report) for report in reports]))
    for report in reports:
        _say(report)
    if not all(report.proven for report in reports):
        raise SystemExit(FINDING)


def _reports(file: Path, key: Verifier | None, since: Path | None) -> list[Report]:
    with file.open("rb") as stream:
        if stream.read(1) == b"{":
            stream.seek(0)
            return _receipts(stream.read(_LONGEST_RECEIPT), key)
        stream.seek(0)
        if since is None:
            return [verify_bundle(stream, key)]
        with since.open("rb") as older:
            return [verify_bundle(stream, key, older)]


def _receipts(data: bytes, key: Verifier | None) -> list[Report]:
    """A receipt, or the several that a visitor downloads in one file."""
    try:
        value: Any = json.loads(data)
        receipts = value.get("receipts", [value])
        if not receipts:
            raise ValueError("there is none in this file")
        return [verify_receipt(receipt, key) for receipt in receipts]
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        report = Report()
        report.find("receipt", f"not a receipt: {error}")
        return [report]


def _say(report: Report) -> None:
    for finding in report.findings:
        click.echo(f"WRONG  {plain(str(finding))}", err=True)
    if report.findings:
        return
    click.echo(f"{plain(report.origin)}: {report.entries} entries, root {report.root.hex()}", err=True)
    if not report.anchors:
        click.echo(
            "Self-consistent, not anchored: anybody could have made all of it. Give --vkey, the log's key as you got "
            "it from the site by another way, or --since, an earlier export.",
            err=True,
        )
    for anchor in report.anchors:
        click.echo(f"Anchored by the {plain(anchor)}.", err=True)
    if report.anchors:
        click.echo(_LIMITS, err=True)


def _as_json(report: Report) -> dict[str, Any]:
    findings = [{"part": each.part, "entry": each.entry, "message": str(each)} for each in report.findings]
    return {
        "origin": report.origin,
        "entries": report.entries,
        "root": report.root.hex(),
        "anchors": report.anchors,
        "findings": findings,
        "proven": report.proven,
    }
