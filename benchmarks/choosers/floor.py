"""The least a durable choice can cost over HTTP: one INSERT and its commit for each request, and nothing of ours.

DATABASE is an SQLite file or the address of a PostgreSQL database. An ASGI app for the same server as ours: each of
the server's threads has a connection of its own on PostgreSQL; on SQLite they take turns at one.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import nullcontext
from typing import Any

import psycopg
from starlette.concurrency import run_in_threadpool

DATABASE = os.environ["DATABASE"]
ON_POSTGRESQL = "://" in DATABASE
_MARK = "%s" if ON_POSTGRESQL else "?"
_INSERT = f"INSERT INTO floor (visitor, record) VALUES ({_MARK}, {_MARK})"
_turn = nullcontext() if ON_POSTGRESQL else threading.Lock()
_mine = threading.local()


def connect() -> Any:
    if ON_POSTGRESQL:
        return psycopg.connect(DATABASE, autocommit=True)
    connection = sqlite3.connect(DATABASE, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


_shared = connect()
_KEY = "SERIAL PRIMARY KEY" if ON_POSTGRESQL else "INTEGER PRIMARY KEY"
_BLOB = "BYTEA" if ON_POSTGRESQL else "BLOB"
_shared.execute(f"CREATE TABLE IF NOT EXISTS floor (number {_KEY}, visitor TEXT, record {_BLOB})")


def insert(body: bytes) -> None:
    if ON_POSTGRESQL and not hasattr(_mine, "connection"):
        _mine.connection = connect()
    with _turn:
        (_mine.connection if ON_POSTGRESQL else _shared).execute(_INSERT, (os.urandom(16).hex(), body))


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    body = (await receive())["body"]
    if scope["method"] == "POST":
        await run_in_threadpool(insert, body)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})
