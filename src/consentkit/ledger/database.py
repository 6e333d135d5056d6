"""A database that holds ledgers: where it lies, how it is opened, and who may write to it now.

Knows URLs, connections and drivers, and which tables there must be; not what is in their rows. SQLite (WAL, every
commit on the disk) or PostgreSQL. Reads go through SQLAlchemy's pool. There is one connection that writes, held open,
and its statements go straight to the driver: what SQLAlchemy adds to a transaction is as much as the disk takes.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from random import random
from time import monotonic, sleep
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import PoolProxiedConnection, QueuePool
from sqlalchemy.sql import ClauseElement

from consentkit.errors import ConfigError, LedgerUnavailable, MalformedError, Problem
from consentkit.ledger.lock import ProcessLock
from consentkit.ledger.schema import prepare
from consentkit.ledger.sql import Writer

Done = TypeVar("Done")

_BUSY_SECONDS = 5
_SQLITE_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
# A transaction pooler (PgBouncer) hands each transaction another session: nothing may be prepared in one.
_POSTGRESQL = {"connect_timeout": _BUSY_SECONDS, "prepare_threshold": None}


class Database:
    """One database. Safe to share between threads, and across a fork. All errors: LedgerUnavailable."""

    def __init__(self, url: str) -> None:
        self.url = _resolve(url)
        self.opening = 0  # how often it was opened: what is found after an opening need not be what was left
        self._file = _file(self.url)
        self._engine: Engine | None = None
        self._place: _Place | None = None
        self._sql: dict[ClauseElement, str] = {}
        self._opening = ProcessLock()
        self._writing = ProcessLock()
        self._held: PoolProxiedConnection | None = None

    @property
    def lasts(self) -> bool:
        """Whether what is written outlives the process."""
        return not _in_memory(self.url)

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database."""
        return Path(self._file) if self._file else None

    def openings(self) -> int:
        """How often the database was opened by now, when it was looked for just now."""
        with self._answering():
            self._opened()
        return self.opening

    @contextmanager
    def transaction(self, *, write: bool = False) -> Iterator[Connection]:
        """A transaction by way of SQLAlchemy: for all that reads, and for tables that are seldom written."""
        with (
            self._answering(),
            self._opened().connect().execution_options(consentkit_write=write) as connection,
            connection.begin(),
        ):
            yield connection

    def write(self, work: Callable[[Writer], Done]) -> Done:
        """Do `work` in the transaction that appends, and anew where the database gave way to another writer."""
        deadline = monotonic() + _BUSY_SECONDS
        while True:
            try:
                with self.writing() as writer:
                    return work(writer)
            except LedgerUnavailable as error:
                if not _gave_way(error.__cause__) or monotonic() > deadline:
                    raise
            sleep(random() / 100)  # noqa: S311

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """The transaction that appends; it is durable when the block ends, or nothing of it is there.

        If the database goes away during the commit, nobody knows which of the two it is.
        """
        with self._answering(), self._writing:
            cursor = self._begin()
            try:
                with self._pipeline(cursor):
                    yield Writer(cursor, self._sql, self._dialect)
                    cursor.execute("COMMIT")
            except BaseException as error:
                if _gave_way(error):
                    cursor.execute("ROLLBACK")  # the connection is as good as before
                else:
                    self._let_go(rolling_back=True)
                raise
            if not self.lasts:
                self._let_go()

    def scrub(self) -> bool:
        """Overwrite what the database still holds of deleted values; whether it could (a reader may be in the way)."""
        with self._answering(), self._opened().connect() as connection:
            if self.url.get_backend_name() != "sqlite":
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ck_entries")
                return True
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        log = Path(f"{self._file}-wal")
        return not self._file or not log.exists() or not log.stat().st_size

    def forget(self) -> None:
        """Close all connections; the next use opens new ones. A database in memory lives by its connection."""
        with self._writing:
            if self._engine is not None and self.lasts:
                self._let_go()
                self._engine.dispose()

    def _begin(self) -> Any:
        engine, reused = self._opened(), self._held is not None
        try:
            return self._begun(self._held or self._hold(engine))
        except self._driver_error():
            self._let_go()
            if self._file or not reused:
                raise
        # The server was restarted: nothing was written yet, and a new connection may do.
        return self._begun(self._hold(engine))

    def _hold(self, engine: Engine) -> PoolProxiedConnection:
        held = self._held = engine.raw_connection()
        if self.lasts:
            held.detach()
        if self._file:
            held.cursor().execute("PRAGMA busy_timeout = 0")
        return held

    def _begun(self, held: PoolProxiedConnection) -> Any:
        cursor = held.cursor()
        if self.url.get_backend_name() != "sqlite":
            held.dbapi_connection.autocommit = True  # type: ignore[union-attr]
            cursor.execute("BEGIN")
            return cursor
        # SQLite's own waiting sleeps longer and longer: a process that has just written would always come first.
        deadline = monotonic() + _BUSY_SECONDS
        while True:
            try:
                cursor.execute("BEGIN IMMEDIATE")
                return cursor
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in _SQLITE_BUSY or monotonic() > deadline:
                    raise
            sleep(random() / 1000)  # noqa: S311

    def _pipeline(self, cursor: Any) -> AbstractContextManager[object]:
        """To a server what waits for no answer is sent at once, with the commit: the block ends with its answers."""
        pipeline: AbstractContextManager[object] = nullcontext()
        if self.url.get_backend_name() != "sqlite":
            pipeline = cursor.connection.pipeline()
        return pipeline

    def _let_go(self, *, rolling_back: bool = False) -> None:
        held, self._held = self._held, None
        if held is None:
            return
        with suppress(self._driver_error(), SQLAlchemyError):
            if rolling_back:
                held.cursor().execute("ROLLBACK")
        with suppress(self._driver_error(), SQLAlchemyError):
            # One that is ours alone is closed as it is: the pool would put it in order first, and log that it cannot.
            (held.dbapi_connection if self.lasts and held.dbapi_connection else held).close()

    def _opened(self) -> Engine:
        """The engine, made anew where another database lies in this one's place, or a fork put us in another process.

        SQLite would go on writing to a file that was removed or replaced, and its entries would be lost.
        """
        place = _Place.of(self._file)
        if self._engine is not None and place == self._place:
            return self._engine
        with self._opening:
            place = _Place.of(self._file)  # another thread may have opened it meanwhile
            if self._engine is not None and place != self._place:
                if self._file and not place.inode:
                    raise FileNotFoundError(self._file)
                same = self._place is None or place.process == self._place.process
                # What was opened before a fork is the parent's to close.
                self._engine.dispose(close=same)
                self._engine, self._held = None, None
            if self._engine is None:
                self._engine = _open(self.url)
                self._place = _Place.of(self._file)
                self.opening += 1
            return self._engine

    @property
    def _dialect(self) -> Any:
        assert self._engine is not None
        return self._engine.dialect

    def _driver_error(self) -> type[Exception]:
        if self._engine is None:
            return SQLAlchemyError
        error: type[Exception] = self._engine.dialect.loaded_dbapi.Error
        return error

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError, MalformedError) as error:
            raise self._unavailable(error) from error
        except Exception as error:
            if isinstance(error, self._driver_error()):
                raise self._unavailable(error) from error
            raise

    def _unavailable(self, error: Exception) -> LedgerUnavailable:
        """Which database, and why. A server's own words may quote a row; SQLite's name tables at most."""
        where = self._file or self.url.set(query={}).render_as_string()  # without the password
        cause = getattr(error, "orig", error)
        why = f" ({cause})" if isinstance(cause, sqlite3.Error) else ""
        return LedgerUnavailable(f"the ledger's database, {where}, does not answer: {error.__class__.__name__}{why}")


