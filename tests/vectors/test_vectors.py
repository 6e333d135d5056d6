"""Every way to a third party, in Chromium, against index.csv: before a choice, after one, and without us.

`make test` visits each vector without us, and in a share of its cells that covers all of them together; with
CONSENTKIT_TEST_MATRIX=1 (`make test-long`) each vector is visited in each cell.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from scripts.browser import find

from .abroad import listening
from .index import ALONE, CELLS, HERE, SCRIPTING, Vector, read_index
from .journey import Seen, Sightings, browsing, looked_up, with_lookups
from .site import hosting

VECTORS = read_index()
FULL = bool(os.environ.get("CONSENTKIT_TEST_MATRIX"))
# Of so many cells a vector is visited in one: of what pages say by themselves, and of what scripts do.
SHARES = {"static": 11, "header": 6, "dynamic": 7}
WILLING = ["personal_off_js", "personal_learn_js", "personal_enforce_js", "personal_off_nojs", "personal_enforce_nojs"]
SHARED_WILLING = ["shared_off_js", "shared_enforce_js"]
TRACKING = ("_ga_", "_ct_")
SAID = ("held", "leaks", "woken", "n/a")
# A policy that enforces names hosts as they are usually written.
UNUSUAL = {"trailing-dot", "upper-url"}
# A worker goes by the policy that came with its script; one that caches share is the same whatever is chosen later.
LASTING = {"service-worker", "service-worker-fetch", "worker-own"}
# Whether a browser looks ahead is a matter of what it is waiting for: now and then it does not.
AHEAD = {vector.id for vector in VECTORS if vector.id.startswith("svg-ahead")}
HINTS = [f"{vector.id}.{host}" for vector in VECTORS if vector.is_lookup for host in ("count.test", "doubleclick.net")]


class Visit(NamedTuple):
    """What a browser does on one host: `cell` is the state of the site; who comes has not chosen, or accepted all."""

    cell: str
    willing: bool = False

    @property
    def host(self) -> str:
        rendering, mode, *rest = self.cell.split("_")
        name = f"{rendering}-{mode if mode != 'csp' else 'enforce-alone'}"
        return name + "-willing" * self.willing + "-nojs" * (rest == ["nojs"])

    @property
    def scripting(self) -> str:
        return "nojs" if self.cell.endswith("nojs") else "js"


BARE = {scripting: Visit(f"bare_site_{scripting}") for scripting in SCRIPTING}
VISITS = [
    *map(Visit, CELLS),
    *map(Visit, ALONE),
    *(Visit(cell, willing=True) for cell in [*WILLING, *SHARED_WILLING, "shared_off_nojs"]),
]


def chosen(visit: Visit) -> list[Vector]:
    """The vectors of one visit."""
    there = [vector for vector in VECTORS if vector.applies(visit.scripting)]
    if visit in BARE.values():
        return there
    if visit.cell in ALONE:
        there = [vector for vector in there if vector.is_dynamic]
    turn = VISITS.index(visit)
    return [vector for at, vector in enumerate(there) if FULL or (at + turn) % SHARES[vector.kind] == 0]


def asking(visit: Visit) -> set[str]:
    """Those of which the table says that they ask a tracker there, or store its name."""
    if not visit.willing:
        return {vector.id for vector in VECTORS if vector.cells[visit.cell] == "leaks"}
    if visit.cell == "shared_off_nojs":
        return set()
    asleep = AHEAD | (UNUSUAL if "enforce" in visit.cell else set())
    if visit.cell.startswith("shared"):
        asleep |= {vector.id for vector in VECTORS if vector.cells["shared_accepted"] == "held"}
        asleep |= LASTING if "enforce" in visit.cell else set()
    return {vector.id for vector in VECTORS if vector.is_live(visit.scripting)} - asleep


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[Visit, Sightings]:
    """Everything a browser did, with scripts and without."""
    if (chromium := find()) is None:
        reason = "no Chromium found: install one, or name it in CONSENTKIT_CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return asyncio.run(_see(chromium, tmp_path_factory.mktemp("vectors")))


async def _see(chromium: str, folder: Path) -> dict[Visit, Sightings]:
    found: dict[Visit, Sightings] = {}
    async with listening(folder) as abroad:
        with hosting(VECTORS, folder) as hosts:
            for scripting, bare in BARE.items():
                place = folder / scripting
                visits = [visit for visit in VISITS if visit.scripting == scripting]
                async with browsing(chromium, place, hosts, abroad, scripting, HINTS) as browser:
                    found[bare] = await browser.visit(bare.host, chosen(bare))
                    for visit in visits:
                        if visit.willing:
                            await browser.accept(visit.host)
                        found[visit] = await browser.visit(
                            visit.host, chosen(visit), found[bare], asking=asking(visit), same=visit.willing
                        )
                lookups = looked_up(place / "net.json")
                for visit in (bare, *visits):
                    found[visit] = with_lookups(found[visit], lookups, browser.spans[visit.host])
    return found


def leaks(seen: Seen) -> bool:
    return bool(seen.asked) or any(name.startswith(TRACKING) for name in seen.stored)


def own_names(seen: Seen) -> set[str]:
    return {name for name in seen.stored if not name.startswith(TRACKING)}


def test_the_table_is_whole() -> None:
    """Each vector is one file with its own name in it, each file is in the table, and nothing is left unsaid."""
    files = {
        str(path.relative_to(HERE)) for kind in ("static", "headers", "dynamic") for path in (HERE / kind).iterdir()
    }
    assert {vector.file for vector in VECTORS} == files
    assert len({vector.id for vector in VECTORS}) == len(VECTORS)
    for vector in VECTORS:
        assert vector.id.encode() in vector.source.replace(b"\0", b""), vector.id
        for cell, said in vector.cells.items():
            assert said in SAID, (vector.id, cell)


def test_what_pages_say_is_held_everywhere() -> None:
    """Before a choice no page and no header reaches a tracker, in any state of the site, with scripts or without."""
    for vector in VECTORS:
        if not vector.is_dynamic:
            assert {vector.cells[cell] for cell in CELLS} <= {"held", "n/a"}, vector.id


def test_what_scripts_do_is_held_together() -> None:
    """What a page's own scripts reach for, guard script and enforced policy together hold, all of it."""
    together = ("personal_enforce_js", "shared_enforce_js")
    assert [vector.id for vector in VECTORS for cell in together if vector.cells[cell] == "leaks"] == []


