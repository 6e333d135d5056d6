"""Consent that your server enforces."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from consentkit.errors import ConfigError, ConsentkitError

if TYPE_CHECKING:
    from consentkit.accounts.linking import alink, link, unlink
    from consentkit.classification.cascade import classify, classify_url

__version__ = "0.1.0"

__all__ = ["ConfigError", "ConsentkitError", "__version__", "alink", "classify", "classify_url", "link", "unlink"]

_LATER = {
    **dict.fromkeys(("classify", "classify_url"), "consentkit.classification.cascade"),
    **dict.fromkeys(("link", "alink", "unlink"), "consentkit.accounts.linking"),
}


def __getattr__(name: str) -> Any:
    """What needs the catalogue, or the ledger, comes with the first who asks for it: importing us stays light."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
