"""One language's catalogue as translators edit it, and as Python's gettext reads it.

Knows gettext's two formats; not English beyond what it is given, nor what makes a translation good. Babel parses, and
both formats are written here: what stands in a header is then ours, the same whatever Babel's version.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from consentkit.texts.english import Plural
from texts_build.cldr import Counting
from texts_build.source import Source

_REVIEWED = re.compile(r'^"X-Reviewed: (yes|no)\\n"$', re.M)
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"})


@dataclass
class Entry:
    """One text and its translation, a string for each plural form. `before` is the English that it was made for, if
    that has changed since."""

    source: Source
    said: list[str]
    before: str = ""


@dataclass
class Catalogue:
    """A language's texts. `title` is what a human wrote above the header."""

    language: str
    counting: Counting
    entries: list[Entry]
    reviewed: bool = False
    title: list[str] = field(default_factory=list)


def empty(language: str, counting: Counting, sources: Sequence[Source]) -> Catalogue:
    """A catalogue to be filled in."""
    return Catalogue(language, counting, [Entry(source, _nothing(source, counting)) for source in sources])


def parse(text: str, language: str, counting: Counting, sources: Sequence[Source]) -> Catalogue:
    """A .po file, brought up to the English of today.

    Raises PoFileError, and ValueError for a header that does not say whether it was reviewed.
    """
    reviewed = _REVIEWED.findall(text)
    if len(reviewed) != 1:
        raise ValueError('the header must say once "X-Reviewed: yes" or "X-Reviewed: no"')
    title = [line.removeprefix("#").strip() for line in text.partition("msgid")[0].splitlines() if line.startswith("#")]
    # Names of languages are the folder's here; Babel need not know them to parse.
    found = {message.context: message for message in read_po(StringIO(text), abort_invalid=True) if message.id}
    entries = [_entry(source, found.get(source.key), counting) for source in sources]
    return Catalogue(language, counting, entries, reviewed == ["yes"], title)


def format_po(catalogue: Catalogue) -> str:
    """The .po file in its one spelling."""
    lines = [f"# {line}" for line in catalogue.title]
    lines += ['msgid ""', 'msgstr ""', *(_quoted(f"{line}\n") for line in header(catalogue))]
    for entry in catalogue.entries:
        lines += ["", *_po_lines(entry)]
    return "\n".join(lines) + "\n"


def header(catalogue: Catalogue) -> list[str]:
    """What a catalogue says of itself."""
    return [
        f"Language: {catalogue.language}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: nplurals={len(catalogue.counting.forms)}; plural={catalogue.counting.plural};",
        f"X-Plural-Names: {' '.join(catalogue.counting.forms)}",
        f"X-Reviewed: {'yes' if catalogue.reviewed else 'no'}",
    ]


def format_mo(catalogue: Catalogue) -> bytes:
    """The file that programs read (gettext manual, "The Format of GNU MO Files"), of what is translated."""
    pairs = [("", "".join(f"{line}\n" for line in header(catalogue)))]
    for entry in catalogue.entries:
        if all(entry.said) and not entry.before:
            text = entry.source.text
            ident = f"{text.one}\0{text.other}" if isinstance(text, Plural) else text
            pairs.append((f"{entry.source.key}\4{ident}", "\0".join(entry.said)))
    encoded = sorted((ident.encode(), said.encode()) for ident, said in pairs)
    tables, data = [b"", b""], b""
    start = 28 + 16 * len(encoded)
    for side in (0, 1):
        for pair in encoded:
            tables[side] += struct.pack("<II", len(pair[side]), start + len(data))
            data += pair[side] + b"\0"
    count = len(encoded)
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, start)
    return head + tables[0] + tables[1] + data


def _entry(source: Source, found: Message | None, counting: Counting) -> Entry:
    if found is None:
        return Entry(source, _nothing(source, counting))
    said = [found.string] if isinstance(found.string, str) else list(found.string)
    before = found.id if isinstance(found.id, str) else found.id[1]
    today = source.text.other if isinstance(source.text, Plural) else source.text
    # Kept, so that a translator sees both; not used until somebody has looked.
    stale = before != today or "fuzzy" in found.flags
    if stale and before == today:
        before = found.previous_id[-1] if found.previous_id else before
    return Entry(source, said, before if stale else "")


def _nothing(source: Source, counting: Counting) -> list[str]:
    return [""] * (len(counting.forms) if isinstance(source.text, Plural) else 1)


def _po_lines(entry: Entry) -> Iterator[str]:
    yield from (f"#. {line}" for line in entry.source.comments)
    if entry.before:
        yield "#, fuzzy"
        yield f"#| msgid {_quoted(entry.before)}"
    yield f"msgctxt {_quoted(entry.source.key)}"
    text = entry.source.text
    if isinstance(text, Plural):
        yield f"msgid {_quoted(text.one)}"
        yield f"msgid_plural {_quoted(text.other)}"
        yield from (f"msgstr[{index}] {_quoted(said)}" for index, said in enumerate(entry.said))
    else:
        yield f"msgid {_quoted(text)}"
        yield f"msgstr {_quoted(entry.said[0])}"


def _quoted(text: str) -> str:
    return f'"{text.translate(_QUOTED)}"'
