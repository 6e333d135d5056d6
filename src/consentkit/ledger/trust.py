"""What an auditor brings: keys and certificates that reached them by another way than the file."""

from __future__ import annotations

from typing import NamedTuple

from consentkit.tlog import Verifier, WitnessKey


class Trust(NamedTuple):
    """The log's key, witnesses' keys and timestamp authorities' root certificates (PEM)."""

    vkey: Verifier | None = None
    witnesses: tuple[WitnessKey, ...] = ()
    authorities: tuple[bytes, ...] = ()
