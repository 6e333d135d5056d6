"""Reads what others publish and what we wrote by hand into facts. Does not know which fact wins.

Of a collection only facts are taken: names, hosts, categories, vendors, retention. Never a description.
"""

from __future__ import annotations

import csv
import fnmatch
import json
import re
import sqlite3
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from catalog_build.normal import (
    CATEGORIES,
    NO_TRACKER,
    CookieFact,
    HostFact,
    is_plain_word,
    is_refused,
    is_suffix,
    is_telling,
    normal_retention,
)
from consentkit.catalog.uses import GENERAL, uses
from consentkit.catalog.vendors import Vendors, parse_vendors

HAND = Path(__file__).resolve().parent.parent / "data"
OURS = "consentkit"
SHORT = 6  # characters: below, a third party's cookie says nothing about a first party's of the same name

Package = Mapping[str, str]  # name of a member -> its text
Listed = tuple[str, str, str, str]  # host, path, category in the source's words, vendor


class Collection(NamedTuple):
    """A published package, by its exact version, and the members we read."""

    source: str
    registry: str
    package: str
    version: str
    licence: str
    members: tuple[str, ...]
    taken: str


COLLECTIONS = (
    Collection(
        "c15t",
        "npm",
        "@c15t/scripts",
        "2.2.0",
        "Apache-2.0",
        ("package/dist/registry.js", "package/dist/vendors/*/*.js"),
        "vendor names, script hosts, consent categories",
    ),
    Collection(
        "tarteaucitron",
        "npm",
        "tarteaucitronjs",
        "1.34.0",
        "MIT",
        ("package/tarteaucitron.services.js",),
        "service names, types, script hosts, cookie names",
    ),
    Collection(
        "third-party-web",
        "npm",
        "third-party-web",
        "0.30.0",
        "MIT",
        ("package/dist/entities-nostats.json",),
        "hosts, companies, categories",
    ),
    Collection(
        "whotracksme",
        "PyPI",
        "whotracksme",
        "2018.5.17",
        "CC-BY-4.0",
        ("whotracksme/data/assets/trackerdb.sql",),
        "domains, companies, categories",
    ),
    Collection(
        "ocd",
        "npm",
        "@slashgear/gdpr-cookie-scanner",
        "3.8.2",
        "Apache-2.0",
        ("package/dist/data/open-cookie-database.json",),
        "cookie names, controllers, retention; labelled anew",
    ),
    Collection(
        "suffixes",
        "PyPI",
        "publicsuffixlist",
        "1.1.2.20261023",
        "MPL-2.0",
        ("publicsuffixlist/public_suffix_list.dat",),
        "nothing; only used to refuse public suffixes",
    ),
)


