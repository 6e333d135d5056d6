"""The whole ledger, recomputed from its rows with hashlib and RFC 9162 written down a second time.

Shares no code with the package but the reading of rows: the formats are those that consentkit.ledger.record documents.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from io import BytesIO

from consentkit.ledger.bundle import write_bundle
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.store import Entry
from consentkit.ledger.verify import verify_bundle
from consentkit.tlog import Signer
from tests.tlog.naive import NaiveTree, contains

TILE_WIDTH = 256  # leaves under a kept hash of level 1 (C2SP tlog-tiles)


def leaf_data(record: bytes, salt: bytes) -> bytes:
    """What is put into the tree for a record."""
    commitment = hashlib.sha256(b"consentkit/record/v1\n" + salt + record).hexdigest()
    return f'{{"commitment":"{commitment}","kind":"choice","v":1}}'.encode()


def check_ledger(ledger: Ledger, signer: Signer) -> list[Entry]:
    """Every choice, after all that can be checked was checked: numbers, leaves, tiles, root, proofs, export."""
    entries = list(ledger.store.entries())
    assert [entry.number for entry in entries] == list(range(len(entries)))
    leaves = []
    for entry in entries:
        assert entry.record is not None
        leaves.append(entry.record if entry.salt is None else leaf_data(entry.record, entry.salt))
        assert hashlib.sha256(b"\x00" + leaves[-1]).digest() == entry.leaf_hash
        assert json.loads(entry.record).get("visitor") == entry.visitor
    choices = [entry for entry in entries if entry.salt is not None]
    assert len({entry.salt for entry in choices}) == len({json.loads(entry.record or b"")["id"] for entry in choices})
    tree = NaiveTree(leaves)
    root = tree.mth(0, len(leaves))
    assert ledger.store.head().root() == root
    for number in range(len(leaves) // TILE_WIDTH):
        tile = tree.mth(number * TILE_WIDTH, (number + 1) * TILE_WIDTH)
        assert list(ledger.store.read_hashes(1, number, number + 1)) == [tile]
    note = ledger.checkpoint()
    origin, size, shown, _, signature, _ = note.split("\n")
    assert (origin, size, b64decode(shown)) == (signer.name, str(len(leaves)), root)
    assert signature.startswith(f"— {signer.name} ")
    for entry in choices[:3] + choices[-3:]:
        proof = [bytes.fromhex(node) for node in ledger.receipt(entry)["proof"]]
        assert contains(entry.leaf_hash, entry.number, len(leaves), proof, root)
    bundle = BytesIO()
    assert write_bundle(bundle, signer, note, ledger.store.documents(), entries).entries == len(leaves)
    bundle.seek(0)
    report = verify_bundle(bundle, signer.verifier)
    assert report.proven, report.findings
    return choices
