"""Consent that your server enforces."""

from consentkit.errors import ConfigError, ConsentkitError

__version__ = "0.1.0"

__all__ = ["ConfigError", "ConsentkitError", "__version__"]
