"""Asking a witness to cosign a checkpoint (C2SP tlog-witness, `add-checkpoint`).

Knows one witness and one checkpoint; not where either is kept. A witness refuses what is not a continuation of all it
saw before: its refusal is how a log that was set back, or signed twice, is found out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus

from consentkit.errors import AnchorError, LogError
from consentkit.ledger.post import Answer, post
from consentkit.tlog import Cosignature, WitnessKey
from consentkit.tlog.witness import format_request, parse_answer, parse_size

_SIZE = "text/x.tlog.size"
_TEXT = "text/plain; charset=utf-8"

_ASK_IT = "Its operator has to know the log's key first: `consentkit ledger vkey` prints it."
_GO_ON = "It was set back, or somebody else signs for it as well. Go on under a new name: `consentkit ledger continue`."
_REMEDIES: dict[int, str] = {
    HTTPStatus.NOT_FOUND: _ASK_IT,
    HTTPStatus.FORBIDDEN: _ASK_IT,
    HTTPStatus.UNPROCESSABLE_ENTITY: _GO_ON,
}

Prove = Callable[[int], Sequence[bytes]]
"""The proof that the checkpoint's tree grew from one of so many entries."""


def cosign(witness: WitnessKey, url: str, note: str, size: int, known: int, prove: Prove) -> Cosignature:
    """The witness's cosignature on a checkpoint of `size` entries; `known` is the size we think it saw last.

    Raises AnchorError when it does not answer, refuses, saw more than there is, or signs something else.
    """
    answer = _ask(url, note, known, prove)
    if answer.status == HTTPStatus.CONFLICT and answer.kind == _SIZE:
        answer = _ask(url, note, _seen(witness, answer, size), prove)
    if answer.status != HTTPStatus.OK:
        reason = answer.body[:200].decode("ascii", "replace").strip()
        said = f"refuses the checkpoint of {size} entries: {answer.status} {reason}".strip()
        raise AnchorError(witness.name, ". ".join(filter(None, [said, _REMEDIES.get(answer.status)])))
    try:
        (cosignature,) = parse_answer(answer.body, note, [witness])
    except LogError as error:
        raise AnchorError(witness.name, f"its answer is no cosignature: {error}") from error
    return cosignature


def _ask(url: str, note: str, old: int, prove: Prove) -> Answer:
    return post(f"{url.removesuffix('/')}/add-checkpoint", format_request(old, prove(old), note), _TEXT)


def _seen(witness: WitnessKey, answer: Answer, size: int) -> int:
    try:
        seen = parse_size(answer.body)
    except LogError as error:
        raise AnchorError(witness.name, str(error)) from error
    if seen > size:
        raise AnchorError(
            witness.name,
            f"saw a log of {seen} entries under this name, and here are {size}. {_GO_ON}",
        )
    return seen
