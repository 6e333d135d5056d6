"""Signed notes: a text, and under it the signatures of those who stand by it.

Does not know what the text says; `checkpoint.py` gives it a meaning. The format is C2SP signed-note v1.0.0,
with its one signature type that needs nothing but an Ed25519 key (0x01), as follows.

A note is UTF-8 without control characters other than newline:

    text            one or more lines, the last one ended by a newline like the others
    an empty line   the last one in the note: the text may have empty lines of its own
    signatures      one or more lines: em dash, space, key name, space, base64(key ID || signature), newline

A key name is not empty and has neither spaces nor "+". The key ID is four bytes that tell keys of one name
apart; it proves nothing:

    key ID        SHA-256(key name || "\\n" || 0x01 || public key)[:4]
    signature     Ed25519 (RFC 8032) over the text with its last newline, without the empty line: 64 bytes
    verifier key  key name "+" hex(key ID) "+" base64(0x01 || public key)
    signing key   "PRIVATE+KEY+" key name "+" hex(key ID) "+" base64(0x01 || seed)

Example: whoever holds the verifier key

    log.example+4471306a+AYVtF2Zfn9g7DqcpYRkB1vM3ru/uB5ou9Po0fL8zc8OY

can open this note, and learns that log.example signed its first three lines:

    Thus it was said,

    and said once.

    — log.example RHEwav333NLrjwjkCJeqhHkgdNqa/rSA0AhCpCwEG7uYED7G9zo0zlWSMbxvqxykARE5siHf2+Abr2KIaT3S69joyAA=

Opening: a signature by a key we were not given is set aside, whatever its name; one by a key we were given
must be right, or the whole note is refused; and without one that is right there is no note. There is one
spelling of everything: what was parsed must come out the same when written back.

Trust: a note proves that the holder of a key signed these bytes. The verifier key must have come another way.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consentkit.errors import MalformedError, SignatureError
from consentkit.tlog.keys import FORBIDDEN, KEY_ID_SIZE, PublicKey, check_name, format_key, parse_key

_PRIVATE = "PRIVATE+KEY+"
_SIGNED_BY = "— "
# "MUST accept at least up to 16": enough for any crowd of witnesses, and an end to what a stranger can make us do.
_MOST_SIGNATURES = 100


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: a key name, the four bytes of the key ID, and what the key made of the text."""

    name: str
    key_id: bytes
    value: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.key_id) != KEY_ID_SIZE or not self.value:
            raise MalformedError("signature", self.key_id + self.value)


@dataclass(frozen=True, slots=True)
class Note:
    """A text that was opened, and who signed it: `verified` by our keys, `unverified` by keys we do not hold."""

    text: str
    verified: tuple[Signature, ...]
    unverified: tuple[Signature, ...]


class NoteVerifier(Protocol):
    """Whatever can say that a signature line is right: a log's key, or a witness's (cosignature.py)."""

    @property
    def name(self) -> str: ...
    @property
    def key_id(self) -> bytes: ...
    def vouches(self, text: str, signature: Signature) -> bool: ...


@dataclass(frozen=True, slots=True)
class Verifier(PublicKey):
    """The public half of a log's key, and the name it signs under."""

    KIND = b"\x01"
    WHAT = "verifier key"

    def vouches(self, text: str, signature: Signature) -> bool:
        """Whether this key made this signature over this text."""
        return self.has_signed(text.encode(), signature.value)


