"""A process that writes choices and tells which were taken: python -m tests.ledger.writing FOLDER URL COUNT KEY."""

from __future__ import annotations

import sys
from pathlib import Path

from consentkit.ledger.ledger import Ledger
from consentkit.ledger.store import Store
from consentkit.tlog import Signer

from .conftest import choose


def main(folder: Path, url: str, count: int, key: str) -> None:
    ledger = Ledger(Store(url, "shop"), Signer.from_text(key), folder / "outside")
    for _ in range(count):
        entry = choose(ledger)
        print(entry.number, entry.leaf_hash.hex(), flush=True)
    ledger.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4])
