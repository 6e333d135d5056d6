"""A stage for each test that needs a ledger of its own; those that only look share one for a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consentkit.settings import new_secret
from consentkit.tlog import Signer
from tests.sites.stage import Stage

Enter = Callable[..., Stage]


@pytest.fixture
def enter(tmp_path: Path) -> Enter:
    """Puts a site on stage: its name, and what is changed in its profile."""

    def stage(name: str, **changes: Any) -> Stage:
        return Stage(name, tmp_path, **changes)

    return stage


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the demo would otherwise make for itself, and warn of."""
    monkeypatch.setenv("CONSENTKIT_SECRET", new_secret())
    monkeypatch.setenv("CONSENTKIT_SIGNING_KEY", Signer.generate("sites.test/log").to_text())
