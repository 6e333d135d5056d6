"""Pages for auditors: who has a grant looks at a site's ledger, and every look is an entry of it.

app.mount("/audit", build_audit(load_settings(policy="consent.toml")))
"""

from consentkit.audit.app import build_audit

__all__ = ["build_audit"]
