"""What other consent tools left in their cookies. Values in, values out: no policy, no request, no ledger."""

from consentkit.foreign.readers import READERS, read
from consentkit.foreign.said import Said

__all__ = ["READERS", "Said", "read"]
