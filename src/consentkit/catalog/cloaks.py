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


# Scripts and pixels that keep their path wherever they are served from: the path, and what none of these is without.
_PATHS = (
    (r"(/[\w-]+)?/(matomo|piwik)\.(js|php)(\?.*)?", "matomo.", "analytics", "Matomo"),
    (r"(/[\w-]+)?/(matomo|piwik)\.(js|php)(\?.*)?", "piwik.", "analytics", "Matomo"),
    (r"/b/ss/[\w,.-]+/.*", "/b/ss/", "analytics", "Adobe"),
    (r"(/[\w-]+)*/gtm\.js\?id=GTM-.*", "gtm.js?", "marketing", "Google"),
    (r"(/[\w-]+)*/ns\.html\?id=GTM-.*", "ns.html?", "marketing", "Google"),
    (r"(/[\w-]+)*/gtag/js\?id=(AW|DC)-.*", "gtag/js?", "marketing", "Google"),
    (r"(/[\w-]+)*/gtag/js\?id=.*", "gtag/js?", "analytics", "Google"),
    (r"(/[\w-]+)*/[gjr]/collect\?.*", "/collect?", "analytics", "Google"),
    (r"(/[\w-]+)*/collect\?v=[12]&.*", "/collect?", "analytics", "Google"),
    (r"(/[\w-]+)*/fbevents\.js(\?.*)?", "fbevents.js", "marketing", "Meta"),
    (r"(/[\w-]+)*/plausible(\.[\w-]+)*\.js", "plausible", "analytics", "Plausible"),
    (r"/hit\.xiti.*", "hit.xiti", "analytics", "Piano"),
    (r"(/[\w-]+)*/com\.snowplowanalytics\.snowplow/.*", "snowplow/", "analytics", "Snowplow"),
    (r"(/[\w-]+)*/analytics\.js/v1/\w+/analytics\.min\.js", "analytics.js/v1/", "analytics", "Twilio Segment"),
    (r"(/[\w-]+)*/static/array\.js", "static/array.js", "analytics", "PostHog"),
    (r"/cdn-cgi/(rum|zaraz/).*", "cdn-cgi/", "analytics", "Cloudflare"),
    (r"/_vercel/(insights|speed-insights)/.*", "_vercel/", "analytics", "Vercel"),
    (r"/akam/\d+/.*", "akam/", "analytics", "Akamai"),
    (r"(/[\w-]+)*/utag(\.sync)?\.js", "utag.", "marketing", "Tealium"),
    (r"(/[\w-]+)*/munchkin\.js", "munchkin.js", "marketing", "Adobe"),
)
# One of these is in every cloaked path: for whoever looks at pages before reading them.
NEEDLES = tuple(dict.fromkeys(needle for _, needle, _, _ in _PATHS))
# How sites call the name that points to a vendor.
_LABELS = (
    (r"s?metrics?\d*|s?stats-?omni|omn?i?|omniture|somn?i|sc-?omni|[sn]omtrdc", "analytics", "Adobe"),
    (r"s?gtm\d*|ss-?gtm|gtm-?(server|ss)?|sst|tagging|tagmanager|gtag", "marketing", "Google"),
    (r"matomo|piwik", "analytics", "Matomo"),
    (r"plausible|umami|fathom|pirsch|posthog|snowplow|rudder", "analytics", ""),
    (r"analytics?\d*|s?stats?\d*|statisti(k|ken|cs|ques)|track(er|ing)?|pixel", "analytics", ""),
    (r"collect(or)?|telemetry", "analytics", ""),
    (r"beacon|counter|webstats?|hits?|rum|measure(ment)?|mesure|logger", "analytics", ""),
    (r"ads?\d*|ad-?serv(er|ing)?|adv|advert(s|ising)?|retargeting|affiliate", "marketing", ""),
)


def cloaked_path(path: str) -> Cloak | None:
    """The vendor whose script or pixel has this path, on whatever host."""
    for pattern, needle, category, vendor in _PATHS:
        if needle in path and re.fullmatch(pattern, path):
            return Cloak(category, vendor, pattern)
    return None


def cloaked_host(host: str) -> Cloak | None:
    """What a host of the site's own domain is by its first label, where that says it."""
    label = host.partition(".")[0]
    for pattern, category, vendor in _LABELS:
        if re.fullmatch(pattern, label):
            return Cloak(category, vendor, f"{label}.*")
    return None
