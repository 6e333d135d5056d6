"""A timestamp authority for the tests: `openssl ts` behind a real HTTP server, with certificates made for the day."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .witnessing import serving

_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[tsa]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[stamp]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


class Authority:
    """One authority in a folder of its own; `root` is its root certificate. `answers` are what it gave so far."""

    def __init__(self, folder: Path, name: str = "Timestamps for tests") -> None:
        folder.mkdir()
        self.folder, self.name, self.url = folder, name, ""
        self.answers: list[bytes] = []
        (folder / "config").write_text(_CONFIG.format(folder=folder, name=name), encoding="utf-8")
        (folder / "serial").write_text("01", encoding="ascii")
        for key in ("root", "tsa"):
            self._openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder / f"{key}.key")
        common = ("-config", folder / "config", "-subj", f"/CN={name}", "-days", "30")
        self._openssl(
            "req",
            "-x509",
            "-new",
            "-key",
            folder / "root.key",
            "-extensions",
            "ca",
            "-out",
            folder / "root.pem",
            *common,
        )
        self._openssl(
            "req", "-new", "-key", folder / "tsa.key", "-out", folder / "tsa.csr", *common[:2], "-subj", "/CN=T"
        )
        self._openssl(
            *("x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "root.pem", "-CAkey", folder / "root.key"),
            *("-set_serial", "7", "-days", "30", "-extfile", folder / "config", "-extensions", "tsa"),
            *("-out", folder / "tsa.pem"),
        )
        self.root = (folder / "root.pem").read_bytes()

    def answer(self, query: bytes, _: str = "") -> tuple[int, str, bytes]:
        """What `openssl ts` says to a request."""
        (self.folder / "query").write_bytes(query)
        reply = self.folder / "reply"
        command = ("-config", self.folder / "config", "-section", "stamp", "-queryfile", self.folder / "query")
        self._openssl("ts", "-reply", *command, "-out", reply)
        self.answers.append(reply.read_bytes())
        return 200, "application/timestamp-reply", self.answers[-1]

    def _openssl(self, *arguments: object) -> None:
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@contextmanager
def stamping(authority: Authority) -> Iterator[Authority]:
    """Serve an authority."""
    with serving(authority.answer, "/stamp") as url:
        authority.url = f"{url}/stamp"
        yield authority
