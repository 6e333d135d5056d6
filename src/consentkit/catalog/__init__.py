"""What the world knows: cookie names and tracker hosts met on other sites, each with the source that says so.

Knows nothing of this site's policy: what the owner declared comes first, and is looked up elsewhere.
"""

from __future__ import annotations

from consentkit.catalog.common import common_cookies, common_trackers
from consentkit.catalog.cookies import KnownCookie, bare_name, find_cookie
from consentkit.catalog.trackers import KnownTracker, find_tracker, tracker_hosts, tracks

__all__ = [
    "KnownCookie",
    "KnownTracker",
    "bare_name",
    "common_cookies",
    "common_trackers",
    "find_cookie",
    "find_tracker",
    "tracker_hosts",
    "tracks",
]
