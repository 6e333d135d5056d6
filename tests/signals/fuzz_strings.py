"""Fuzzes the readers of strings, guided by coverage: `python -m tests.signals.fuzz_strings -max_total_time=600`.

Not run by the tests; test_gpp.py and test_tcf.py make the same checks on random texts.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["consentkit.signals"]):
    from consentkit.errors import SignalError
    from consentkit.signals.gpp import PREFIXES, format_gpp, parse_gpp
    from consentkit.signals.gpp.header import format_header
    from consentkit.signals.tcf import format_tc, parse_tc

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"


def one(data: bytes) -> None:
    """Bytes as letters, in a TC string or behind the header of a section."""
    taken = atheris.FuzzedDataProvider(data)
    is_tc, number = taken.ConsumeBool(), taken.PickValueInList(sorted(PREFIXES))
    text = "".join(LETTERS[byte % len(LETTERS)] for byte in taken.ConsumeBytes(2000))
    parse, write = (parse_tc, format_tc) if is_tc else (parse_gpp, format_gpp)
    try:
        found = parse(text if is_tc or taken.ConsumeBool() else f"{format_header([number])}~{text}")
    except SignalError:
        return
    assert parse(write(found)) == found


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
