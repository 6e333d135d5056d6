"""Bits as letters, six to a letter: what the strings of the advertising world are made of, and fields as tables.

Knows numbers, flags and lists of ids; not which string has which fields. A field is a Codec, a string a table of named
codecs: reading and writing follow the same table, so that neither can forget what the other does.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from itertools import compress, groupby
from typing import Any, NamedTuple

from consentkit.errors import SignalError

# No string of a browser is longer: it travels in cookies (4 KB) and in the addresses of pictures.
LONGEST = 16_384
_LETTERS = re.compile("[A-Za-z0-9_-]+")
_TRUTHS = bytes.maketrans(b"01", b"\x00\x01")
_NUMBERS = tuple(range(1, 4097))  # of every vendor there is: made once, they need not be made for each string


class BitSet(Set[int]):
    """The places, from 1, of the bits that are set: a frozenset in all it does, and counted out only when asked.

    Most who read a string ask it about one vendor of a thousand.
    """

    __slots__ = ("_bits",)

    def __init__(self, bits: str) -> None:
        self._bits = bits

    def __contains__(self, number: object) -> bool:
        return type(number) is int and 0 < number <= len(self._bits) and self._bits[number - 1] == "1"

    def __iter__(self) -> Iterator[int]:
        numbers = _NUMBERS if len(self._bits) <= len(_NUMBERS) else range(1, len(self._bits) + 1)
        return compress(numbers, self._bits.encode().translate(_TRUTHS))

    def __len__(self) -> int:
        return self._bits.count("1")

    def __hash__(self) -> int:
        return hash(frozenset(self))

    def __repr__(self) -> str:
        return repr(frozenset(self))

    @classmethod
    def _from_iterable(cls, numbers: Iterable[int]) -> frozenset[int]:  # type: ignore[override]
        """What an operation of two sets comes to (collections.abc.Set)."""
        return frozenset(numbers)


class Bits:
    """The bits of one segment, read from the left. `what` names the segment in errors."""

    def __init__(self, text: str, what: str) -> None:
        if len(text) > LONGEST or not _LETTERS.fullmatch(text):
            raise SignalError(what, "letters of base64url, at most 16,384 of them", text)
        whole = int.from_bytes(urlsafe_b64decode(text + "A" * (-len(text) % 4)), "big")
        letters = len(text)
        self._bits = f"{whole:0{(letters + 3) // 4 * 24}b}"[: letters * 6]
        self._text, self._what, self._at = text, what, 0

    def take(self, width: int) -> str:
        """The next bits as "0" and "1"."""
        start, self._at = self._at, self._at + width
        if self._at > len(self._bits):
            raise self.fault("more letters")
        return self._bits[start : self._at]

    def number(self, width: int) -> int:
        return int(self.take(width), 2) if width else 0

    def ids(self, width: int) -> BitSet:
        """The places, from 1, of the bits that are set among the next ones."""
        return BitSet(self.take(width))

    def end(self, *units: int) -> None:
        """Nothing follows but the zeros that fill up one of these units, in as few letters as hold them."""
        rest = self._bits[self._at :]
        if "1" in rest or len(self._text) not in {_letters(self._at, unit) for unit in units}:
            raise self.fault("an end right after the last field")

    def fault(self, expected: str) -> SignalError:
        return SignalError(self._what, expected, self._text)


def to_letters(bits: str, unit: int) -> str:
    """Bits as letters, filled up with zeros to a whole number of units."""
    letters = _letters(len(bits), unit)
    filled = bits.ljust((letters + 3) // 4 * 24, "0")
    return urlsafe_b64encode(int(filled, 2).to_bytes(len(filled) // 8, "big")).decode("ascii")[:letters]


def _letters(count: int, unit: int) -> int:
    return -(-(-(-count // unit) * unit) // 6)


class Codec(NamedTuple):
    """A kind of field. Both sides raise SignalError: `read` for bits that say nothing, `write` for what has no bits.

    `blank` is the least that such a field can say.
    """

    read: Callable[[Bits], Any]
    write: Callable[[Any], str]
    blank: Any


Table = Mapping[str, Codec]


def read_fields(table: Table, bits: Bits) -> dict[str, Any]:
    """The fields of a table in their order."""
    return {name: codec.read(bits) for name, codec in table.items()}


def write_fields(table: Table, values: Mapping[str, Any]) -> str:
    """The bits of the fields; every one must be there, and no other."""
    if values.keys() != table.keys():
        raise SignalError("fields", f"just {', '.join(table)}", ", ".join(values))
    return "".join(codec.write(values[name]) for name, codec in table.items())


def integer(width: int, least: int = 0, most: int | None = None) -> Codec:
    """A number of so many bits, within its limits."""
    limit = (1 << width) - 1 if most is None else most
    expected = f"a number from {least} to {limit}"

    def read(bits: Bits) -> int:
        value = bits.number(width)
        if not least <= value <= limit:
            raise bits.fault(expected)
        return value

    def write(value: Any) -> str:
        if type(value) is not int or not least <= value <= limit:
            raise SignalError("number", expected, repr(value))
        return f"{value:0{width}b}"

    return Codec(read, write, least)


def several(count: int, codec: Codec) -> Codec:
    """So many of a kind, one after the other."""

    def write(values: Any) -> str:
        if len(values) != count:
            raise SignalError("list", f"{count} values", repr(values))
        return "".join(map(codec.write, values))

    return Codec(lambda bits: tuple(codec.read(bits) for _ in range(count)), write, (codec.blank,) * count)


def letters(count: int) -> Codec:
    """A word of capital letters, such as a language: "A" is 0."""
    letter = integer(6, most=25)

    def write(word: Any) -> str:
        if len(word) != count or not re.fullmatch("[A-Z]*", word):
            raise SignalError("word", f"{count} capital letters", repr(word))
        return "".join(letter.write(ord(char) - 65) for char in word)

    return Codec(lambda bits: "".join(chr(65 + letter.read(bits)) for _ in range(count)), write, "A" * count)


def id_set(width: int, allowed: Iterable[int] | None = None) -> Codec:
    """A set of ids from 1 to `width`, a bit for each; `allowed` are those that may be in it at all."""
    some = frozenset(range(1, width + 1) if allowed is None else allowed)
    expected = f"ids among {', '.join(map(str, sorted(some)))}"
    others = int("0" + bit_field(frozenset(range(1, width + 1)) - some, width), 2)

    def read(bits: Bits) -> BitSet:
        found = bits.take(width)
        if others and int(found, 2) & others:
            raise bits.fault(expected)
        return BitSet(found)

    def write(ids: Any) -> str:
        if not some.issuperset(ids):
            raise SignalError("ids", expected, repr(sorted(ids)))
        return bit_field(ids, width)

    return Codec(read, write, frozenset())


def bit_field(ids: Iterable[int], width: int) -> str:
    """A bit for each id from 1 to `width`."""
    field = bytearray(b"0") * width
    for number in ids:
        field[number - 1] = 49  # "1"
    return field.decode("ascii")


def runs(ids: Iterable[int]) -> list[tuple[int, int]]:
    """Ids as the fewest runs, first and last of each, in their order."""
    grouped = groupby(enumerate(sorted(ids)), lambda pair: pair[1] - pair[0])
    found = [[number for _, number in group] for _, group in grouped]
    return [(run[0], run[-1]) for run in found]


FLAG = Codec(lambda bits: bits.take(1) == "1", lambda value: "1" if value else "0", False)
