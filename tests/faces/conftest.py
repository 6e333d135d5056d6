"""The same site behind each face, each with a ledger of its own and all with one clock, one key and one dice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest

from consentkit.testing import Clock
from consentkit.tlog import Signer
from tests.exchanges import POLICY

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.faces.django_site.settings")
django.setup()

from .stage import FACES, Site  # noqa: E402  Django's handlers want its settings first

KEY = Signer.generate("shop.test/consent-log").to_text()
Open = Callable[..., Site]


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    """Settings of a shop."""
    return {"policy": POLICY, "data": tmp_path, "secret": "a-secret-for-the-tests", "signing_key": KEY}


@pytest.fixture(scope="module")
def open_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """open_site(face, policy changes): the shop behind a face; what is random elsewhere is the same behind each."""
    opened: list[Site] = []

    def build(face: str, **policy: Any) -> Site:
        given = {"policy": {**POLICY, **policy}, "secret": "a-secret-for-the-tests", "signing_key": KEY}
        opened.append(Site(face, {**given, "data": tmp_path_factory.mktemp(face)}, Clock(1_770_000_000)))
        return opened[-1]

    with pytest.MonkeyPatch.context() as patch:
        for module in ("choosing", "recording"):
            patch.setattr(f"consentkit.{module}.new_id", lambda: f"{next(Site.playing.dice):032x}")
        patch.setattr("consentkit.ledger.ledger.new_salt", lambda: next(Site.playing.dice).to_bytes(32, "big"))
        yield build
        for site in reversed(opened):
            site.close()


@pytest.fixture(scope="module")
def shops(open_site: Open) -> dict[str, Site]:
    """The same shop behind every face, for tests that do the same to each."""
    return {face: open_site(face) for face in FACES}


@pytest.fixture
def everywhere(shops: dict[str, Site]) -> dict[str, Site]:
    """The shops, a while after the test before."""
    for site in shops.values():
        site.clock.advance(minutes=5)
    return shops