def test_without_us_each_is_live(seen: dict[Visit, Sightings]) -> None:
    """Each vector that the table calls live asks a tracker, or stores its name, on a page without us."""
    ahead = set()
    for scripting, bare in BARE.items():
        said = {vector.id for vector in VECTORS if vector.applies(scripting) and vector.is_live(scripting)}
        live = {name for name, each in seen[bare].items() if leaks(each)}
        assert live | AHEAD == said | AHEAD, scripting
        ahead |= live & AHEAD
    assert ahead


@pytest.mark.parametrize("cell", [*CELLS, *ALONE])
def test_each_cell_is_as_it_says(cell: str, seen: dict[Visit, Sightings]) -> None:
    """Before a choice a visitor's browser asks and stores what the table says, and no more."""
    visit = Visit(cell)
    said = {vector.id for vector in chosen(visit) if vector.cells[cell] == "leaks"}
    assert {name for name, each in seen[visit].items() if leaks(each)} == said


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.host)
def test_the_sites_own_always_runs(visit: Visit, seen: dict[Visit, Sightings]) -> None:
    """What the site asks of itself, by the same way in the same page, is asked whatever is held."""
    bare = seen[BARE[visit.scripting]]
    for name, each in seen[visit].items():
        assert each.own >= bare[name].own, name
        assert own_names(each) == own_names(bare[name]), name


@pytest.mark.parametrize("cell", WILLING)
def test_after_accepting_all_is_as_without_us(cell: str, seen: dict[Visit, Sightings]) -> None:
    """Whoever has accepted, and opens a page, brings about the same requests and stores the same as without us."""
    visit = Visit(cell, willing=True)
    bare = seen[BARE[visit.scripting]]
    for name, each in seen[visit].items():
        untold = name in AHEAD or ("enforce" in cell and name in UNUSUAL)
        assert each.requests == bare[name].requests or untold, name
        assert each.stored == bare[name].stored, name


@pytest.mark.parametrize("cell", SHARED_WILLING)
def test_after_accepting_a_page_for_everybody_wakes(cell: str, seen: dict[Visit, Sightings]) -> None:
    """On a page that caches share, scripts wake for whoever has accepted what the table says they wake."""
    visit = Visit(cell, willing=True)
    bare = seen[BARE[visit.scripting]]
    asleep = {vector.id for vector in chosen(visit) if vector.is_live(visit.scripting)} - asking(visit)
    found = {name for name, each in seen[visit].items() if leaks(bare[name]) and not leaks(each)}
    assert found | AHEAD == asleep | AHEAD


def test_without_scripts_a_page_for_everybody_stays_as_it_is(seen: dict[Visit, Sightings]) -> None:
    """On a page that caches share, nothing wakes where no script can: it is the same for whoever asks."""
    visit = Visit("shared_off_nojs", willing=True)
    assert [name for name, each in seen[visit].items() if leaks(each)] == []
