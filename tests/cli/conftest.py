"""A folder with a policy, keys and a ledger of three entries, and the command line to look at it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentkit import canonical
from consentkit.cli import main
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.record import ConsentRecord, new_id, utc
from consentkit.ledger.store import Document, Store
from consentkit.policy import declaration, fingerprint
from consentkit.settings import Settings, load_settings

Run = Callable[..., Result]
NOTICE = Document(canonical.digest({"layer": "banner"}), "notice", canonical.encode({"layer": "banner"}))
MOMENT = 1_795_000_000_000


@pytest.fixture(autouse=True)
def _clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to work in, and no settings about."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("CONSENTKIT_"):
            monkeypatch.delenv(name)


@pytest.fixture
def run() -> Run:
    """Runs a command; a traceback fails the test."""

    def invoke(*arguments: object, code: int = 0) -> Result:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        assert result.exit_code == code, result.output
        return result

    return invoke


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder of a site that has been in use."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "consent.toml").write_text('[site]\nid = "shop"\nhosts = ["shop.example"]\n', encoding="utf-8")
    add(folder, 3)
    return folder


def settings_of(folder: Path) -> Settings:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return load_settings(policy=folder / "consent.toml", data=folder, environ={})


def add(folder: Path, count: int, route: str = "/") -> None:
    """Put some choices into the folder's ledger."""
    settings = settings_of(folder)
    body = canonical.encode(declaration(settings.policy))
    policy = Document(fingerprint(settings.policy), "policy", body)
    ledger = Ledger(Store(settings.database, "shop"), settings.signer, folder)
    for number in range(count):
        record = ConsentRecord(
            id=new_id(), site="shop", time=utc(MOMENT + number), visitor="ab" * 16, choice="accept_all",
            categories=("analytics", "functional", "marketing"), vendors=(), policy=policy.hash, notice=NOTICE.hash,
            language="en", jurisdiction="ZZ", regime="opt_in", gpc=False, device="desktop", method="banner form",
            route=route,
        )  # fmt: skip
        ledger.append(record, MOMENT + number, [policy, NOTICE])
    ledger.close()
