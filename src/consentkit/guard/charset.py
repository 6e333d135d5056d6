"""Character encodings in which "<" is not always the byte 0x3C, made readable as ASCII and made back again.

Knows bytes, and the Encoding Standard as browsers keep it: of all they read, only UTF-16 and ISO-2022-JP are of this
kind. UTF-7, UTF-32 and EBCDIC are no encodings to them, and what is not UTF-16 is read as if nobody had named it. Works
in pieces, and whatever is not valid survives.
"""

from __future__ import annotations

import codecs
import re
from typing import Protocol

# The labels of the Encoding Standard §4.2.
_LABELS = {
    **dict.fromkeys(("utf-16", "utf-16le", "csunicode", "iso-10646-ucs-2", "ucs-2", "unicode"), "utf-16-le"),
    **dict.fromkeys(("unicodefeff",), "utf-16-le"),
    **dict.fromkeys(("utf-16be", "unicodefffe"), "utf-16-be"),
    **dict.fromkeys(("iso-2022-jp", "csiso2022jp"), "iso-2022-jp"),
    # "replacement": a browser shows one question mark, and reads no tag of such a page.
    **dict.fromkeys(("csiso2022kr", "hz-gb-2312", "iso-2022-cn", "iso-2022-cn-ext", "iso-2022-kr"), "replacement"),
    "replacement": "replacement",
}
_BOMS = ((b"\xef\xbb\xbf", ""), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# "<?x" in UTF-16, where nothing else tells (HTML §13.2.3.2, "prescan a byte stream").
_DECLARATIONS = ((b"<\0?\0x\0", "utf-16-le"), (b"\0<\0?\0x", "utf-16-be"))
_PRESCANNED = 1024
_JAPANESE = re.compile(rb"(?:charset|encoding)\s*=[\s\"']*(?:iso-2022-jp|csiso2022jp)", re.I)


class Charset(Protocol):
    """Bytes as they come to bytes that read as ASCII, and back; `final` with the last of each."""

    def decode(self, chunk: bytes, final: bool) -> bytes: ...
    def encode(self, chunk: bytes, final: bool) -> bytes: ...


class AsciiBased:
    """Every encoding whose markup is in ASCII bytes: nothing to do."""

    def decode(self, chunk: bytes, final: bool) -> bytes:
        return chunk

    def encode(self, chunk: bytes, final: bool) -> bytes:
        return chunk


class Utf16:
    """UTF-16, read as UTF-8. Halves of pairs that stand alone pass in the form that UTF-8 would give them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._reading = codecs.getincrementaldecoder(name)("surrogatepass")
        self._writing = codecs.getincrementaldecoder("utf-8")("surrogatepass")

    def decode(self, chunk: bytes, final: bool) -> bytes:
        return self._reading.decode(chunk).encode("utf-8", "surrogatepass")

    def encode(self, chunk: bytes, final: bool) -> bytes:
        done = self._writing.decode(chunk).encode(self._name, "surrogatepass")
        # Half a character at the end goes out as it came.
        return done + bytes(self._reading.getstate()[0]) if final else done


class Iso2022Jp:
    """ISO-2022-JP: after some escapes each byte is part of a Japanese character, though it looks like ASCII.

    Such bytes are read with their high bit turned, so that none of them looks like markup; turning it again brings them
    back. Escapes stay where they are, so that the way back finds the same bytes.
    """

    def __init__(self) -> None:
        self.decode, self.encode = _Shift().turn, _Shift().turn


class _Shift:
    """One direction: follows the escapes, and turns the high bit of what is Japanese."""

    # Encoding Standard §12.2.1, "escape start" and "escape"; what is no escape is left as it is, so that turning makes
    # none of it.
    _ESCAPE = re.compile(rb"\x1b(\([BJI]|\$[@B]|[^\x1b]{0,2})", re.S)
    _HALF = re.compile(rb"\x1b[^\x1b]?\Z", re.S)
    _JAPANESE = (b"(I", b"$@", b"$B")
    _LATIN = (b"(B", b"(J")
    _TURNED = bytes(byte ^ 0x80 for byte in range(256))

    def __init__(self) -> None:
        self._waiting = b""
        self._japanese = False

    def turn(self, chunk: bytes, final: bool) -> bytes:
        chunk, self._waiting = self._waiting + chunk, b""
        if not final and (half := self._HALF.search(chunk)):
            chunk, self._waiting = chunk[: half.start()], half[0]
        done, at = [], 0
        for escape in self._ESCAPE.finditer(chunk):
            done += [self._turned(chunk[at : escape.start()]), escape[0]]
            at = escape.end()
            if escape[1] in self._JAPANESE or escape[1] in self._LATIN:
                self._japanese = escape[1] in self._JAPANESE
        return b"".join([*done, self._turned(chunk[at:])])

    def _turned(self, piece: bytes) -> bytes:
        return piece.translate(self._TURNED) if self._japanese else piece


class Undeclared:
    """No label: read as ASCII-based, unless the page's beginning itself names ISO-2022-JP and an escape is met."""

    def __init__(self) -> None:
        self._beginning = b""
        self._waiting = b""
        self._found: Charset | None = None

    def decode(self, chunk: bytes, final: bool) -> bytes:
        if self._found is not None:
            return self._found.decode(chunk, final)
        self._beginning += chunk[: _PRESCANNED - len(self._beginning)]
        chunk, self._waiting = self._waiting + chunk, b""
        if b"\x1b" not in chunk:
            return chunk
        if len(self._beginning) < _PRESCANNED and not final:
            self._waiting = chunk
            return b""
        self._found = Iso2022Jp() if _JAPANESE.search(self._beginning) else AsciiBased()
        return self._found.decode(chunk, final)

    def encode(self, chunk: bytes, final: bool) -> bytes:
        return self._found.encode(chunk, final) if self._found is not None else chunk


def is_blank(label: str) -> bool:
    """Whether a browser shows nothing of a page with this label, and so fetches nothing for it."""
    return _LABELS.get(label) == "replacement"


def charset_for(label: str, beginning: bytes, final: bool) -> Charset | None:
    """How to read a body with this label and beginning; None where more of it must be seen.

    A byte order mark goes before the label (HTML §13.2.3.2, "determining the character encoding").
    """
    if label and beginning and beginning[0] < 0x80:  # no mark begins like this: nearly every page
        marks: tuple[tuple[bytes, str], ...] = ()
    else:
        marks = (*_BOMS, *(() if label else _DECLARATIONS))
    if not final and any(len(beginning) < len(mark) and mark.startswith(beginning) for mark, _ in marks):
        return None
    named = next((name for mark, name in marks if beginning.startswith(mark)), None)
    if named is None:
        named = _LABELS.get(label, "")
        if not label:
            return Undeclared()
    if named == "iso-2022-jp":
        return Iso2022Jp()
    return Utf16(named) if named.startswith("utf-16") else AsciiBased()
