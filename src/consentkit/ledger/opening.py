"""The ledger as the settings have it: its database, its key, and the spool beside the keys."""

from __future__ import annotations

from consentkit.ledger.ledger import Ledger
from consentkit.ledger.spool import Spool
from consentkit.ledger.store import Store
from consentkit.seal import Sealer
from consentkit.settings import Settings


def open_ledger(settings: Settings) -> Ledger:
    """A ledger, not yet checked against its last checkpoint."""
    site = settings.policy.site.id
    spool = Spool(settings.data / f"spool-{site}", Sealer(settings.secrets, "spool", site))
    return Ledger(Store(settings.database, site), settings.signer, settings.data, spool)
