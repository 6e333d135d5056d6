"""The Global Vendor List, version 3 of its format, from a file: who is on it, and the official words of the purposes.

Knows the file, as IAB Europe publishes it; not which of its vendors a site works with, nor any visitor. It is read
strictly where we use it and not at all where we do not. The file is the owner's to fetch and to renew: nothing of ours
asks for it over a network, and browsers may not ("What is the Global Vendor List?", caching).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from consentkit.errors import SignalError

LARGEST_FILE = 32 * 1024 * 1024
_SPECIFICATION = 3
_KINDS = {
    "purposes": "purposes",
    "specialPurposes": "special_purposes",
    "features": "features",
    "specialFeatures": "special_features",
    "dataCategories": "data_categories",
}


class Entry(NamedTuple):
    """A purpose, a feature or a kind of data, in the official words."""

    id: int
    name: str
    description: str
    illustrations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedVendor:
    """A vendor as it has declared itself. `flexible` purposes may rest on either ground."""

    id: int
    name: str
    purposes: frozenset[int]
    legitimate: frozenset[int]
    flexible: frozenset[int]
    special_purposes: frozenset[int]
    features: frozenset[int]
    special_features: frozenset[int]
    data: frozenset[int]
    days_kept: int | None
    privacy: str
    interest: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class VendorList:
    """One version of the list. `policy_version` is what strings made with it must say."""

    version: int
    policy_version: int
    purposes: Mapping[int, Entry]
    special_purposes: Mapping[int, Entry]
    features: Mapping[int, Entry]
    special_features: Mapping[int, Entry]
    data_categories: Mapping[int, Entry]
    vendors: Mapping[int, ListedVendor]

    def translated(self, words: Mapping[str, Any]) -> VendorList:
        """The same list with the official words of another language (a "purposes-xx.json"), as far as they go."""
        told: dict[str, Any] = {field: _entries(words[key]) for key, field in _KINDS.items() if key in words}
        return replace(self, **told)


def load_vendor_list(path: str) -> VendorList:
    """The list in a file. Raises OSError and SignalError."""
    return parse_vendor_list(read_json(path))


def read_json(path: str) -> dict[str, Any]:
    """A JSON object from a file of bounded size. Raises OSError and SignalError."""
    return parse_json(read_file(path), path)


def read_file(path: str) -> bytes:
    """A file of bounded size. Raises OSError and SignalError."""
    file = Path(path)
    if file.stat().st_size > LARGEST_FILE:
        raise SignalError("vendor list", f"at most {LARGEST_FILE} bytes", path)
    return file.read_bytes()


def parse_json(text: bytes, path: str) -> dict[str, Any]:
    """The JSON object in a file. Raises SignalError naming the file."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise SignalError("vendor list", "JSON in UTF-8", path) from None
    if not isinstance(data, dict):
        raise SignalError("vendor list", "a JSON object", path)
    return data


def parse_vendor_list(data: Mapping[str, Any]) -> VendorList:
    """The list in the mapping that its file holds. Raises SignalError naming the part that is not as it should be."""
    if data.get("gvlSpecificationVersion") != _SPECIFICATION:
        found = repr(data.get("gvlSpecificationVersion"))
        raise SignalError("vendor list: gvlSpecificationVersion", str(_SPECIFICATION), found)
    return VendorList(
        version=_number(data, "vendorListVersion"),
        policy_version=_number(data, "tcfPolicyVersion"),
        **{field: _entries(_mapping(data, key)) for key, field in _KINDS.items()},
        vendors={vendor.id: vendor for vendor in map(_vendor, _mapping(data, "vendors").values())},
    )


def _entries(data: Any) -> dict[int, Entry]:
    return {entry.id: entry for entry in map(_entry, _mapping({"entries": data}, "entries").values())}


def _entry(data: Any) -> Entry:
    illustrations = tuple(map(str, data.get("illustrations") or ())) if isinstance(data, dict) else ()
    return Entry(_number(data, "id"), _text(data, "name"), _text(data, "description"), illustrations)


def _vendor(data: Any) -> ListedVendor:
    urls = data.get("urls") if isinstance(data, dict) else None
    first = urls[0] if isinstance(urls, list) and urls and isinstance(urls[0], dict) else {}
    kept = data.get("dataRetention") if isinstance(data, dict) else None
    days = kept.get("stdRetention") if isinstance(kept, dict) else None
    return ListedVendor(
        id=_number(data, "id"),
        name=_text(data, "name"),
        purposes=_ids(data, "purposes"),
        legitimate=_ids(data, "legIntPurposes"),
        flexible=_ids(data, "flexiblePurposes"),
        special_purposes=_ids(data, "specialPurposes"),
        features=_ids(data, "features"),
        special_features=_ids(data, "specialFeatures"),
        data=_ids(data, "dataDeclaration"),
        days_kept=days if type(days) is int and days >= 0 else None,
        privacy=_address(first, "privacy"),
        interest=_address(first, "legIntClaim"),
        deleted="deletedDate" in data,
    )


def _mapping(data: Any, key: str) -> dict[str, Any]:
    value = data.get(key) if isinstance(data, Mapping) else None
    if not isinstance(value, dict):
        raise SignalError(f"vendor list: {key}", "an object", repr(value)[:80])
    return value


def _number(data: Any, key: str) -> int:
    value = data.get(key) if isinstance(data, Mapping) else None
    if type(value) is not int or not 0 < value < 1 << 16:
        raise SignalError(f"vendor list: {key}", "a number from 1 to 65535", repr(value)[:80])
    return value


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise SignalError(f"vendor list: {key}", "text", repr(value)[:80])
    return value


def _ids(data: Mapping[str, Any], key: str) -> frozenset[int]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(type(item) is int and 0 < item < 1 << 16 for item in value):
        raise SignalError(f"vendor list: {key}", "a list of ids", repr(value)[:80])
    return frozenset(value)


def _address(data: Mapping[str, Any], key: str) -> str:
    """Where a vendor's own page is; "" for what is no address of the web: it becomes a link."""
    value = data.get(key, "")
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else ""
