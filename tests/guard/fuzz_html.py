"""Fuzzes the rewriter, guided by coverage: `python -m tests.guard.fuzz_html -max_total_time=600 [corpus folder]`.

Not run by the tests; `test_soup.py` makes the same check on random markup.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["consentkit.guard"]):
    from .soup import PIECES, check


def one(data: bytes) -> None:
    """Bytes as they come, or each as the number of a piece."""
    taken = atheris.FuzzedDataProvider(data)
    limit, xml = taken.PickValueInList([16, 50, 300, 65536]), taken.ConsumeBool()
    cuts = [taken.ConsumeIntInRange(0, 3000) for _ in range(3)]
    rest = taken.ConsumeBytes(4000)
    check(rest if taken.ConsumeBool() else b"".join(PIECES[byte % len(PIECES)] for byte in rest[:40]), cuts, limit, xml)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
