"""A witness of our own for the tests: a real HTTP server with a memory, written from C2SP tlog-witness alone.

Shares no code with the package. It checks signatures with cryptography and growth with `naive.grows`, remembers the
last checkpoint of each log, and signs nothing that is not its continuation.
"""

from __future__ import annotations

import hashlib
import struct
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tests.tlog.naive import grows


class Witness:
    """One witness. `asked` counts requests; `seen` is the last size and root of each log, by origin."""

    def __init__(self, name: str = "witness.test/w1") -> None:
        self.name = name
        self.logs: dict[str, list[bytes]] = {}
        self.seen: dict[str, tuple[int, bytes]] = {}
        self.asked: list[int] = []
        self.url = ""
        self._key = Ed25519PrivateKey.generate()
        self._lock = threading.Lock()

    @property
    def vkey(self) -> str:
        encoded = b64encode(b"\x04" + self._public()).decode()
        return f"{self.name}+{self._id().hex()}+{encoded}"

    def trust(self, vkey: str) -> None:
        """Witness the log of this key from now on."""
        name, _, key = vkey.split("+", 2)
        self.logs.setdefault(name, []).append(b64decode(key)[1:])

    def answer(self, body: str) -> tuple[int, str, bytes]:
        """Status, media type and body for a request."""
        head, _, note = body.partition("\n\n")
        old_line, *proof_lines = head.split("\n")
        old, proof = int(old_line.removeprefix("old ")), [b64decode(line) for line in proof_lines]
        text, _, signatures = note.rpartition("\n\n")
        text += "\n"
        origin, size_line, root_line = text.split("\n")[:3]
        size, root = int(size_line), b64decode(root_line)
        if origin not in self.logs:
            return 404, "text/plain", b"unknown log\n"
        if not self._signed(origin, text, signatures):
            return 403, "text/plain", b"not signed by the log\n"
        if old > size:
            return 400, "text/plain", b"old size is larger\n"
        with self._lock:
            known, known_root = self.seen.get(origin, (0, hashlib.sha256().digest()))
            self.asked.append(old)
            if known != old:
                return 409, "text/x.tlog.size", f"{known}\n".encode()
            if (old == 0 and proof) or (old and not grows(old, size, proof, known_root, root)):
                return 422, "text/plain", b"the log did not grow from what was seen\n"
            self.seen[origin] = (size, root)
        return 200, "text/plain; charset=utf-8", self._cosign(text)

    def _signed(self, origin: str, text: str, signatures: str) -> bool:
        for line in signatures.splitlines():
            _, name, encoded = line.split(" ")
            for key in self.logs[origin] if name == origin else ():
                try:
                    Ed25519PublicKey.from_public_bytes(key).verify(b64decode(encoded)[4:], text.encode())
                    return True
                except InvalidSignature:
                    continue
        return False

    def _cosign(self, text: str) -> bytes:
        now = int(time.time())
        signature = self._key.sign(f"cosignature/v1\ntime {now}\n{text}".encode())
        raw = self._id() + struct.pack(">Q", now) + signature
        return f"— {self.name} {b64encode(raw).decode()}\n".encode()

    def _public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def _id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n\x04" + self._public()).digest()[:4]


@contextmanager
def serving(answer: Any, path: str) -> Iterator[str]:
    """An HTTP server on loopback; `answer` takes a body and its type and returns status, type and body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, kind, data = answer(body, self.headers["Content-Type"]) if self.path == path else (404, "", b"")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def witnessing(witness: Witness) -> Iterator[Witness]:
    """Serve a witness."""
    with serving(lambda body, _: witness.answer(body.decode()), "/log/add-checkpoint") as url:
        witness.url = f"{url}/log"
        yield witness
