"""Public keys of notes: a name, an Ed25519 key, and the one line that both are written as.

Does not know what a key signs: `note.py` and `cosignature.py` each have a kind of their own. The format is that of
C2SP signed-note v1.0.0; `KIND` is the signature type, one byte:

    key ID        SHA-256(key name || "\\n" || KIND || public key)[:4]
    verifier key  key name "+" hex(key ID) "+" base64(KIND || public key)
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from consentkit.errors import MalformedError

KEY_ID_SIZE = 4
_KEY_SIZE = 32
# "MUST be valid UTF-8 and MUST NOT contain any ASCII control characters (those below U+0020) other than newline".
# Surrogates are what a Python string can hold and UTF-8 cannot.
FORBIDDEN = re.compile("[\\x00-\\x09\\x0b-\\x1f\\ud800-\\udfff]")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a key of one kind, and the name it signs under."""

    KIND: ClassVar[bytes]
    WHAT: ClassVar[str]

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public_key) != _KEY_SIZE:
            raise MalformedError("Ed25519 public key", self.public_key)

    @property
    def key_id(self) -> bytes:
        """The four bytes that tell this key from others of its name, of its kind or another."""
        return sha256(self.name.encode() + b"\n" + self.KIND + self.public_key).digest()[:KEY_ID_SIZE]

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this key made this signature over these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def to_text(self) -> str:
        """The verifier key as one line, fit to be printed and mailed."""
        return format_key(self.name, self.key_id, self.KIND + self.public_key)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a verifier key; its key ID must be that of its name and key."""
        try:
            name, key = parse_key(text)
            read = cls(name, key.removeprefix(cls.KIND))
        except ValueError:
            raise MalformedError(cls.WHAT, text) from None
        if read.to_text() != text:
            raise MalformedError(cls.WHAT, text)
        return read


def format_key(name: str, key_id: bytes, key: bytes) -> str:
    """A key as one line; `key` begins with its signature type."""
    return f"{name}+{key_id.hex()}+{b64encode(key).decode()}"


def parse_key(text: str) -> tuple[str, bytes]:
    """The name and the key, with its type, of any kind of key; the caller writes both back and so checks the rest."""
    name, _, encoded = text.split("+", 2)
    return name, b64decode(encoded, validate=True)


def check_name(name: str) -> None:
    """Raise MalformedError for what cannot be a key's name."""
    if not name or "+" in name or any(map(str.isspace, name)) or FORBIDDEN.search(name):
        raise MalformedError("key name", name)
