"""Timestamps by an authority (RFC 3161): that a checkpoint existed at a time that its log did not choose.

Knows requests and answers; not how they travel, nor logs. The only importer of rfc3161_client, which is in the extra
`timestamp`. What is stamped is the text of a checkpoint: its root hash stands for every entry.

Trust: the authority is believed about the time, if its certificate leads to the root that the auditor chose.
"""

from __future__ import annotations

from datetime import UTC

from cryptography import x509
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerificationError, VerifierBuilder
from rfc3161_client import decode_timestamp_response as decode

from consentkit.errors import AnchorError

QUERY = "application/timestamp-query"
REPLY = "application/timestamp-reply"


def ask(message: bytes) -> tuple[bytes, int]:
    """A request for a message, and the nonce that the answer must return (RFC 3161 §2.4.1)."""
    builder = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True)
    request = builder.cert_request(cert_request=True).build()
    nonce = request.nonce
    assert nonce is not None
    return request.as_bytes(), nonce


def check_timestamp(answer: bytes, message: bytes, root: bytes, nonce: int | None = None) -> str:
    """When the message was stamped, by an authority under `root` (PEM): RFC 3339 in UTC.

    Raises AnchorError if the answer is for another message, another request, under another root, or none at all.
    """
    try:
        certificates = x509.load_pem_x509_certificates(root)
        response = decode(answer)
        builder = VerifierBuilder(roots=certificates, nonce=nonce)
        builder.build().verify_message(response, message)
    except (VerificationError, ValueError) as error:
        raise AnchorError("timestamp", str(error) or "it cannot be read") from None
    moment = response.tst_info.gen_time
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
