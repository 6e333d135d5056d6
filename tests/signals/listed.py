"""A small list of made-up vendors in the format of the Global Vendor List, version 3, and a policy that takes part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

KINDS = {
    "purposes": 11,
    "specialPurposes": 2,
    "features": 3,
    "specialFeatures": 2,
    "dataCategories": 3,
}


def _words(kind: str, number: int, language: str) -> dict[str, Any]:
    name = f"{kind} {number}" + (f" ({language})" if language else "")
    return {"id": number, "name": name, "description": f"What {name} means.", "illustrations": [f"Such as {name}."]}


def words(language: str = "") -> dict[str, Any]:
    """The official words of every kind, as a list holds them; in a "purposes-xx.json" those of another language."""
    return {
        kind: {str(number): _words(kind, number, language) for number in range(1, most + 1)}
        for kind, most in KINDS.items()
    }


def vendor(number: int, name: str, **declared: Any) -> dict[str, Any]:
    lists = ("purposes", "legIntPurposes", "flexiblePurposes", "specialPurposes", "features", "specialFeatures")
    return {
        "id": number,
        "name": name,
        **{key: [] for key in lists},
        "dataDeclaration": [1],
        "dataRetention": {"stdRetention": 90, "purposes": {}, "specialPurposes": {}},
        "urls": [{"langId": "en", "privacy": f"https://{name.lower()}.test/privacy", "legIntClaim": "javascript:no"}],
        "usesCookies": True,
        "cookieMaxAgeSeconds": 86400,
        "cookieRefresh": False,
        "usesNonCookieAccess": False,
        "deviceStorageDisclosureUrl": f"https://{name.lower()}.test/storage.json",
        **declared,
    }


VENDORS = [
    vendor(2, "Banners", purposes=[1, 2, 4], features=[1]),
    vendor(5, "Counting", purposes=[1], legIntPurposes=[7, 9], flexiblePurposes=[7], specialPurposes=[1]),
    vendor(12, "Places", purposes=[1, 3], legIntPurposes=[2], specialFeatures=[1]),
    vendor(20, "Gone", purposes=[1], deletedDate="2025-01-01T00:00:00Z"),
    vendor(404, "Outsider", legIntPurposes=[10]),
]


def vendor_list(**other: Any) -> dict[str, Any]:
    return {
        "gvlSpecificationVersion": 3,
        "vendorListVersion": 7,
        "tcfPolicyVersion": 4,
        "lastUpdated": "2026-01-01T00:00:00Z",
        **words(),
        "stacks": {},
        "vendors": {str(one["id"]): one for one in VENDORS},
        **other,
    }


def tcf(folder: Path, **other: Any) -> dict[str, Any]:
    """The policy's [signals.tcf], with its files in a folder."""
    listed, german = folder / "vendor-list.json", folder / "purposes-de.json"
    listed.write_text(json.dumps(vendor_list()), encoding="utf-8")
    german.write_text(json.dumps(words("de")), encoding="utf-8")
    return {
        "cmp_id": 880,
        "publisher_country": "DE",
        "vendors": [2, 5, 12],
        "vendor_list": str(listed),
        "translations": {"de": str(german)},
        **other,
    }
