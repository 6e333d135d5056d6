"""What was chosen under IAB Europe's framework on one of several domains, and where else it counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentkit.page import as_listed
from consentkit.policy import parse_policy
from consentkit.signals.tcf import TcString, parse_tc
from tests.signals.listed import tcf

from .sites import Sites, policy
from .travel import Traveller


@pytest.fixture
def advertising(sites: Sites, tmp_path: Path) -> Sites:
    """The same sites, as ones that take part in IAB Europe's framework."""
    for name in list(sites.apps):
        sites.build(name, signals={"tcf": tcf(tmp_path)})
    return sites


def string(visitor: Traveller, name: str) -> TcString | None:
    value = visitor.jar.get(name, {}).get("ck_tc", "")
    return parse_tc(value.partition("~")[0]) if value else None


def test_advertisers(advertising: Sites, visitor: Traveller) -> None:
    """What was chosen under the framework goes along, sealed anew for each site, recorded; a withdrawal as well."""
    visitor.choose("one", "custom", tcf="p1")
    chosen = string(visitor, "one")
    assert chosen is not None
    visitor.go("two")
    assert string(visitor, "keeper") == string(visitor, "two") == chosen
    assert parse_tc(advertising.records("two")[-1]["tc"]) == chosen
    assert visitor.jar["one"]["ck_tc"] != visitor.jar["two"]["ck_tc"]
    assert 'value="p1" checked' in visitor.ask(advertising.url("two", "/_privacy/preferences"), "none").body.decode()
    advertising.clock.advance(minutes=5)
    visitor.choose("two", "withdraw")
    visitor.go("one", came="cross-site")
    withdrawn = string(visitor, "one")
    assert withdrawn is not None
    assert withdrawn.purposes | withdrawn.legitimate_purposes == set()


def test_advertisers_of_another_company(advertising: Sites, visitor: Traveller, tmp_path: Path) -> None:
    """Nor does a string get to a company that its notice had not named, or to a site with another number."""
    listed = {"signals": {"tcf": tcf(tmp_path)}}
    few = {"origin": advertising.url("keeper", ""), "sites": [advertising.url(name, "") for name in ("one", "two")]}
    narrow = policy(advertising.address, domains=few, **listed)
    for name in ("one", "keeper"):
        advertising.build(name, domains=few, **listed)
    visitor.choose("one", "custom", tcf="v2")
    advertising.build("keeper", **listed)
    advertising.build("two", signals={"tcf": {**listed["signals"]["tcf"], "cmp_id": 881}})
    for name in ("two", "third"):
        advertising.kit(name).shelf.admit(as_listed(parse_policy(narrow, "then")))
        visitor.go(name)
        assert (visitor.granted(name), string(visitor, name)) == ("0", None)
    assert string(visitor, "keeper") is not None
    advertising.build("two", **listed)
    advertising.kit("two").shelf.admit(as_listed(parse_policy(narrow, "then")))
    visitor.jar["two"].clear()
    visitor.go("two")
    assert string(visitor, "two") is not None
