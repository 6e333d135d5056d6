"""subject access, subject erase: what a person gets who asks, and what is left when they want to be forgotten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from consentkit.ledger.dues import Dues
from consentkit.ledger.links import Links
from consentkit.ledger.opening import open_ledger
from consentkit.ledger.record import ConsentRecord
from consentkit.ledger.spool import Batch, Spool
from consentkit.ledger.store import NewEntry
from consentkit.seal import Pseudonyms, Sealer

from .conftest import MOMENT, NOTICE, Run, add, settings_of

VISITOR, OTHER = "ab" * 16, "cd" * 16


def access(run: Run, site: Path, *whose: str) -> Any:
    return json.loads(run("subject", "access", *whose, "--data", site).stdout)


def choose_as_another(site: Path, *, spooled: bool = False) -> None:
    """A choice of somebody else's, in the ledger or still waiting for it."""
    settings = settings_of(site)
    ledger = open_ledger(settings)
    template = next(entry.record for entry in ledger.store.entries() if entry.salt)
    assert template is not None
    values = {name: value for name, value in json.loads(template).items() if name != "v"}
    record = ConsentRecord(**values | {"id": "ef" * 16, "visitor": OTHER})
    if spooled:
        batch = Batch((NewEntry(b"", MOMENT, OTHER, record.to_bytes(), b"s" * 32),), (NOTICE,), MOMENT)
        Spool(site / "spool-shop", Sealer(settings.secrets, "spool", "shop")).put(batch)
    else:
        ledger.append(record, MOMENT, [NOTICE])
    ledger.close()


def test_access(run: Run, site: Path, tmp_path: Path) -> None:
    """A person gets all their records and nobody else's, with the words they were shown; anybody can check it."""
    choose_as_another(site)
    held = access(run, site, "--visitor", VISITOR)
    assert [receipt["record"]["visitor"] for receipt in held["receipts"]] == [VISITOR] * 3
    assert held["documents"][NOTICE.hash] == {"layer": "banner"}
    assert held["documents"][held["receipts"][0]["record"]["policy"]]["site"]["id"] == "shop"
    assert OTHER not in json.dumps(held)
    written = tmp_path / "person.json"
    run("subject", "access", "--visitor", VISITOR, "-o", written, "--data", site)
    vkey = run("ledger", "vkey", "--data", site).stdout.strip()
    assert run("verify", written, "--vkey", vkey).stderr.count("Anchored") == 3
    sound = written.read_text()
    for said, instead, wrong in (
        ('"desktop"', '"phone"', "receipt, entry 2: the leaf hash is not that of this record"),
        ('"layer": "banner"', '"layer": "another"', f"documents, entry 2: the notice {NOTICE.hash} is not the text"),
        (
            f'"{NOTICE.hash}": {{',
            f'"{"0" * 64}": {{',
            f"documents, entry 2: the notice {NOTICE.hash} is not in the file",
        ),
    ):
        written.write_text(sound.replace(said, instead, 1))
        assert wrong in run("verify", written, "--vkey", vkey, code=1).stderr.splitlines()[0]


def test_access_by_receipt(run: Run, site: Path) -> None:
    """One receipt is enough to be given all the others."""
    held = access(run, site, "--visitor", VISITOR)
    assert access(run, site, "--receipt", held["receipts"][1]["id"])["receipts"] == held["receipts"]


def test_access_to_what_waits(run: Run, site: Path) -> None:
    """A choice that still waited for the database is among what a person gets."""
    choose_as_another(site, spooled=True)
    (receipt,) = access(run, site, "--visitor", OTHER)["receipts"]
    assert receipt["proof"]


def test_more_than_a_hundred(run: Run, site: Path) -> None:
    """However many records a person has, they get all of them: a receipt page shows the last hundred only."""
    add(site, 120)
    assert len(access(run, site, "--visitor", VISITOR)["receipts"]) == 123


def test_nothing_is_held(run: Run, site: Path) -> None:
    """Of somebody who never chose, or was erased, nothing is held, and the exit status says so."""
    assert run("subject", "access", "--visitor", OTHER, "--data", site, code=1).stdout == ""
    assert run("subject", "access", "--receipt", OTHER, "--data", site, code=1).stdout == ""
    run("subject", "erase", "--visitor", VISITOR, "--data", site)
    assert run("subject", "access", "--visitor", VISITOR, "--data", site, code=1).stdout == ""


def test_erase(run: Run, site: Path) -> None:
    """A person's records are erased by the id of one receipt; the numbers are told, and others keep theirs."""
    choose_as_another(site)
    held = access(run, site, "--visitor", VISITOR)
    told = json.loads(run("subject", "erase", "--receipt", held["receipts"][0]["id"], "--json", "--data", site).stdout)
    assert told == {"erased": [receipt["index"] for receipt in held["receipts"]], "scrubbed": True}
    assert len(access(run, site, "--visitor", OTHER)["receipts"]) == 1
    assert VISITOR.encode() not in b"".join(path.read_bytes() for path in site.iterdir() if path.is_file())
    again = run("subject", "erase", "--visitor", VISITOR, "--json", "--data", site, code=1)
    assert json.loads(again.stdout)["erased"] == []


