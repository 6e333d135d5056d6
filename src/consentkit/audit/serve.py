"""The auditor's pages alone, on this machine: a server, and where to go."""

from __future__ import annotations

import sys

from consentkit.audit.app import build_audit
from consentkit.errors import ConfigError, Problem
from consentkit.ledger.ledger import Ledger
from consentkit.settings import Settings


def run(settings: Settings, ledger: Ledger, port: int) -> None:
    """Serve until Ctrl+C. Raises ConfigError where the server is not installed."""
    try:
        import uvicorn
    except ImportError:
        remedy = 'Install it: pip install "consentkit[demo]"'
        problem = Problem("consentkit.E061", "audit", "uvicorn, which serves the pages, is not installed.", remedy)
        raise ConfigError("audit", [problem]) from None
    print(f"The auditor's pages are at http://127.0.0.1:{port}/ (Ctrl+C closes them).", file=sys.stderr)
    # A link's path holds its secret: paths go into no log.
    uvicorn.run(build_audit(settings, ledger), host="127.0.0.1", port=port, log_level="warning", access_log=False)
