"""Cosignatures: made here by the letter of C2SP tlog-cosignature, with none of our code, and opened by it."""

from __future__ import annotations

import hashlib
import struct
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consentkit.errors import MalformedError, SignatureError
from consentkit.tlog import EMPTY_ROOT, Checkpoint, Signer, WitnessKey, open_cosignatures, sign_checkpoint
from consentkit.tlog.witness import format_request, parse_answer, parse_size

# Fixed keys: processes that share out these tests must call them the same names.
LOG = Signer("log.example/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
NOTE = sign_checkpoint(Checkpoint(LOG.name, 0, EMPTY_ROOT), LOG)
TEXT = NOTE.partition("\n\n")[0] + "\n"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
NAME = "witness.example/w1"
MOMENT = 1_679_315_147


def key_id(kind: bytes = b"\x04") -> bytes:
    return hashlib.sha256(NAME.encode() + b"\n" + kind + KEY.public_key().public_bytes_raw()).digest()[:4]


def vkey(kind: bytes = b"\x04") -> str:
    encoded = b64encode(kind + KEY.public_key().public_bytes_raw()).decode()
    return f"{NAME}+{key_id(kind).hex()}+{encoded}"


def line(text: str = TEXT, moment: int = MOMENT, claimed: int | None = None, header: str = "cosignature/v1") -> str:
    signature = KEY.sign(f"{header}\ntime {moment}\n{text}".encode())
    raw = key_id() + struct.pack(">Q", moment if claimed is None else claimed) + signature
    return f"— {NAME} {b64encode(raw).decode()}\n"


def test_opens_what_a_witness_wrote() -> None:
    """A witness's word, made with nothing of ours, is understood: who, and when."""
    (found,) = open_cosignatures(NOTE + line(), [WitnessKey.from_text(vkey())])
    assert (found.witness, found.time) == (NAME, MOMENT)


@pytest.mark.parametrize(
    "false",
    [
        line(TEXT.replace("log.example", "bad.example")),
        line(claimed=MOMENT + 1),
        line(moment=0),
        line(header="cosignature/v2"),
        line(moment=2**63),
        line()[:-10] + "AAAAAAAA\n",
    ],
)
def test_false_word_is_refused(false: str) -> None:
    """Nobody can put a word into a witness's mouth: not about another log, nor at another time."""
    with pytest.raises((SignatureError, MalformedError)):
        list(open_cosignatures(NOTE + false, [WitnessKey.from_text(vkey())]))


def test_a_log_is_not_a_witness() -> None:
    """A log's signature with the same key does not pass for a cosignature."""
    witness = WitnessKey(NAME, KEY.public_key().public_bytes_raw())
    log = Signer(NAME, KEY)
    note = sign_checkpoint(Checkpoint(NAME, 0, EMPTY_ROOT), log)
    with pytest.raises(SignatureError):
        list(open_cosignatures(note, [witness]))
    assert log.verifier.key_id != witness.key_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        vkey(b"\x01"),
        vkey(b"\x06"),
        vkey()[:-4],
        vkey().replace("+", "+0", 1),
        f"{vkey()}\n",
        LOG.verifier.to_text(),
    ],
)
def test_witness_key_has_one_spelling(text: str) -> None:
    """A key of another kind, a log's among them, is no witness's key."""
    with pytest.raises(MalformedError):
        WitnessKey.from_text(text)
    assert WitnessKey.from_text(vkey()).to_text() == vkey()


def test_request_is_the_specified_one() -> None:
    """What a witness is asked has the form of C2SP tlog-witness."""
    body = format_request(3, [b"\x00" * 32], NOTE)
    assert body.decode() == f"old 3\n{'A' * 43}=\n\n{NOTE}"
    assert format_request(0, [], NOTE).decode() == f"old 0\n\n{NOTE}"


def test_answer_of_several() -> None:
    """Of all who sign an answer only those count that we know."""
    stranger = f"— other.example {b64encode(b'1234' + b'x' * 72).decode()}\n"
    (found,) = parse_answer((stranger + line()).encode(), NOTE, [WitnessKey.from_text(vkey())])
    assert found.witness == NAME
    for answer in (stranger.encode(), b"", b"ok\n", line().encode() + b"x"):
        with pytest.raises((SignatureError, MalformedError)):
            parse_answer(answer, NOTE, [WitnessKey.from_text(vkey())])


def test_sizes() -> None:
    """The size a witness saw is one decimal line, and nothing else."""
    assert (parse_size(b"0\n"), parse_size(b"20852014\n")) == (0, 20_852_014)
    for wrong in (b"", b"1", b"01\n", b"-1\n", b"1\n\n", b" 1\n", b"1" * 20 + b"\n", "١\n".encode()):
        with pytest.raises(MalformedError):
            parse_size(wrong)
