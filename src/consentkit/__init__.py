"""Consent that your server enforces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from consentkit.errors import ConfigError, ConsentkitError

if TYPE_CHECKING:
    from consentkit.cascade import classify, classify_url

__version__ = "0.1.0"

__all__ = ["ConfigError", "ConsentkitError", "__version__", "classify", "classify_url"]


def __getattr__(name: str) -> Any:
    """What needs the catalogue comes with the first who asks for it: importing us stays light."""
    if name not in ("classify", "classify_url"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from consentkit import cascade

    return getattr(cascade, name)
