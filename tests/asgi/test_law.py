"""By whose law a visitor is asked: what the record says of it, and what the law does that the policy did not say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.exchanges import POLICY

from .browser import Browser
from .conftest import PROBE, Serve, entries, may_set

PROXY = {"trusted_proxies": ["192.0.2.0/24"]}
HEADERS = {"country_header": "cf-ipcountry", "region_header": "cf-region-code"}


@pytest.mark.parametrize(
    ("declared", "headers", "law"),
    [
        ({}, {}, "ZZ 2026-11; place by nobody"),
        ({"default": "BE"}, {}, "BE 2026-11; place by default"),
        (HEADERS, {"cf_ipcountry": "FR"}, "FR 2026-11; place by header"),
        (HEADERS, {"cf_ipcountry": "US", "cf_region_code": "CA"}, "US-CA 2026-11; place by header"),
        ({"default": "FR", "places": {"FR": {"memory": "200 days"}}}, {}, "FR 2026-11; own memory; place by default"),
    ],
)
def test_the_record_says_by_whose_law(serve: Serve, declared: Any, headers: dict[str, str], law: str) -> None:
    """An auditor reads which rule was applied to a visitor, and on whose word they were there."""
    browser = Browser(serve(**PROXY, jurisdiction=declared))
    token = browser.get("/_privacy/preferences", **headers).token
    assert browser.post({"choice": "refuse_all", "token": token}, **headers).status == 303
    (entry,) = entries(browser)
    assert entry["law"] == law
    assert entry["jurisdiction"] == law.partition(" ")[0]


def test_where_the_signal_is_law_it_is_followed(serve: Serve) -> None:
    """A site that ignores Global Privacy Control follows it all the same for visitors in a state whose law says so."""
    app = serve(PROBE, **PROXY, honour_gpc=False, jurisdiction=HEADERS)

    def set_in(state: str) -> set[str]:
        sent = {"cf_ipcountry": "US", "cf_region_code": state, "sec_gpc": "1", "sec_fetch_dest": "empty"}
        return set(Browser(app).get(**sent).cookies)

    assert "_ad" not in set_in("CA")
    assert "_ad" in set_in("VA")


def test_ones_own_statistics_run_until_somebody_refuses(serve: Serve) -> None:
    """Under the French exemption marked statistics run unasked, the banner says so, and refusing stops them at once."""
    counter = POLICY["vendors"][0] | {"statistical": True}
    said = {
        "vendors": [counter, *POLICY["vendors"][1:]],
        "jurisdiction": {"default": "FR", "profiles": ["fr-audience"]},
    }
    visitor = Browser(serve(**said))
    assert b"Unless you refuse, statistics are kept for this site alone, by: Counter." in visitor.get().body
    visitor.app = serve(PROBE, **said)
    assert may_set(visitor) == {"_ct"}
    for choice in ("refuse_all", "withdraw"):
        refuser = Browser(serve(**said))
        refuser.choose(choice)
        refuser.app = serve(PROBE, **said)
        assert may_set(refuser) == set()
    elsewhere = Browser(serve(PROBE, **said | {"jurisdiction": {"default": "DE", "profiles": ["fr-audience"]}}))
    assert may_set(elsewhere) == set()