def read_hand(name: str) -> list[dict[str, str]]:
    """The rows of a hand-written CSV file, without its comment lines."""
    lines = (HAND / f"{name}.csv").read_text("utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def source_verdicts() -> dict[tuple[str, str], str]:
    return {(row["source"], row["category"]): row["verdict"] for row in read_hand("source_categories")}


@cache
def vendors() -> Vendors:
    """What scripts/data/vendors/ says, all files together."""
    read = [parse_vendors(tomllib.loads(path.read_text("utf-8"))) for path in sorted((HAND / "vendors").glob("*.toml"))]
    return Vendors(tuple(c for one in read for c in one.cookies), tuple(h for one in read for h in one.hosts))


def hand_hosts() -> list[HostFact]:
    """The files of exceptions first, then the vendors."""
    rows = [*read_hand("path_rules"), *({**row, "path": "/"} for row in read_hand("hosts"))]
    return [HostFact(row["host"], row["path"], _verdict(row["category"]), row["vendor"], OURS) for row in rows] + [
        HostFact(host.host, host.path, _verdict(_category(host.use)), host.vendor, OURS) for host in vendors().hosts
    ]


def _verdict(category: str) -> str:
    return NO_TRACKER if category == "-" else category


def _category(use: str) -> str:
    return uses()[use].category if use in uses() else use


def hand_cookies() -> list[CookieFact]:
    """The cookies that are catalogued."""
    return [fact for fact, catalogued in _written() if catalogued]


def hand_hints() -> list[CookieFact]:
    """Conventions, and what of a vendor's names anybody may choose."""
    return [fact for fact, catalogued in _written() if not catalogued]


def _written() -> Iterator[tuple[CookieFact, bool]]:
    """All that is written by hand about cookies, row by row first, and whether it tells one cookie from all others."""
    for row in (*read_hand("corrections"), *read_hand("frameworks")):
        kept = normal_retention(row["retention"])
        yield CookieFact(row["name"], row["category"], row["purpose"], row["vendor"], kept, OURS), True
    for cookie in vendors().cookies:
        name = f"{cookie.name}@{cookie.domain}" if cookie.domain else cookie.name
        fact = CookieFact(name, _category(cookie.use), cookie.use, cookie.vendor, cookie.retention, OURS)
        yield fact, bool(cookie.vendor) and is_telling(name)


def read_third_party_web(package: Package) -> Iterator[Listed]:
    """(host, path, category, vendor) for each host listed."""
    for entity in json.loads(package["package/dist/entities-nostats.json"]):
        for domain in entity["domains"]:
            yield domain.removeprefix("*."), "/", entity["category"], entity.get("company") or entity["name"]


def read_whotracksme(package: Package) -> Iterator[Listed]:
    database = sqlite3.connect(":memory:")
    try:
        database.executescript(package["whotracksme/data/assets/trackerdb.sql"])
        yield from database.execute(
            "SELECT d.domain, '/', coalesce(k.name, 'unknown'), coalesce(c.name, t.name)"
            " FROM tracker_domains d JOIN trackers t ON t.id = d.tracker"
            " LEFT JOIN categories k ON k.id = t.category_id LEFT JOIN companies c ON c.id = t.company_id"
        )
    finally:
        database.close()


def read_c15t(package: Package) -> Iterator[Listed]:
    registry = package["package/dist/registry.js"]
    known = re.findall(r"label: '([^']+)'[^{}]*?packageSubpath: '([^']+)'[^{}]*?consentCategory: '(\w+)'", registry)
    for label, subpath, category in known:
        for member in fnmatch.filter(package, f"package/dist/vendors/*/{subpath}.js"):
            for host in re.findall(r"https://([a-z0-9.-]+\.[a-z]{2,})", package[member]):
                yield host, "/", category, label


def tarteaucitron_services(package: Package) -> Iterator[tuple[str, str, str]]:
    """(type, name, the text of the service) for each service."""
    script = package["package/tarteaucitron.services.js"]
    for text in re.split(r"^tarteaucitron\.services\.\w+\s*=\s*\{", script, flags=re.MULTILINE)[1:]:
        kind = re.search(r"""["']?type["']?:\s*["'](\w+)["']""", text)
        name = re.search(r"""["']?name["']?:\s*["']([^"']+)["']""", text)
        if kind and name:
            yield kind[1], re.sub(r"\s*\(.*?\)", "", name[1]), text


def read_tarteaucitron(package: Package) -> Iterator[Listed]:
    for kind, name, text in tarteaucitron_services(package):
        code = re.sub(r"""["']?uri["']?:\s*["'].*""", "", text)  # the privacy notice is not a script
        for host, path in re.findall(r"""["'](?:https?:)?//([A-Za-z0-9.-]+\.[A-Za-z]{2,})(/[^'"\s?#]*)?""", code):
            if not re.search(
                r"legal|privacy|protection|confidential|policies|polic[iy]|documentation|partner", host + path
            ):
                yield host, path, kind, name


def tarteaucitron_cookies(package: Package) -> Iterator[CookieFact]:
    verdicts = source_verdicts()
    for kind, name, text in tarteaucitron_services(package):
        # Players and plugins list the cookies of their own host: nothing about a cookie of this name elsewhere.
        if kind in ("analytic", "ads", "support"):
            listed = re.search(r"""["']?cookies["']?:\s*\[([^\]]*)\]""", text)
            for cookie in re.findall(r"""["']([^"']+)["'](?!\s*\+)""", listed[1] if listed else ""):
                if not is_plain_word(cookie) and len(cookie) >= SHORT:
                    category = verdicts["tarteaucitron", kind]
                    yield CookieFact(cookie, category, GENERAL[category], name, "", "tarteaucitron")


def open_cookie_database(package: Package) -> Iterator[CookieFact]:
    """Its cookies with our own labels: its "Functional" mixes strictly necessary cookies with functional ones."""
    labels = {
        row["open_cookie_database_id"]: row["category_with_vendor_prior"]
        for row in read_hand("open_cookie_database_categories")
    }
    platforms = json.loads(package["package/dist/data/open-cookie-database.json"])
    # A row we did not label is left out rather than believed.
    listed = [(platform, row) for platform, rows in platforms.items() for row in rows if row["id"] in labels]
    # Of several rows for one name the first-party one counts, then the stricter: calling a tracker harmless is worse.
    listed.sort(key=lambda pair: (bool(pair[1]["domain"]), -CATEGORIES.index(labels[pair[1]["id"]]), pair[1]["id"]))
    for platform, row in listed:
        name = row["cookie"].strip() + ("*" if row["wildcardMatch"] == "1" else "")
        if listed_name := _placed(name, row["domain"]):
            yield CookieFact(
                listed_name,
                labels[row["id"]],
                GENERAL[labels[row["id"]]],
                platform if normal_retention(row["dataController"]) else row["dataController"].strip() or platform,
                normal_retention(row["retentionPeriod"]),
                "ocd",
            )


def _placed(name: str, domain: str) -> str:
    """A name as it is listed: one that anybody may choose only on the domain of its third party, if one is named."""
    is_anybodys = is_plain_word(name) or ("*" not in name and not is_telling(name))
    if not is_anybodys and not (domain and len(name) < SHORT):
        return name
    host = re.match(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain.lower().lstrip(".").removeprefix("www."))
    return f"{name}@{host[0]}" if host and "*" not in name else ""


def read_suffixes(package: Package) -> frozenset[str]:
    lines = package["publicsuffixlist/public_suffix_list.dat"].splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith(("//", "!")))


