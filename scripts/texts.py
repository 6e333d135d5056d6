"""Keeps the translations of our texts in step with the English, and with how each language is written.

    python scripts/texts.py                brings catalogues, tables and the list in docs/languages.md up to date
    python scripts/texts.py fr             the files of one language only
    python scripts/texts.py --check        does it in memory and compares; exit code 1 where they differ
    python scripts/texts.py --missing fr   what a translator still has to do in one language; exit code 1 if anything
    python scripts/texts.py --start fr     an empty catalogue for a language of scripts/data/languages.txt

Does not know where a text is shown. The English stands in src/consentkit/texts/en.toml and nowhere else; a translation
of a text that has changed is kept and marked, and not used until somebody has looked at it. Needs Babel.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.pofile import PoFileError
from texts_build import cldr, po
from texts_build.source import TEXTS, sources

from consentkit.texts.culture import Culture
from consentkit.texts.english import Plural
from consentkit.texts.faults import faults

LOCALE = TEXTS / "locale"
TARGETS = Path(__file__).resolve().parent / "data" / "languages.txt"
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "languages.md"
_LIST = re.compile(r"(?<=<!-- languages -->\n).*?(?=<!-- end -->)", re.S)


def targets() -> list[str]:
    """The languages we mean to have, by their folders' names."""
    lines = TARGETS.read_text(encoding="utf-8").splitlines()
    return [name for line in lines if not line.startswith("#") for name in line.split()]


def po_file(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "consentkit.po"


def read(language: str) -> po.Catalogue:
    """A language's catalogue as it stands, brought up to today's English."""
    text = po_file(language).read_text(encoding="utf-8")
    return po.parse(text, language, cldr.counting(language), sources())


def catalogues() -> list[po.Catalogue]:
    """Every catalogue there is, in the order of their languages."""
    strange = {path.parts[-3] for path in LOCALE.glob("*/LC_MESSAGES/*.po")} - set(targets())
    if strange:
        raise SystemExit(f"not in {TARGETS.name}: {', '.join(sorted(strange))}")
    return [read(language) for language in sorted(targets()) if po_file(language).exists()]


def missing(catalogue: po.Catalogue) -> Iterator[str]:
    """What keeps a catalogue from being whole, a line for each text."""
    ways = Culture(cldr.table(catalogue.language))
    for entry in catalogue.entries:
        key = entry.source.key
        if entry.before:
            yield f"{key}: the English has changed, from “{entry.before}”; look again and take “fuzzy” out"
        forms = ways.forms if isinstance(entry.source.text, Plural) else ("",)
        if len(entry.said) != len(forms):
            yield f"{key}: {len(entry.said)} forms, and this language has {len(forms)}: {', '.join(forms)}"
            continue
        yield from (f"{key}: {fault}" for fault in faults(key, dict(zip(forms, entry.said, strict=True)), ways))


def build() -> dict[Path, bytes]:
    """Path -> content of everything that is generated, or brought up to date."""
    found: dict[Path, bytes] = {LOCALE / "en" / "cldr.json": cldr.format_table(cldr.table("en")).encode()}
    found[LOCALE / "consentkit.pot"] = po.format_po(po.empty("", cldr.counting("en"), sources())).encode()
    whole: list[po.Catalogue] = []
    for catalogue in catalogues():
        files = build_language(catalogue)
        found |= files
        whole += [catalogue] if any(path.suffix == ".mo" for path in files) else []
    document = DOCUMENT.read_text(encoding="utf-8")
    found[DOCUMENT] = _LIST.sub(lambda _: table(whole), document).encode()
    return found


def build_language(catalogue: po.Catalogue) -> dict[Path, bytes]:
    """The same of one language; a catalogue that is not whole has no .mo, and is not offered."""
    path = po_file(catalogue.language)
    found = {
        path: po.format_po(catalogue).encode(),
        path.parents[1] / "cldr.json": cldr.format_table(cldr.table(catalogue.language)).encode(),
    }
    if not list(missing(catalogue)):
        found[path.with_suffix(".mo")] = po.format_mo(catalogue)
    return found


def table(whole: list[po.Catalogue]) -> str:
    """The languages a visitor can be addressed in, as a table of Markdown."""
    lines = ["| | language | in itself | reviewed |", "|---|---|---|---|"]
    lines.append("| `en` | English | English | the original |")
    for catalogue in whole:
        tag, locale = catalogue.language.replace("_", "-"), cldr.locale(catalogue.language)
        state = "yes" if catalogue.reviewed else "no"
        lines.append(f"| `{tag}` | {locale.get_display_name('en')} | {locale.get_display_name()} | {state} |")
    return "\n".join(lines) + "\n"


def differences(built: Mapping[Path, bytes]) -> Iterator[str]:
    """What is not as it would be built, and what is left over."""
    for path, content in built.items():
        if not path.exists() or path.read_bytes() != content:
            yield f"{path.relative_to(DOCUMENT.parent.parent)} is out of date: run python scripts/texts.py"
    for path in LOCALE.rglob("*.*"):
        if path.is_file() and path not in built:
            yield f"{path.relative_to(DOCUMENT.parent.parent)} belongs to no whole catalogue"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("language", nargs="?", choices=targets(), help="the files of this language only")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--missing", metavar="LANGUAGE", help="say what a catalogue lacks")
    parser.add_argument("--start", metavar="LANGUAGE", choices=targets(), help="write an empty catalogue")
    options = parser.parse_args(arguments)
    if options.missing:
        return report(missing(read(options.missing)))
    if options.start:
        return start(options.start)
    if options.check:
        return report(differences(build()))
    write(build_language(read(options.language)) if options.language else build())
    return 0


def write(built: Mapping[Path, bytes]) -> None:
    """Write what differs, and leave alone what does not: somebody may have it open."""
    for path, content in built.items():
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def start(language: str) -> int:
    """Write an empty catalogue where there is none."""
    path = po_file(language)
    if path.exists():
        return report([f"{path} is there already"])
    catalogue = po.empty(language, cldr.counting(language), sources())
    catalogue.title = [f"The texts of consentkit in {cldr.locale(language).get_display_name('en')}."]
    path.parent.mkdir(parents=True)
    path.write_text(po.format_po(catalogue), encoding="utf-8")
    return 0


def report(lines: Iterator[str] | list[str]) -> int:
    """Print what was found; 1 if anything was."""
    found = list(lines)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except (PoFileError, ValueError) as error:
        raise SystemExit(f"a catalogue cannot be read: {error}") from error