class Signer:
    """The private half of a key, and the name it signs under. Its repr shows the public half only."""

    __slots__ = ("_private_key", "verifier")

    def __init__(self, name: str, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key
        self.verifier = Verifier(name, private_key.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"<Signer for {self.verifier.to_text()}>"

    @classmethod
    def generate(cls, name: str) -> Self:
        """A new key, from the system's randomness."""
        return cls(name, Ed25519PrivateKey.generate())

    @property
    def name(self) -> str:
        """The key name on the signature line."""
        return self.verifier.name

    def sign(self, text: str) -> Signature:
        """This key's signature over the text of a note."""
        _check_text(text)
        return Signature(self.name, self.verifier.key_id, self._private_key.sign(text.encode()))

    def to_text(self) -> str:
        """The signing key as one line. A secret: whoever reads it can sign in this name."""
        seed = self._private_key.private_bytes_raw()
        return _PRIVATE + format_key(self.name, self.verifier.key_id, Verifier.KIND + seed)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a signing key. What is wrong with it is not said with its value: errors are logged."""
        try:
            name, seed = parse_key(text.removeprefix(_PRIVATE))
            signer = cls(name, Ed25519PrivateKey.from_private_bytes(seed.removeprefix(Verifier.KIND)))
        except (ValueError, MalformedError):
            raise MalformedError("signing key (its value is not shown)") from None
        if signer.to_text() != text:
            raise MalformedError("signing key (its value is not shown)")
        return signer


def sign_note(text: str, *signers: Signer, existing: Iterable[Signature] = ()) -> str:
    """Write a note signed by each signer, after the signatures it already had by other keys."""
    return format_note(text, _replaced(existing, [signer.sign(text) for signer in signers]))


def add_signatures(note: str, *added: Signature) -> str:
    """A note with more signatures, each in place of one that its key made before."""
    text, existing = parse_note(note)
    return format_note(text, _replaced(existing, added))


def open_note(note: str | bytes, verifiers: Iterable[NoteVerifier]) -> Note:
    """The text of a note that at least one of our keys vouches for, and none is misused in."""
    text, signatures = parse_note(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    verified: dict[tuple[str, bytes], Signature] = {}
    # A dictionary for its keys: each line once, in the note's order.
    unverified: dict[Signature, None] = {}
    for signature in signatures:
        key = (signature.name, signature.key_id)
        if key not in known:
            unverified[signature] = None
        elif known[key].vouches(text, signature):
            verified.setdefault(key, signature)
        else:
            raise SignatureError(f"false signature in the name of {signature.name}", signature.name)
    if not verified:
        raise SignatureError(f"none of the {len(unverified)} signatures is by a key we were given")
    return Note(text, tuple(verified.values()), tuple(unverified))


def format_note(text: str, signatures: Sequence[Signature]) -> str:
    """Put a text and its signatures together."""
    _check_text(text)
    if not 1 <= len(signatures) <= _MOST_SIGNATURES:
        raise MalformedError(f"note: not 1 to {_MOST_SIGNATURES} signatures", len(signatures))
    lines = [f"{_SIGNED_BY}{each.name} {_base64(each.key_id + each.value)}" for each in signatures]
    return "\n".join([text, *lines, ""])


def parse_note(note: str | bytes) -> tuple[str, tuple[Signature, ...]]:
    """Take a note apart without believing any of it."""
    try:
        decoded = note.decode() if isinstance(note, bytes) else note
    except UnicodeDecodeError:
        raise MalformedError("note: not UTF-8", note) from None
    # "the text is separated from the signatures by the last empty line in the note"
    head, _, below = decoded[:-1].rpartition("\n\n")
    text = head + "\n"
    signatures = tuple(map(_parse_signature, below.split("\n")))
    if format_note(text, signatures) != decoded:
        raise MalformedError("note: not in its one spelling", decoded)
    return text, signatures


def _replaced(existing: Iterable[Signature], added: Sequence[Signature]) -> list[Signature]:
    replaced = {(signature.name, signature.key_id) for signature in added}
    kept = [signature for signature in existing if (signature.name, signature.key_id) not in replaced]
    return [*kept, *added]


def _parse_signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_SIGNED_BY).partition(" ")
    try:
        raw = b64decode(encoded, validate=True)
    except ValueError:
        raise MalformedError("signature line", line) from None
    return Signature(name, raw[:KEY_ID_SIZE], raw[KEY_ID_SIZE:])


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise MalformedError("note: no newline at the end", text)
    if FORBIDDEN.search(text):
        raise MalformedError("note: a character that no note may hold", text)
