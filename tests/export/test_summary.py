"""What a bundle says to people: figures that are those of the entries, and nothing that runs."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from consentkit import canonical
from consentkit.export.summary import words_for
from consentkit.export.words import LANGUAGES, words_of
from consentkit.ledger.anchors import Anchor
from consentkit.ledger.bundle import Tally, write_bundle
from consentkit.ledger.erasure import forget
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.selection import ALL, Selection
from consentkit.ledger.store import Document
from tests.ledger.conftest import MOMENT, NOTICE, POLICY, SIGNER, choose, made, open_ledger

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"


class Tags(HTMLParser):
    """The tags and attributes that a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes.update(name for name, _ in attrs)


def said(ledger: Ledger, folder: Path, selection: Selection = ALL, language: str = "en") -> tuple[str, str, Tally]:
    """The instructions and the summary of a bundle, and what was counted for them."""
    tallies: list[Tally] = []
    texts: list[str] = []

    def words(tally: Tally) -> tuple[bytes, bytes]:
        tallies.append(tally)
        both = words_for(
            SIGNER.verifier, ledger.checkpoint(), ledger.store, ledger.checkpoints.kept(99), selection, language, tally
        )
        texts.extend(each.decode() for each in both)
        return both

    with (folder / "bundle").open("wb") as file:
        documents, entries = ledger.store.documents(), ledger.store.entries()
        write_bundle(file, SIGNER, ledger.checkpoint(), documents, entries, selection=selection, words=words)
    return texts[0], texts[1], tallies[0]


def row(page: str, name: str) -> str:
    found = re.search(rf'<th scope="row">{re.escape(name)}</th><td>([^<]*)</td>', page)
    assert found, name
    return unescape(found[1])


def test_summary(tmp_path: Path) -> None:
    """Whoever opens a bundle reads how many chose what, when, under which policies, and how all of it is checked."""
    ledger = open_ledger(tmp_path)
    for number in range(3):
        choose(ledger, f"{number:032x}")
    ledger.append(made(choice="refuse_all"), MOMENT + 5, [POLICY, NOTICE])
    forget(ledger, [f"{0:032x}"], MOMENT)
    ledger.checkpoints.keep(3, MOMENT, Anchor(ledger.checkpoint(), b"0\0"))
    instructions, page, tally = said(ledger, tmp_path)
    assert (row(page, "Accepted all"), row(page, "Refused all"), row(page, "Choices shown")) == ("2", "1", "3")
    assert (row(page, "Entries of the log"), row(page, "Erased, as the log says")) == ("7", "1")
    assert row(page, "Last choice shown (UTC)") == "2026-05-28T20:26:40.005Z"
    assert POLICY.hash in page
    assert NOTICE.hash in page
    assert "with a timestamp" in page
    assert SIGNER.verifier.to_text() in instructions
    assert "consentkit verify FILE --vkey KEY" in instructions
    assert "withheld" not in instructions
    _, page, tally = said(ledger, tmp_path, Selection(visitor=f"{1:032x}"))
    assert (tally.withheld, row(page, "Withheld"), row(page, "Choices shown")) == (3, "3", "1")
    assert f"visitor {1:032x}" in page
    ledger.close()


@pytest.mark.parametrize("language", [tag for tag in LANGUAGES if tag != "en"])
def test_languages(tmp_path: Path, language: str) -> None:
    """In each language the summary has the same figures, and the instructions the same commands and formulas."""
    ledger = open_ledger(tmp_path)
    choose(ledger)
    english, own = words_of("en", "consentkit.export"), words_of(language, "consentkit.export")
    assert own.keys() == english.keys()
    (guide, page, _), (theirs, translated, _) = (said(ledger, tmp_path, language=tag) for tag in ("en", language))
    ledger.close()
    assert f'<html lang="{language}">' in translated
    assert re.findall(r"<td>(.*?)</td>", page) == re.findall(r"<td>(.*?)</td>", translated)
    assert own("summary.title") in translated
    assert "HOW TO CHECK" not in theirs
    assert english("summary.limits") not in translated
    for line in guide.splitlines():
        exact = line.startswith("    ") or "[" in line
        assert not exact or line.strip() in theirs, line
    assert [line for line in theirs.splitlines() if len(line) > 120] == []
    assert set(re.findall(r"--\w+|RFC \d+|C2SP [\w-]+", guide)) == set(re.findall(r"--\w+|RFC \d+|C2SP [\w-]+", theirs))


def test_nothing_in_it_runs(tmp_path: Path) -> None:
    """Whatever is written into the ledger is text in the summary: no script, no address, no style."""
    ledger = open_ledger(tmp_path)
    body = canonical.encode({"version": EVIL, "layer": EVIL, "language": EVIL})
    policy, notice = (
        Document(canonical.digest({"version": EVIL, "layer": EVIL, "language": EVIL}), kind, body)
        for kind in ("policy", "notice")
    )
    ledger.append(made(choice=EVIL), MOMENT, [policy, Document("f" * 64, "notice", notice.body)])
    with ledger.store.transaction(write=True) as connection:
        connection.exec_driver_sql("INSERT INTO ck_documents VALUES ('shop', 'x', 'policy', x'00', NULL)")
    _, page, _ = said(ledger, tmp_path)
    tags = Tags(page)
    assert not tags.names & {"script", "img", "style", "link", "iframe", "a", "form"}
    assert not {name for name in tags.attributes if name.startswith("on") or name in ("src", "href", "style")}
    assert page.count("&lt;script&gt;") == 4
    ledger.close()


def test_instructions_are_read_first(tmp_path: Path) -> None:
    """Whoever opens a bundle in an editor has the instructions before any record, in lines that fit a page."""
    ledger = open_ledger(tmp_path)
    choose(ledger)
    instructions, _, _ = said(ledger, tmp_path)
    text = (tmp_path / "bundle").read_text(encoding="utf-8")
    assert text.index("HOW TO CHECK THIS FILE") < 1200
    assert text.index(instructions) < text.index("<!doctype html>") < text.index('"salt"')
    long = [line for line in instructions.splitlines() if len(line) > 120 and SIGNER.verifier.to_text() not in line]
    assert not long
    ledger.close()
