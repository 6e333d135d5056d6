"""A GPP string ⇄ the sections in it: "header~section~section", and in a section "core.more".

Knows the tables; not whose choice a string tells of. A section is a list of segments, each a mapping of the
specification's field names, as scripts get it from `getSection`; a section with a spelling of its own is text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from consentkit.errors import SignalError
from consentkit.signals.bits import LONGEST, Bits, Table, read_fields, to_letters, write_fields
from consentkit.signals.gpp.header import format_header, parse_header
from consentkit.signals.gpp.sections import AS_WRITTEN, PREFIXES, SECTIONS, section_of

Segments = Sequence[Mapping[str, Any]]
_WRITTEN = re.compile(r"[A-Za-z0-9_.-]+")


def format_gpp(sections: Mapping[str, Segments | str]) -> str:
    """The string for sections by their prefixes, ordered by their numbers. Raises SignalError."""
    if unknown := sections.keys() - set(PREFIXES.values()):
        raise SignalError("gpp section", f"one of {', '.join(PREFIXES.values())}", ", ".join(sorted(unknown)))
    present = [(number, prefix) for number, prefix in sorted(PREFIXES.items()) if prefix in sections]
    header = format_header(number for number, _ in present)
    return "~".join([header, *(_format_section(prefix, sections[prefix]) for _, prefix in present)])


def parse_gpp(text: str) -> dict[str, Segments | str]:
    """The sections in a string by their prefixes. Raises SignalError for all but the one spelling of each."""
    if len(text) > LONGEST:
        raise SignalError("gpp string", f"at most {LONGEST} letters", text)
    header, *written = text.split("~", len(PREFIXES) + 1)
    ids = parse_header(header)
    if len(ids) != len(written) or not PREFIXES.keys() >= set(ids):
        raise SignalError("gpp string", "the sections its header names, and of those known here", text)
    return {PREFIXES[number]: _parse_section(PREFIXES[number], part) for number, part in zip(ids, written, strict=True)}


def _format_section(prefix: str, section: Segments | str) -> str:
    if isinstance(section, str):
        return _as_written(prefix, section)
    version = section[0].get("Version") if section else None
    tables = _tables(prefix, version, len(section), prefix)
    return ".".join(to_letters(write_fields(table, values), 8) for table, values in zip(tables, section, strict=False))


def _parse_section(prefix: str, text: str) -> Segments | str:
    if prefix in AS_WRITTEN:
        return _as_written(prefix, text)
    parts = text.split(".")
    version = Bits(text[:1], prefix).number(6)  # the first field of each
    tables = _tables(prefix, version, len(parts), text)
    return [_parse_segment(prefix, table, part) for table, part in zip(tables, parts, strict=False)]


def _tables(prefix: str, version: object, count: int, text: str) -> tuple[Table, ...]:
    tables = section_of(prefix, version).segments if prefix in SECTIONS else ()
    if not 1 <= count <= len(tables):
        raise SignalError(prefix, f"from 1 to {len(tables)} segments" if tables else "text", text)
    return tables


def _parse_segment(prefix: str, table: Table, text: str) -> dict[str, Any]:
    bits = Bits(text, prefix)
    values = read_fields(table, bits)
    bits.end(6, 8)
    return values


def _as_written(prefix: str, text: str) -> str:
    if prefix not in AS_WRITTEN or not _WRITTEN.fullmatch(text):
        raise SignalError(prefix, "a section that needs no table, in letters an address may carry", text)
    return text
