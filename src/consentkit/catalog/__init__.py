"""What the world knows: cookie names and tracker hosts met on other sites, each with the source that says so.

Knows nothing of this site's policy: what the owner declared comes first, and is looked up elsewhere.
"""

from __future__ import annotations

from consentkit.catalog.cloaks import NEEDLES, Cloak, cloaked_host, cloaked_path
from consentkit.catalog.common import common_cookies, common_trackers
from consentkit.catalog.cookies import KnownCookie, Names, bare_name, find_cookie, find_whatever_case
from consentkit.catalog.domains import registrable
from consentkit.catalog.hints import find_hint
from consentkit.catalog.makers import Maker, find_maker
from consentkit.catalog.trackers import KnownTracker, find_rule, find_tracker, tracker_hosts, trackers_of, tracks
from consentkit.catalog.uses import GENERAL, Use, uses

__all__ = [
    "GENERAL",
    "NEEDLES",
    "Cloak",
    "KnownCookie",
    "KnownTracker",
    "Maker",
    "Names",
    "Use",
    "bare_name",
    "cloaked_host",
    "cloaked_path",
    "common_cookies",
    "common_trackers",
    "find_cookie",
    "find_hint",
    "find_maker",
    "find_rule",
    "find_tracker",
    "find_whatever_case",
    "registrable",
    "tracker_hosts",
    "trackers_of",
    "tracks",
    "uses",
]
