"""Everywhere else: one listener that stands for every other host, and notes who was asked, or only connected to.

Knows sockets, TLS and the first lines of HTTP; not what a vector is. A browser whose names all lead here can send
nothing past it, by whatever part of it: also what no page asks for itself (hints, speculation), and no test would see
by looking at pages.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# By what a browser says it is for (Fetch Metadata), an answer that it can use.
_BODIES = {
    "script": ("text/javascript", b"/* from abroad */"),
    "serviceworker": ("text/javascript", b""),
    "worker": ("text/javascript", b""),
    "audioworklet": ("text/javascript", b""),
    "style": ("text/css", b"/* from abroad */"),
    "image": ("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
}
# Where names lead that are only to be looked up.
HINTED = ".hinted.localhost"
_OTHERWISE = ("text/html", b"<p>From abroad.</p>")


class Asked(NamedTuple):
    """One request; or, with an empty method, one connection by name."""

    method: str
    host: str
    path: str

    @property
    def names(self) -> tuple[str, str]:
        """Where an address names its vector: the end of its path, or the beginning of its host."""
        return self.path.partition("?")[0].rpartition("/")[2], self.host.partition(".")[0]


class Abroad:
    """`asked` grows as the world is asked. Ports: for TLS, and for plain HTTP."""

    def __init__(self, tls: int, plain: int, asked: list[Asked]) -> None:
        self.tls, self.plain, self.asked = tls, plain, asked

    def rules(self, hinted: list[str]) -> str:
        """Chromium's --host-resolver-rules. Names that are only looked up lead to a name that a log can tell."""
        lookups = [f"MAP {name} {name.partition('.')[0]}{HINTED}" for name in hinted]
        ports = [f"MAP *:80 127.0.0.1:{self.plain}", f"MAP * 127.0.0.1:{self.tls}", "EXCLUDE *.localhost"]
        return ", ".join([*lookups, *ports])


@asynccontextmanager
async def listening(folder: Path) -> AsyncIterator[Abroad]:
    """Answers until the block ends."""
    asked: list[Asked] = []
    context = _certified(folder)

    def connected(_socket: object, name: str | None, _context: object) -> None:
        asked.append(Asked("", name or "", ""))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            while True:
                request, headers = await _read(reader)
                asked.append(request)
                writer.write(_response(headers))
        writer.close()

    context.sni_callback = connected
    tls = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    plain = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with tls, plain:
        ports = [server.sockets[0].getsockname()[1] for server in (tls, plain)]
        yield Abroad(ports[0], ports[1], asked)


async def _read(reader: asyncio.StreamReader) -> tuple[Asked, dict[str, str]]:
    """One request and its headers; its body is read and forgotten."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    await reader.readexactly(int(headers.get("content-length", 0)))
    host = headers.get("host", "").partition(":")[0]
    return Asked(method, host, target), headers


def _response(headers: dict[str, str]) -> bytes:
    kind, body = _BODIES.get(headers.get("sec-fetch-dest", ""), _OTHERWISE)
    lines = [
        "HTTP/1.1 200 OK",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "Access-Control-Allow-Origin: *",
        "Cache-Control: no-store",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _certified(folder: Path) -> ssl.SSLContext:
    """A TLS server with a certificate of its own making."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "abroad")])
    today = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = built.not_valid_before(today).not_valid_after(today + timedelta(days=2)).sign(key, hashes.SHA256())
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "abroad.pem"
    path.write_bytes(key.private_bytes(*plain) + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
