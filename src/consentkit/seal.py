"""Seals: HMAC-SHA256 over bytes of ours, one derived key per purpose and site. Only we can make or check one.

The only importer of itsdangerous. Does not know what is sealed. A seal proves that a holder of the secret wrote the
bytes for that purpose and site; it hides nothing and says nothing of when (callers put a time inside).
Trusted for: every word in our cookies and render tokens. Whoever holds the secret can write any of them, but cannot
sign a checkpoint.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence

from itsdangerous import BadSignature, Signer

from consentkit.errors import SealError


class Sealer:
    """Seals and opens values for one purpose ("cookie", "render") at one site.

    `secrets` run from oldest to newest: the last one seals, any of them opens, so that a secret can be rotated while
    cookies sealed with the one before are still about.
    """

    def __init__(self, secrets: Sequence[str], purpose: str, site: str) -> None:
        # One key for each purpose and site, derived once here and not at every call: a seal for one purpose or site is
        # noise to every other.
        info = f"consentkit/{purpose}/{site}".encode()
        keys = [hmac.digest(secret.encode(), info, "sha256") for secret in secrets]
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
