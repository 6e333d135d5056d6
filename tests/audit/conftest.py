"""A site with a ledger of real notices, and people with and without a grant who look at its pages."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from consentkit import canonical
from consentkit.audit import build_audit
from consentkit.law.regime import rules_for
from consentkit.ledger.grants import Grants, Role
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.opening import open_ledger
from consentkit.ledger.record import ConsentRecord, new_id, utc
from consentkit.ledger.store import Document, Entry
from consentkit.page import Pages, served_code
from consentkit.policy import declaration, fingerprint, load_policy
from consentkit.settings import Settings, load_settings
from consentkit.testing import TestClient

BASE = "https://audit.test"
# 2026-11-20T12:00:00Z, and the day on which the auditors look.
MOMENT = 1_795_176_000_000
NOW = MOMENT / 1000 + 3 * 86400
POLICY = """
version = "1"
[site]
id = "shop"
hosts = ["shop.example"]
[controller]
name = "Shop"
contact = "privacy@shop.example"
[[vendors]]
id = "count"
name = "Count"
category = "analytics"
purpose = "Counts visits."
hosts = ["count.test"]
"""


class Site:
    """A site's ledger, to be filled by a test."""

    def __init__(self, folder: Path, policy: str = POLICY) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "consent.toml").write_text(policy, encoding="utf-8")
        self.folder = folder
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            self.settings: Settings = load_settings(policy=folder / "consent.toml", data=folder, environ={})
        self.ledger: Ledger = open_ledger(self.settings)
        self.clock = NOW
        self.pages = Pages(self.settings.policy)
        self.app = build_audit(self.settings, self.ledger, lambda: self.clock)

    def change(self, policy: str) -> None:
        """The site declares something else from now on."""
        (self.folder / "consent.toml").write_text(policy, encoding="utf-8")
        self.settings = load_settings(policy=load_policy(self.folder / "consent.toml"), data=self.folder, environ={})
        self.pages = Pages(self.settings.policy)

    def choose(self, choice: str = "accept_all", *, at: int = MOMENT, layer: Any = "banner", **values: Any) -> Entry:
        """One choice, on a notice as visitors see it."""
        policy = self.settings.policy
        language = values.get("language", "en")
        said = language if language in ("en", "fr", "nl", "de") else "en"
        notice = self.pages.notice(layer, said, rules_for(policy, "BE"))
        body = canonical.encode(declaration(policy))
        code = served_code(policy.theme)
        fields: dict[str, Any] = {
            "id": new_id(), "site": "shop", "time": utc(at), "visitor": new_id(), "choice": choice,
            "categories": ("analytics",) if choice == "accept_all" else (), "vendors": (),
            "policy": fingerprint(policy), "notice": notice.hash, "language": language, "jurisdiction": "BE",
            "regime": "opt_in", "gpc": False, "device": "phone", "method": "banner form", "route": "/courses/{slug}",
        }  # fmt: skip
        documents = [
            Document(fingerprint(policy), "policy", body),
            Document(code.hash, "code", code.data),
            Document(notice.hash, "notice", notice.data),
        ]
        entry = self.ledger.append(ConsentRecord(**{**fields, **values}), at, documents)
        assert isinstance(entry, Entry)
        return entry

    def invite(self, role: Role = "viewer", expires: int = 3600) -> tuple[str, str]:
        """A grant's id and secret."""
        grant, secret = Grants(self.ledger.store).invite("DPO", role, int(self.clock), int(self.clock) + expires)
        return grant.id, secret

    def stranger(self, base: str = BASE) -> TestClient:
        """Somebody without a grant; their browser says where a form was sent from."""
        return TestClient(self.app, base_url=base, headers={"origin": base, "accept-language": "en"})

    def let_in(self, role: Role = "viewer") -> TestClient:
        """Somebody who followed an invitation."""
        client, (grant, secret) = self.stranger(), self.invite(role)
        entered = client.post("/enter", data={"grant": grant, "secret": secret}, follow_redirects=False)
        assert entered.status_code == 303, entered.text
        return client

    def accesses(self) -> list[dict[str, Any]]:
        """The access log, as the ledger has it."""
        stated = [canonical.decode(entry.statement) for entry in self.ledger.store.entries() if entry.statement]
        return [statement for statement in stated if statement["kind"] == "access"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "data")
    yield made
    made.ledger.close()


def token_in(page: str) -> str:
    """The token of a page's form."""
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found, page
    return unescape(found[1])
