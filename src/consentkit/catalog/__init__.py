"""What the world knows: cookie names and tracker hosts met on other sites, each with the source that says so.

Knows nothing of this site's policy: what the owner declared comes first, and is looked up elsewhere.
"""

from __future__ import annotations

from consentkit.catalog.cookies import KnownCookie, find_cookie
from consentkit.catalog.trackers import KnownTracker, find_tracker, tracker_hosts

__all__ = ["KnownCookie", "KnownTracker", "find_cookie", "find_tracker", "tracker_hosts"]
