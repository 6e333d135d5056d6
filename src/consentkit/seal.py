"""Seals and pseudonyms: HMAC-SHA256, one derived key per purpose and site. Only we can make or check one.

The only importer of itsdangerous. Does not know what is sealed. A seal proves that a holder of the secret wrote the
bytes for that purpose and site; it hides nothing and says nothing of when (callers put a time inside).
Trusted for: every word in our cookies and render tokens. Whoever holds the secret can write any of them, but cannot
sign a checkpoint. A pseudonym stands for a value without telling it; whoever holds the secret can try values.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from typing import NamedTuple

from itsdangerous import BadSignature, Signer

from consentkit.errors import SealError


class Sealer:
    """Seals and opens values for one purpose ("cookie", "render") at one site.

    `secrets` run from oldest to newest: the last one seals, any of them opens, so that a secret can be rotated while
    cookies sealed with the one before are still about.
    """

    def __init__(self, secrets: Sequence[str], purpose: str, site: str) -> None:
        keys = _derived(secrets, purpose, site)
        self._signer = Signer(keys, key_derivation="none", digest_method=hashlib.sha256)

    def seal(self, payload: bytes) -> str:
        """`payload` in base64url, a dot, and its seal: letters that a cookie or a form field may carry."""
        return self._signer.sign(_encode(payload)).decode("ascii")

    def open(self, value: str) -> bytes:
        """The payload of a sealed value. Raises SealError if it was not sealed here, whole and as it stands."""
        try:
            text = self._signer.unsign(value.encode("ascii"))
            _decode(value.rpartition(".")[2].encode("ascii"), value)  # one spelling for the seal as well
        except (BadSignature, UnicodeEncodeError):
            raise SealError("not sealed by us, for this site and purpose", value) from None
        return _decode(text, value)


class Pseudonym(NamedTuple):
    """What stands for a value: its keyed hash, and which key that is, both in hex."""

    key: str
    hash: str


class Pseudonyms:
    """Names values of one kind at one site; nobody without the secret can tell, or try, which value a name stands for.

    `secrets` run from oldest to newest, as a Sealer's do.
    """

    def __init__(self, secrets: Sequence[str], kind: str, site: str) -> None:
        self._keys = [(hmac.digest(key, b"key", "sha256")[:4].hex(), key) for key in _derived(secrets, kind, site)]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys there are, oldest first."""
        return tuple(name for name, _ in self._keys)

    def of(self, value: str) -> tuple[Pseudonym, ...]:
        """The names of a value, one for each secret: what was named under an older one is found by that."""
        said = b"value\0" + value.encode()
        return tuple(Pseudonym(name, hmac.digest(key, said, "sha256").hex()) for name, key in self._keys)


def _derived(secrets: Sequence[str], purpose: str, site: str) -> list[bytes]:
    """One key for each secret, derived once: what is made for one purpose or site is noise to every other."""
    info = f"consentkit/{purpose}/{site}".encode()
    return [hmac.digest(secret.encode(), info, "sha256") for secret in secrets]


def _encode(payload: bytes) -> bytes:
    return urlsafe_b64encode(payload).rstrip(b"=")


def _decode(text: bytes, value: str) -> bytes:
    try:
        payload = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    except Base64Error:
        raise SealError("not base64url", value) from None
    if _encode(payload) != text:  # base64 has several spellings for one value; we accept the one we write
        raise SealError("not our spelling of base64url", value)
    return payload
