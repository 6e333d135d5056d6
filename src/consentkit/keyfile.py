"""A signing key's file, and how another key takes its place there.

Knows files; not the log that the keys sign. The key that is to follow is written beside the one in use before anything
is signed with it, and is the same again when a rotation that broke off is repeated. What was in use stays beside it
under its key ID: nothing here removes a key.

Trust: whoever can read the folder holds the keys. Files are for their owner alone (0600).
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from consentkit.errors import LedgerError, MalformedError
from consentkit.tlog import Signer


def read_key(path: Path) -> Signer:
    """The key in a file. Raises OSError, ValueError, MalformedError."""
    return Signer.from_text(path.read_text(encoding="ascii").strip())


def next_key(path: Path, name: str) -> Signer:
    """The key of that name that is to follow the one in a file: on the disk before it is returned."""
    following = path.with_name(f"{path.name}.next")
    write_once(following, Signer.generate(name).to_text() + "\n")
    try:
        signer = read_key(following)
    except (ValueError, MalformedError):
        raise LedgerError(f"{following} is no signing key: take it away, and run the command again.") from None
    if signer.name != name:
        raise LedgerError(f"{following} is for a log called {signer.name}: take it away, and run the command again.")
    return signer


def put_next(path: Path) -> Path:
    """Put the key that follows in the file's place; where the one before it is kept.

    Raises LedgerError where none is to follow: it is in place already, or was taken away.
    """
    following = path.with_name(f"{path.name}.next")
    if not following.exists():
        raise LedgerError(f"there is no {following}: the key that was to follow is in {path}, or was taken away.")
    kept = path.with_name(f"{path.name}.{read_key(path).verifier.key_id.hex()}")
    write_once(kept, path.read_text(encoding="ascii"))
    following.replace(path)
    return kept


def write_once(path: Path, text: str) -> None:
    """Write a file onto the disk, whole or not at all; when several processes do so at once, the first one's stays."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
