"""Trackers in the clothes of the site: on a name of its own that points to a vendor (CNAME), or handed on by it.

Knows paths and the first label of a host; not whose host it is, nor the policy, whose word goes first.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Cloak(NamedTuple):
    """What hides, and under which rule."""

    category: str
    vendor: str
    rule: str


# Scripts and pixels that keep their path wherever they are served from.
_PATHS = tuple(
    (re.compile(pattern), category, vendor)
    for pattern, category, vendor in (
        (r"(/[\w-]+)?/(matomo|piwik)\.(js|php)(\?.*)?", "analytics", "Matomo"),
        (r"/b/ss/[\w,.-]+/.*", "analytics", "Adobe"),
        (r"(/[\w-]+)*/gtm\.js\?id=GTM-.*", "marketing", "Google"),
        (r"(/[\w-]+)*/ns\.html\?id=GTM-.*", "marketing", "Google"),
        (r"(/[\w-]+)*/gtag/js\?id=(AW|DC)-.*", "marketing", "Google"),
        (r"(/[\w-]+)*/gtag/js\?id=.*", "analytics", "Google"),
        (r"(/[\w-]+)*/[gjr]/collect\?.*", "analytics", "Google"),
        (r"(/[\w-]+)*/collect\?v=[12]&.*", "analytics", "Google"),
        (r"(/[\w-]+)*/fbevents\.js(\?.*)?", "marketing", "Meta"),
        (r"(/[\w-]+)*/plausible(\.[\w-]+)*\.js", "analytics", "Plausible"),
        (r"/hit\.xiti.*", "analytics", "Piano"),
        (r"(/[\w-]+)*/com\.snowplowanalytics\.snowplow/.*", "analytics", "Snowplow"),
        (r"(/[\w-]+)*/analytics\.js/v1/\w+/analytics\.min\.js", "analytics", "Twilio Segment"),
        (r"(/[\w-]+)*/static/array\.js", "analytics", "PostHog"),
        (r"/cdn-cgi/(rum|zaraz/).*", "analytics", "Cloudflare"),
        (r"/_vercel/(insights|speed-insights)/.*", "analytics", "Vercel"),
        (r"/akam/\d+/.*", "analytics", "Akamai"),
        (r"(/[\w-]+)*/utag(\.sync)?\.js", "marketing", "Tealium"),
        (r"(/[\w-]+)*/munchkin\.js", "marketing", "Adobe"),
    )
)
# How sites call the name that points to a vendor.
_LABELS = tuple(
    (re.compile(pattern), category, vendor)
    for pattern, category, vendor in (
        (r"s?metrics?\d*|s?stats-?omni|omn?i?|omniture|somn?i|sc-?omni|[sn]omtrdc", "analytics", "Adobe"),
        (r"s?gtm\d*|ss-?gtm|gtm-?(server|ss)?|sst|tagging|tagmanager|gtag", "marketing", "Google"),
        (r"matomo|piwik", "analytics", "Matomo"),
        (r"plausible|umami|fathom|pirsch|posthog|snowplow|rudder", "analytics", ""),
        (r"analytics?\d*|s?stats?\d*|statisti(k|ken|cs|ques)|track(er|ing)?|pixel", "analytics", ""),
        (r"collect(or)?|telemetry", "analytics", ""),
        (r"beacon|counter|webstats?|hits?|rum|measure(ment)?|mesure|logger", "analytics", ""),
        (r"ads?\d*|ad-?serv(er|ing)?|adv|advert(s|ising)?|retargeting|affiliate", "marketing", ""),
    )
)  # fmt: skip


def cloaked_path(path: str) -> Cloak | None:
    """The vendor whose script or pixel has this path, on whatever host."""
    for pattern, category, vendor in _PATHS:
        if pattern.fullmatch(path):
            return Cloak(category, vendor, pattern.pattern)
    return None


def cloaked_host(host: str) -> Cloak | None:
    """What a host of the site's own domain is by its first label, where that says it."""
    label = host.partition(".")[0]
    for pattern, category, vendor in _LABELS:
        if pattern.fullmatch(label):
            return Cloak(category, vendor, f"{label}.*")
    return None
