"""The one byte encoding used for sealing, hashing and fingerprints.

Knows plain values only. JSON as RFC 8785 writes it, narrowed until each value has one spelling and every JSON library
agrees on it: objects with ASCII keys in order, arrays, strings, whole numbers within ±2^53, true, false, null. No
floats, no white space, no duplicate keys.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from consentkit.errors import MalformedError

_LIMIT = 2**53
# Made once: json.dumps makes one for each value.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def encode(value: Any) -> bytes:
    """`value` in its one spelling. Raises MalformedError for what has none (floats, odd keys, lone surrogates)."""
    try:
        _check(value)
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError as error:
        raise MalformedError("canonical JSON string", error.object[error.start : error.end]) from None
    except RecursionError:
        raise MalformedError("canonical JSON (too deep)") from None


def decode(data: bytes) -> Any:
    """The value spelled by `data`; MalformedError if those bytes are any other spelling of it."""
    try:
        value = json.loads(data.decode())
        same = encode(value) == data
    except (ValueError, RecursionError, MalformedError) as error:
        raise MalformedError("canonical JSON", data[:60]) from error
    if not same:
        raise MalformedError("canonical JSON (another spelling)", data[:60])
    return value


def digest(value: Any) -> str:
    """The SHA-256 of a value's one spelling, as lower-case hex."""
    return hashlib.sha256(encode(value)).hexdigest()


def _check(value: Any) -> None:
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > _LIMIT:
            raise MalformedError("canonical JSON number", value)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            # ASCII keys sort alike by code point (Python) and by UTF-16 unit (RFC 8785 §3.2.3).
            if not isinstance(key, str) or not key.isascii():
                raise MalformedError("canonical JSON key", key)
            _check(item)
    else:
        raise MalformedError("canonical JSON value", type(value).__name__)
