"""A process that writes choices and says which were acknowledged: python -m tests.ledger.writing FOLDER COUNT KEY."""

from __future__ import annotations

import sys
from pathlib import Path

from consentkit.ledger.ledger import Ledger
from consentkit.ledger.store import Store
from consentkit.tlog import Signer

from .conftest import choose


def main(folder: Path, count: int, key: str) -> None:
    store = Store(f"sqlite:///{folder / 'db' / 'ledger.db'}", "shop")
    ledger = Ledger(store, Signer.from_text(key), folder / "outside")
    for _ in range(count):
        entry = choose(ledger)
        print(entry.number, entry.leaf_hash.hex(), flush=True)
    ledger.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