class _Place(NamedTuple):
    """Where a database is opened: in which process, and which file it is, for SQLite."""

    process: int
    device: int = 0
    inode: int = 0

    @classmethod
    def of(cls, file: str | None) -> _Place:
        try:
            found = os.stat(file) if file else None
        except FileNotFoundError:
            found = None
        return cls(os.getpid(), found.st_dev, found.st_ino) if found else cls(os.getpid())


def _gave_way(error: BaseException | None) -> bool:
    """Whether nothing was written because another writer came first, and it is for us to begin again."""
    # serialization_failure, deadlock_detected: where rows lie on other servers, the later one is not let wait.
    return getattr(error, "sqlstate", None) in ("40001", "40P01")


def _resolve(url: str) -> URL:
    """The URL, with an SQLite file by its whole path: an app may change its folder. Raises ConfigError."""
    remedy = 'Write one such as "sqlite:///consent.db" or "postgresql+psycopg://user@host/name".'
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
            raise ArgumentError("a driver that is not supported")
        parsed.get_dialect().import_dbapi()
    except (ArgumentError, NoSuchModuleError):
        # The URL may hold a password: it is not repeated.
        problem = Problem("consentkit.E024", "CONSENTKIT_DATABASE", "not the URL of a database we know.", remedy)
        raise ConfigError("settings", [problem]) from None
    except ImportError:
        remedy = "Install consentkit[postgres]."
        problem = Problem("consentkit.E026", "CONSENTKIT_DATABASE", "PostgreSQL's driver psycopg is missing.", remedy)
        raise ConfigError("settings", [problem]) from None
    path = _file(parsed)
    return parsed.set(database=str(_placed(Path(path).absolute()))) if path else parsed


def _placed(file: Path) -> Path:
    """The same file. Raises ConfigError where more than the folder around it is missing: then its path is mistyped."""
    if not (os.path.isdir(file.parent) or os.path.isdir(file.parent.parent)):
        message = f"there is no folder {file.parent.parent}."
        remedy = (
            "Correct the path (a whole one has four slashes: sqlite:////var/lib/site/consent.db), or make the folder."
        )
        problem = Problem("consentkit.E083", "CONSENTKIT_DATABASE", message, remedy, str(file))
        raise ConfigError("settings", [problem])
    return file


def _in_memory(url: URL) -> bool:
    """Whether a database forgets everything with its process: good for tests, and for nothing else."""
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def _file(url: URL) -> str | None:
    """The file that an SQLite URL names by its path."""
    path = url.database if url.get_backend_name() == "sqlite" and not _in_memory(url) else None
    return path if path and not path.startswith("file:") else None


def connect(url: URL) -> Engine:
    """An engine for a database, its tables unseen."""
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, connect_args=dict(_POSTGRESQL))
    if _in_memory(url):  # one connection for all threads, in turn
        one = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
        engine = create_engine(url, paramstyle="named", connect_args={"check_same_thread": False}, **one)
    else:
        engine = create_engine(url, paramstyle="named", connect_args={"check_same_thread": False})
    if (path := _file(url)) and not os.path.exists(path):
        Path(path).parent.mkdir(mode=0o700, exist_ok=True)
        # SQLite would leave it to the umask who reads the records; what lies beside it follows this file's mode.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open(url: URL) -> Engine:
    engine = connect(url)
    try:
        prepare(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # sqlite3 would begin on its own, later and without the lock
    connection.execute(f"PRAGMA busy_timeout = {int(_BUSY_SECONDS * 1000)}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # answered only when it is on the disk
    connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("consentkit_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
