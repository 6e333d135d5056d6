"""The hosts in use, as they are counted and kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from consentkit.classification.classifier import Classifier
from consentkit.decision import Decision
from consentkit.guard.guard import Terms
from consentkit.http import ResponseHead
from consentkit.ledger.hosts import KEPT_DAYS, add_sightings, sightings
from consentkit.ledger.store import Store
from consentkit.policy import Policy
from consentkit.sightings.hosts import HostsInUse
from consentkit.sightings.reports import Violation

from .sample import policy_with

TODAY = date(2026, 11, 23)
NO_HEADERS = ResponseHead(200, ())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'ledger.db'}", "shop")


def terms_of(hosts: HostsInUse, policy: Policy, head: ResponseHead = NO_HEADERS) -> tuple[Terms, object]:
    return hosts.listening(Terms(Classifier(policy), Decision(), "shop.test"), "suspects", head)


def test_counts_add_up(store: Store, tmp_path: Path) -> None:
    """What several processes met is one count, with its first and last day, for whoever looks from another process."""
    yesterday = TODAY - timedelta(days=1)
    add_sightings(store, {("a.test", "html"): 2, ("a.test", "img-src"): 1}, yesterday)
    add_sightings(Store(f"sqlite:///{tmp_path / 'ledger.db'}", "shop"), {("a.test", "html"): 3}, TODAY)
    found = {(s.host, s.place): s for s in sightings(store, TODAY)}
    assert found["a.test", "html"][2:] == (5, yesterday.isoformat(), TODAY.isoformat())
    assert found["a.test", "img-src"].is_reported
    assert not found["a.test", "html"].is_reported


def test_sites_are_apart(store: Store, tmp_path: Path) -> None:
    """Two sites in one database do not see each other's hosts."""
    add_sightings(store, {("a.test", "html"): 1}, TODAY)
    assert sightings(Store(f"sqlite:///{tmp_path / 'ledger.db'}", "other"), TODAY) == []


def test_the_past_is_forgotten(store: Store) -> None:
    """A host that nobody met for a month is no longer in use, and its row goes."""
    add_sightings(store, {("old.test", "html"): 1}, TODAY - timedelta(days=KEPT_DAYS + 1))
    assert sightings(store, TODAY) == []
    add_sightings(store, {("new.test", "html"): 1}, TODAY)
    assert [s.host for s in sightings(store, TODAY - timedelta(days=KEPT_DAYS))] == ["new.test"]


def test_a_flood_of_reports_crowds_nothing_out(store: Store) -> None:
    """Somebody who invents hosts fills a bounded room, and none of what the server itself saw."""
    flood = {(f"h{n}.test", "img-src"): 1 for n in range(1500)}
    add_sightings(store, flood, TODAY)
    add_sightings(store, {**{(f"i{n}.test", "img-src"): 1 for n in range(1500)}, ("own.test", "html"): 1}, TODAY)
    found = sightings(store, TODAY)
    assert sum(s.is_reported for s in found) == 1000
    assert [s.host for s in found if not s.is_reported] == ["own.test"]


def test_a_page_is_listened_to_now_and_then(store: Store) -> None:
    """The first page's hosts are learned, with those in its Link header; the next page is not slowed."""
    policy = policy_with(mode="learn")
    hosts = HostsInUse(policy, store)
    head = ResponseHead(200, ((b"link", b"<https://cdn.test/a.css>; rel=preload, </own.css>; rel=preload"),))
    terms, suspects = terms_of(hosts, policy, head)
    assert suspects is None
    assert terms.judge("//count.test/x.js") == "analytics count"
    for url in ("https://shop.test/a", "/b", "https://www.shop.test/c", "https://Files.test:8443/d", "data:,x"):
        terms.judge(url)
    plain, suspects = terms_of(hosts, policy)
    assert suspects == "suspects"
    plain.judge("https://later.test/")
    hosts.flush()
    found = {(s.host, s.place) for s in sightings(store, datetime.now(UTC).date())}
    assert found == {("cdn.test", "link"), ("count.test", "html"), ("files.test:8443", "html")}


def test_off_learns_nothing(store: Store) -> None:
    """An owner who has not asked for it has no page read for it."""
    hosts = HostsInUse(policy_with(mode="off"), store)
    assert not hosts.learns
    assert terms_of(hosts, policy_with())[1] == "suspects"


def test_a_database_that_is_away(tmp_path: Path) -> None:
    """Counts wait for a database that does not answer, within bounds, and nothing else does."""
    gone = tmp_path / "there"
    gone.write_text("a file where a folder should be")
    hosts = HostsInUse(policy_with(), Store(f"sqlite:///{gone}/ledger.db", "shop"))
    for n in range(1500):
        hosts.reported(Violation("img-src", f"h{n}.test"))
    hosts.flush()
    assert len(hosts._counts) == 1000
    gone.unlink()
    hosts.reported(Violation("img-src", "h0.test"))
    hosts.flush()
    assert len(sightings(hosts._store, datetime.now(UTC).date())) == 1000
    assert not hosts._counts