@pytest.mark.parametrize("command", ["access", "erase"])
@pytest.mark.parametrize("whose", [[], ["--visitor", VISITOR, "--receipt", OTHER]])
def test_whose(run: Run, site: Path, command: str, whose: list[str]) -> None:
    """Nobody's records are shown or erased unless it is said once, and clearly, whose."""
    assert "one of --visitor, --receipt, --user" in run("subject", command, *whose, "--data", site, code=2).stderr


def tie(site: Path, *visitors: str, secrets: tuple[str, ...] = ()) -> None:
    """Ann was signed in with these visitor ids."""
    settings = settings_of(site)
    ledger = open_ledger(settings)
    names = Pseudonyms(secrets or settings.secrets, "account", "shop").of("ann@example.org")
    Links(ledger.store).add(visitors, names[-1], MOMENT)
    ledger.close()


def test_a_letter(run: Run, site: Path, tmp_path: Path) -> None:
    """Who writes by mail gets all that was recorded wherever their account was signed in; the file can be checked."""
    choose_as_another(site)
    tie(site, VISITOR, OTHER)
    held = access(run, site, "--user", "ann@example.org")
    assert held["visitors"] == [VISITOR, OTHER]
    assert [receipt["record"]["visitor"] for receipt in held["receipts"]] == [VISITOR] * 3 + [OTHER]
    assert "ann@example.org" not in json.dumps(held)
    written = tmp_path / "person.json"
    run("subject", "access", "--user", "ann@example.org", "-o", written, "--data", site)
    vkey = run("ledger", "vkey", "--data", site).stdout.strip()
    assert run("verify", written, "--vkey", vkey).stderr.count("Anchored") == 4
    run("subject", "access", "--user", "ben@example.org", "--data", site, code=1)
    told = json.loads(run("subject", "erase", "--user", "ann@example.org", "--json", "--data", site).stdout)
    assert told == {"erased": [receipt["index"] for receipt in held["receipts"]], "scrubbed": True}
    run("subject", "access", "--user", "ann@example.org", "--data", site, code=1)
    run("subject", "erase", "--user", "ann@example.org", "--data", site, code=1)
    assert "names no account" in run("subject", "erase", "--user", "", "--data", site, code=2).stderr


def test_what_a_law_keeps(run: Run, site: Path) -> None:
    """What must be kept is not erased, whichever command is told to, and it is said until when."""
    policy = site / "consent.toml"
    law = '[keep]\nperiod = "900 years"\nreason = "A law."\n'
    policy.write_text('retention = "999 years"\n' + policy.read_text() + law, encoding="utf-8")
    said = run("subject", "erase", "--visitor", VISITOR, "--json", "--data", site)
    told = json.loads(said.stdout)
    assert (told["erased"], len(told["kept"])) == ([], 3)
    assert all(f"{number} until {day}" in said.stderr for number, day in told["kept"].items())
    assert "keep.reason (900 years): A law." in said.stderr
    single = json.loads(run("ledger", "erase", "--entry", 3, "--json", "--data", site).stdout)
    assert (single["erased"], list(single["kept"])) == ([], ["3"])
    assert json.loads(run("ledger", "erase", "--visitor", VISITOR, "--json", "--data", site).stdout) == told
    assert len(access(run, site, "--visitor", VISITOR)["receipts"]) == 3


def test_a_court_goes_before(run: Run, site: Path) -> None:
    """What a law keeps is erased where the owner says so expressly, and any auditor reads in the log that it was."""
    policy = site / "consent.toml"
    policy.write_text(policy.read_text() + '[keep]\nperiod = "3 years"\nreason = "A law."\n', encoding="utf-8")
    run("subject", "erase", "--visitor", VISITOR, "--data", site)
    ordered = run("ledger", "erase", "--visitor", VISITOR, "--also-kept", "--json", "--data", site)
    assert json.loads(ordered.stdout) == {"erased": [2, 3, 4], "scrubbed": True}
    ledger = open_ledger(settings_of(site))
    said, erased = (json.loads(entry.statement or b"") for entry in list(ledger.store.entries())[-2:])
    assert Dues(ledger.store).until(2**62, 9) == []
    ledger.close()
    assert (said["what"], said["role"], said["by"]) == ("override 3", "keeper", "0" * 32)
    assert erased["indices"] == [2, 3, 4]
    run("export", "--format", "bundle", "-o", site / "after.bundle", "--data", site)
    run("verify", site / "after.bundle", "--vkey", run("ledger", "vkey", "--data", site).stdout.strip())


def test_one_is_one(run: Run, site: Path) -> None:
    """One record is called one record."""
    assert "Erased 1 record." in run("ledger", "erase", "--entry", 3, "--data", site).stderr
    assert "Erased 2 records." in run("subject", "erase", "--visitor", VISITOR, "--data", site).stderr


def test_links(run: Run, site: Path) -> None:
    """The owner learns how many accounts an older secret is still needed for, and whether one is gone too early."""
    tie(site, VISITOR)
    assert json.loads(run("subject", "links", "--json", "--data", site).stdout) == {"secrets": [1], "lost": 0}
    tie(site, OTHER, secrets=("a secret that nobody has any more",))
    lost = run("subject", "links", "--json", "--data", site, code=1)
    assert json.loads(lost.stdout) == {"secrets": [1], "lost": 1}
    assert "put it back" in lost.stderr
