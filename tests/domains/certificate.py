"""A certificate for the shops and for the site that keeps, signed by itself: nobody trusts it who is not told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import (
    CertificateBuilder,
    DNSName,
    IPAddress,
    Name,
    SubjectAlternativeName,
    random_serial_number,
)

from .sites import SHOPS


def certificate(folder: Path) -> Path:
    """The file of a new key and its certificate."""
    key, now, nobody = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC), Name([])
    names = [DNSName(f"{name}.localhost") for name in (*SHOPS, "keeper")]
    hosts = SubjectAlternativeName([*names, IPAddress(IPv4Address("127.0.0.1"))])
    built = CertificateBuilder(nobody, nobody, key.public_key(), random_serial_number())
    dated = built.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    signed = dated.add_extension(hosts, critical=True).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "shops.pem").write_bytes(secret + signed.public_bytes(pem))
    return folder / "shops.pem"
