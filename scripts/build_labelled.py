"""Builds the labelled cookies from which guessing is learned, out of what is written down of vendors and sites.

    python scripts/build_labelled.py            writes scripts/data/labelled.csv
    python scripts/build_labelled.py --check    builds again and compares; exit code 1 where they differ

Does not know how anything is learned. A row is a cookie as it is met: its name, domain, retention, whether scripts
can read it, the shape of its value (never a value), the kind of site, the vendor, the label, where the facts stand;
and the group that no split may part. Beginnings of names of which nothing else is known are no cookies, and left out.
What others collected is taken from the catalogue's own table, whose label it is.
"""

from __future__ import annotations

import csv
import io
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from catalog_build.circumstances import SITE, Circumstance, circumstance, site_cookies
from catalog_build.kinship import groups
from catalog_build.normal import normal_retention
from catalog_build.output import generate
from catalog_build.sources import HAND, read_hand

from consentkit.catalog.cookies import OURS, read_cookies
from consentkit.catalog.uses import uses
from consentkit.catalog.vendors import VendorCookie, parse_vendors, spelled

FILE = "labelled.csv"
NOBODYS = ("various", "")
# Vendors whose tags set what they set by script, on the site, where nothing else is written.
ON_THE_SITE = ("analytics", "audiences", "services")


class Labelled(NamedTuple):
    """One cookie. `party` is "first", "third", or empty where nobody said."""

    name: str
    domain: str
    party: str
    retention: str
    attributes: str
    shape: str
    kind: str
    vendor: str
    label: str
    source: str


def build() -> list[Labelled]:
    """Every cookie once: what is written of its vendor goes before what others collected."""
    found: dict[tuple[str, str], Labelled] = {}
    for row in (*vendors_cookies(), *frameworks_cookies(), *sites_cookies(), *collected()):
        bare = row.name.lower().rstrip("*")
        if has_evidence(row) and ("", bare) not in found:
            found.setdefault((row.domain, bare), row)
            if row.source != "collected" and row.party == "first":
                found.setdefault(("", bare), row)
    return list(dict.fromkeys(found.values()))


def has_evidence(row: Labelled) -> bool:
    """Whether more is known than the beginning of a name."""
    return bool(row.name.strip("*")) and (
        not row.name.endswith("*") or bool(row.retention or row.shape or row.attributes)
    )


def vendors_cookies() -> Iterator[Labelled]:
    for path in sorted((HAND / "vendors").glob("*.toml")):
        for title, table in tomllib.loads(path.read_text("utf-8")).items():
            for cookie in parse_vendors({title: table}).cookies:
                if cookie.vendor:
                    yield _of_vendor(title, cookie, path.stem)


def _of_vendor(title: str, cookie: VendorCookie, source: str) -> Labelled:
    how = circumstance(title, cookie.name)
    place = cookie.domain or (how.place if how else SITE if source in ON_THE_SITE else "")
    return Labelled(
        cookie.name,
        "" if place == SITE else place,
        {SITE: "first", "": ""}.get(place, "third"),
        cookie.retention,
        "HttpOnly" if how and how.http_only else "",
        how.shape if how else "",
        "",
        title if cookie.vendor in NOBODYS else cookie.vendor,
        uses()[cookie.use].category,
        source,
    )


def frameworks_cookies() -> Iterator[Labelled]:
    for row in read_hand("frameworks"):
        how = circumstance("Frameworks", row["name"]) or Circumstance(SITE, True, "", "")
        yield Labelled(
            row["name"],
            "",
            "first",
            normal_retention(row["retention"]),
            "HttpOnly" if how.http_only else "",
            how.shape,
            "",
            row["vendor"],
            row["category"],
            "frameworks",
        )


def sites_cookies() -> Iterator[Labelled]:
    for kind, use, name, how in site_cookies():
        attributes = "HttpOnly" if how.http_only else ""
        label = uses()[use].category
        yield Labelled(name, "", "first", spelled(how.kept), attributes, how.shape, kind, "", label, "sites")


def collected() -> Iterator[Labelled]:
    for cookie in read_cookies("cookies.tsv"):
        if cookie.source != OURS:
            name, _, domain = cookie.name.partition("@")
            party = "" if domain else "first"
            yield Labelled(
                name, domain, party, cookie.retention, "", "", "", cookie.vendor, cookie.category, "collected"
            )


def format_rows(rows: Iterable[Labelled]) -> str:
    listed = list(rows)
    kin = groups((row.name, row.domain, row.vendor) for row in listed if not row.kind)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*Labelled._fields, "group"])
    related = iter(kin)
    writer.writerows([*row, f"site: {row.kind}" if row.kind else next(related)] for row in listed)
    return text.getvalue()


def main(argv: Sequence[str], folder: Path = HAND) -> int:
    return generate("Build the labelled cookies.", lambda: {FILE: format_rows(build())}, argv, folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