def normal_host_facts(
    source: str,
    listed: Iterable[Listed],
    verdicts: Mapping[tuple[str, str], str],
    suffixes: frozenset[str],
) -> Iterator[HostFact]:
    for raw, path, category, vendor in listed:
        host = raw.lower().strip().rstrip(".").removeprefix("www.")
        if is_refused(host, suffixes):
            continue
        # A script below a site's own name speaks for its folder only: people also visit that site.
        destination = path not in ("", "/") and is_suffix(host.partition(".")[2], suffixes)
        kept = path[: path.rindex("/") + 1] if destination else "/"
        yield HostFact(host, kept, verdicts[source, category], " ".join(vendor.split()), source)


READERS: dict[str, Callable[[Package], Iterator[Listed]]] = {
    "c15t": read_c15t,
    "tarteaucitron": read_tarteaucitron,
    "third-party-web": read_third_party_web,
    "whotracksme": read_whotracksme,
}


def collected_hosts(packages: Mapping[str, Package]) -> Iterator[HostFact]:
    """Every host of every collection, in the order of COLLECTIONS."""
    verdicts = source_verdicts()
    suffixes = read_suffixes(packages["suffixes"])
    for collection in COLLECTIONS:
        if reader := READERS.get(collection.source):
            listed = reader(packages[collection.source])
            yield from normal_host_facts(collection.source, listed, verdicts, suffixes)


def collected_cookies(packages: Mapping[str, Package]) -> Iterator[CookieFact]:
    """The database first: it describes cookies, the services only list them."""
    yield from open_cookie_database(packages["ocd"])
    yield from tarteaucitron_cookies(packages["tarteaucitron"])
