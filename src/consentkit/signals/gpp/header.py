"""The header of a GPP string: the numbers of the sections that follow, as a range of Fibonacci numbers.

Knows ids only (IAB Tech Lab, "GPP Consent String Specification", Header Encoding). Padding: the specification fills up
to six bits, the reference implementation to eight first; both are read, and the second, which is what is in use, is
written.
"""

from __future__ import annotations

from collections.abc import Iterable

from consentkit.signals.bits import Bits, integer, runs, to_letters

_TYPE, _VERSION = integer(6, least=3, most=3), integer(6, least=1, most=1)
_COUNT = integer(12)
# 1, 2, 3, 5 … 987: an id of a section is never as large.
_FIBONACCI = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987)


def format_header(ids: Iterable[int]) -> str:
    """The header for sections of these ids."""
    found = runs(ids)
    items, last = "", 0
    for first, end in found:
        items += f"{int(end > first)}{fibonacci(first - last)}{fibonacci(end - first) if end > first else ''}"
        last = end
    return to_letters(_TYPE.write(3) + _VERSION.write(1) + _COUNT.write(len(found)) + items, 8)


def parse_header(text: str) -> list[int]:
    """The ids in a header, ascending. Raises SignalError for any other spelling of them than the shortest."""
    bits = Bits(text, "gpp header")
    _TYPE.read(bits)
    _VERSION.read(bits)
    ids: list[int] = []
    last = -1
    for _ in range(_COUNT.read(bits)):
        is_run = bits.take(1) == "1"
        first = max(last, 0) + _number(bits)
        end = first + _number(bits) if is_run else first
        if first == last + 1 or end > _FIBONACCI[-1]:  # two runs that touch are one
            raise bits.fault("ascending runs of ids, as few as there are")
        ids += range(first, end + 1)
        last = end
    bits.end(6, 8)
    return ids


def fibonacci(number: int) -> str:
    """A number as a sum of Fibonacci numbers, smallest first, ended by a second 1 in a row."""
    digits = ""
    for term in reversed(_FIBONACCI):
        taken = term <= number
        number -= term * taken
        digits = str(int(taken)) + digits
    return digits.rstrip("0") + "1"


def _number(bits: Bits) -> int:
    total, before = 0, "0"
    for term in _FIBONACCI:
        digit = bits.take(1)
        if digit == before == "1":
            return total
        total, before = total + term * (digit == "1"), digit
    if before == "1" == bits.take(1):
        return total
    raise bits.fault("a Fibonacci number that ends")
