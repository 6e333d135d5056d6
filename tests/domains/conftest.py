"""Sites that share a choice, once for a file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from consentkit.crossing import reach

from .sites import Sites, sharing
from .travel import Traveller


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """How soon a site answers says how busy the machine is, and here no visitor is kept waiting."""
    monkeypatch.setattr(reach, "_PATIENCE_SECONDS", 60)
    monkeypatch.setattr(reach, "_TIMEOUT_SECONDS", 60)


@pytest.fixture(scope="module")
def all_sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    with sharing(tmp_path_factory.mktemp("sites")) as sites:
        yield sites


@pytest.fixture
def sites(all_sites: Sites) -> Sites:
    """All of them as they were built, an hour later than they were last visited."""
    all_sites.clock.advance(hours=1)
    all_sites.asked.clear()
    return all_sites


@pytest.fixture
def visitor(sites: Sites) -> Traveller:
    return Traveller(sites)
