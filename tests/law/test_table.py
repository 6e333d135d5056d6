"""The table of laws: a row for every place that is promised, dated and sourced, and the strictest elsewhere."""

from __future__ import annotations

import re
from typing import Any

import pytest

from consentkit.law import table
from consentkit.law.regime import rules_for
from consentkit.law.table import UNKNOWN, adequate, profiles, row_of, rows
from consentkit.policy import Policy, Regime, parse_policy
from consentkit.policy.places import EEA

GPC = {"CA", "CO", "CT", "DE", "MD", "MN", "MT", "NE", "NH", "NJ", "OR", "TX"}


def test_every_country_of_the_area_has_its_own_row() -> None:
    """A visitor in any country of the EU and the EEA has the rules of that country, by its own law: opt-in."""
    own = {row.code: row for row in rows() if row.group == "EEA"}
    assert set(own) == EEA - {"EU"}
    assert all(row.regime == "opt_in" and row.languages and row.source for row in own.values())
    assert len({row.source for row in own.values()}) == len(own)


def test_every_row_is_dated_and_sourced() -> None:
    """An owner finds in each row on whose word it is, and when that was looked at; an auditor can ask for both."""
    for row in rows():
        assert re.fullmatch(r"20\d\d-\d\d", row.as_of), row.code
        assert len(row.source) > 10, row.code
        assert Regime(row.regime), row.code
        assert (row.least or 0) <= row.memory <= (row.most or row.memory), row.code
    assert all(profile.as_of and profile.source and profile.place for profile in profiles().values())


def test_the_signal_is_law_where_it_is() -> None:
    """In twelve states, and where nobody knows the state, Global Privacy Control is followed whatever the site says."""
    for row in rows():
        nation, _, state = row.code.partition("-")
        assert row.gpc == (nation == "US" and (not state or state in GPC)), row.code
        assert row.regime == "opt_out" or nation != "US"
        assert row.memory == 365 or nation != "US"


@pytest.mark.parametrize(
    ("code", "row", "regime"),
    [
        ("QQ", UNKNOWN, "opt_in"),
        (UNKNOWN, UNKNOWN, "opt_in"),
        ("IT-25", "IT", "opt_in"),
        ("US-WY", "US", "opt_out"),
        ("US-VA", "US-VA", "opt_out"),
        ("CA", "CA", "opt_in"),
        ("CA-QC", "CA-QC", "opt_in"),
        ("CA-ON", "CA-ON", "opt_out"),
        ("GB", "GB", "opt_in"),
        ("CH", "CH", "opt_out"),
        ("BR", "BR", "opt_in"),
        ("IN", "IN", "opt_in"),
    ],
)
def test_a_part_has_its_own_row_or_its_countrys(code: str, row: str, regime: str) -> None:
    """A visitor has the rules of their state or province where it has some, else the country's, else the strictest."""
    assert (row_of(code).code, row_of(code).regime) == (row, regime)


def test_a_country_is_as_strict_as_its_strictest_part() -> None:
    """Where nobody knows the province or state, no visitor has less than the law of the part they may be in."""
    for nation in ("CA", "US"):
        parts = [row for row in rows() if row.code.startswith(f"{nation}-")]
        whole = row_of(nation)
        assert whole.regime == "opt_in" or all(part.regime != "opt_in" for part in parts)
        assert whole.gpc or not any(part.gpc for part in parts)
        assert whole.memory >= max(part.memory for part in parts)


def test_a_misspelled_key_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever edits the table is told of a key that nobody reads, instead of having it passed over."""
    with pytest.raises(ValueError, match="FR: no such key: memmory"):
        table._row("FR", {"memmory": 180})


def test_where_data_may_go() -> None:
    """Countries with an adequacy decision count as the Area does; the United States do not as a whole."""
    assert {"FR", "GB", "BR", "JP"} <= adequate()
    assert not {"US", "IN", "CN"} & adequate()


# ── a site's own word ──


def rules(country: str | None, **jurisdiction: Any) -> Any:
    return rules_for(parse_policy({"jurisdiction": jurisdiction}, "test"), country)


def test_a_site_overrides_a_row() -> None:
    """What the site says of a place goes before the table, key by key, and a part before its country."""
    places = {"AU": {"regime": "opt_out", "memory": "12 months"}, "AU-NSW": {"gpc": True}, "IT": {"closes": False}}
    victoria, wales = rules("AU-VIC", places=places), rules("AU-NSW", places=places)
    assert (victoria.regime, victoria.memory_days, victoria.gpc) == (Regime.OPT_OUT, 360, False)
    assert (wales.regime, wales.memory_days, wales.gpc) == (Regime.OPT_OUT, 360, True)
    assert rules("IT", places=places).closes is False
    assert rules("IT", places={"IT": {"regime": "opt_in"}}).closes is True
    assert rules("US-TX", regimes={"US": "opt_in"}, places={"US-TX": {"regime": "notice_only"}}).regime == "notice_only"


@pytest.mark.parametrize(
    ("country", "declared", "law"),
    [
        ("FR", {}, "FR 2026-11"),
        ("US-WY", {}, "US 2026-11"),
        (None, {}, "ZZ 2026-11"),
        ("IT", {"places": {"IT": {"closes": False, "memory": "200 days"}}}, "IT 2026-11; own memory closes"),
        ("FR", {"regimes": {"FR": "opt_out"}}, "FR 2026-11; own regime"),
    ],
)
def test_the_record_says_which_rule(country: str | None, declared: dict[str, Any], law: str) -> None:
    """An auditor reads in the record which row was applied, how old it was, and what the site had said in its stead."""
    assert rules(country, **declared).law == law


def test_a_profile_exempts_statistics_of_ones_own() -> None:
    """A site that takes up an exemption runs its marked statistics in that place, and nothing else anywhere."""
    vendors = [
        {"id": "own", "name": "Own", "category": "analytics", "purpose": "Counts.", "statistical": True},
        {"id": "ads", "name": "Ads", "category": "marketing", "purpose": "Sells.", "statistical": True},
        {"id": "other", "name": "Other", "category": "analytics", "purpose": "Counts."},
    ]
    policy = parse_policy(
        {
            "controller": {"name": "S", "contact": "x"},
            "vendors": vendors,
            "jurisdiction": {"profiles": ["fr-audience"]},
        },
        "test",
    )
    assert rules_for(policy, "FR").exempt == {"own"}
    assert rules_for(policy, "FR").law == "FR 2026-11; fr-audience"
    assert not any(rules_for(policy, country).exempt for country in ("GB", "DE", None))
    assert not rules_for(Policy(vendors=policy.vendors), "FR").exempt
