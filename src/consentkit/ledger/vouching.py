"""Having a checkpoint vouched for: by every witness and the timestamp authority that the policy names.

Knows the ledger and the policy's word on who is asked. Run by the owner, by hand or by a timer; never while a page is
served. Whoever does not answer is named, and the others' word is kept all the same.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from consentkit.errors import AnchorError, LogError
from consentkit.ledger.anchors import Anchor
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.post import post
from consentkit.ledger.record import utc
from consentkit.ledger.witness import cosign
from consentkit.policy.model import Log, Timestamps
from consentkit.tlog import WitnessKey, add_signatures, open_checkpoint, open_cosignatures, prove_consistency


class Vouched(NamedTuple):
    """The checkpoint with all that was put to it, who vouches for it, and who does not."""

    anchor: Anchor
    by: tuple[str, ...]
    failed: tuple[AnchorError, ...]


def vouch(ledger: Ledger, log: Log) -> Vouched:
    """Ask everybody, and keep what they say. Raises what a checkpoint of the ledger raises."""
    note = ledger.checkpoint()
    size = open_checkpoint(note, [ledger.verifier]).size
    kept = ledger.checkpoints.kept(size)
    by: list[str] = []
    failed: list[AnchorError] = []
    anchor = next((each for each in kept if _same(each, note, ledger)), Anchor(note))
    for declared in log.witnesses:
        witness = WitnessKey.from_text(declared.vkey)
        known = max((each.checkpoint.size for each in kept if _has(each, witness)), default=0)
        try:
            found = cosign(
                witness,
                declared.url,
                anchor.note,
                size,
                known,
                lambda old: prove_consistency(old, size, ledger.store.read_hashes),
            )
            anchor = anchor._replace(note=add_signatures(anchor.note, found.signature))
            by.append(f"witness {witness.name} at {utc(found.time * 1000)}")
        except AnchorError as error:
            failed.append(error)
    if log.timestamps:
        try:
            moment, stamp = _stamp(log.timestamps, anchor)
            anchor = anchor._replace(timestamp=stamp)
            by.append(f"timestamp authority {log.timestamps.url} at {moment}")
        except AnchorError as error:
            failed.append(error)
    if by:
        ledger.checkpoints.keep(size, int(time.time() * 1000), anchor)
    return Vouched(anchor, tuple(by), tuple(failed))


def _stamp(timestamps: Timestamps, anchor: Anchor) -> tuple[str, bytes]:
    """When the authority says it is, for this checkpoint, and its answer as bytes."""
    try:
        from consentkit.ledger.timestamp import QUERY, REPLY, ask, check_timestamp
    except ImportError:
        raise AnchorError(timestamps.url, 'needs an extra: pip install "consentkit[timestamp]"') from None
    message = anchor.text.encode()
    request, nonce = ask(message)
    answer = post(timestamps.url, request, QUERY)
    if answer.status != 200 or answer.kind != REPLY:
        raise AnchorError(timestamps.url, f"answers {answer.status} {answer.kind}, not a timestamp")
    try:
        return check_timestamp(answer.body, message, timestamps.root.encode(), nonce), answer.body
    except AnchorError as error:
        raise AnchorError(timestamps.url, str(error)) from error


def _same(anchor: Anchor, note: str, ledger: Ledger) -> bool:
    """Whether an anchor is this very checkpoint, with others' signatures on it."""
    try:
        return open_checkpoint(anchor.note, [ledger.verifier]) == open_checkpoint(note, [ledger.verifier])
    except LogError:  # signed by a key before this one
        return False


def _has(anchor: Anchor, witness: WitnessKey) -> bool:
    try:
        return any(open_cosignatures(anchor.note, [witness]))
    except LogError:
        return False
