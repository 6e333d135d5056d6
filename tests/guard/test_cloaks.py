"""Trackers in the clothes of the site: held where the policy says so, and nothing of the site's own with them."""

from __future__ import annotations

import pytest

from consentkit.catalog import NEEDLES, cloaked_path
from consentkit.classification.classifier import Classifier
from consentkit.decision import Decision
from consentkit.guard.guard import Terms
from consentkit.guard.html import rewrite_whole
from consentkit.guard.suspects import Suspects
from consentkit.policy import Policy, parse_policy

HOST = "www.shop.example"
HELD = [
    "/matomo.js",
    "matomo/matomo.php?idsite=1",
    "../piwik.js",
    "/b/ss/suite/1/JS-2.0/s1?AQB=1",
    "/t/gtm.js?id=GTM-ABC",
    "/gtag/js?id=G-1",
    "/x/g/collect?v=2&tid=G-1",
    "/js/fbevents.js",
    "/js/plausible.outbound-links.js",
    "/cdn-cgi/zaraz/t",
    "/_vercel/insights/script.js",
    "/utag/main/prod/utag.js",
    "https://www.shop.example/munchkin.js",
    "https://smetrics.shop.example/id?d=1",
    "//sgtm.shop.example/x.js",
    "https://stats.shop.example/app.js",
]
SPARED = [
    "/app.js",
    "/blog/matomo.js.html",
    "/matomo",
    "/collect",
    "/collect?order=1",
    "/static/array.js.map",
    "/utag-guide.html",
    "/cdn-cgi/image/width=80/a.png",
    "/news/plausible-deniability",
    "https://static.shop.example/app.js",
    "https://images.shop.example/pixel.gif",
    "https://shop.example/metrics",
    "https://stats.other.example/app.js",
]


def terms(**told: object) -> Terms:
    return Terms(Classifier(parse_policy({"hold_cloaked": True, **told}, "test")), Decision(), HOST)


def page(url: str) -> bytes:
    return f'<!doctype html><title>t</title><p>text</p><script src="{url}"></script>'.encode()


def guarded(url: str, on: Terms) -> bytes:
    suspects = Suspects(on.classifier.lists, on.classifier.own_paths)
    return rewrite_whole(page(url), on.judge, on.judge_script, b"", suspects=suspects)


@pytest.mark.parametrize("url", HELD)
def test_cloaked_trackers_are_held(url: str) -> None:
    """A tracker served from the site's own name waits for consent, as it would on its vendor's."""
    assert b" data-ck=" in guarded(url, terms())


@pytest.mark.parametrize("url", SPARED)
def test_the_sites_own_paths_are_not(url: str) -> None:
    """No page, picture or program of the site is held because its address resembles a tracker's."""
    assert guarded(url, terms()) == page(url)


@pytest.mark.parametrize("url", HELD)
def test_unless_the_policy_asks_nothing_of_the_site_is_held(url: str) -> None:
    """An owner who has not asked for it finds what the site serves itself untouched, and pays nothing for looking."""
    off = Terms(Classifier(Policy()), Decision(), HOST)
    assert off.classifier.own_paths == ()
    assert guarded(url, off) == page(url)


def test_the_policy_goes_first() -> None:
    """An owner whose own Matomo needs no consent declares it, and it runs."""
    own = {"id": "own", "name": "Own", "category": "essential", "purpose": "Counts.", "hosts": [f"{HOST}/matomo.js"]}
    declared = terms(vendors=[own], controller={"name": "S", "contact": "s@shop.example"})
    for url in ("/matomo.js", f"https://{HOST}/matomo.js"):
        assert guarded(url, declared) == page(url)
    assert b" data-ck=" in guarded("/piwik.js", declared)


def test_every_cloak_is_looked_for() -> None:
    """No path that would be held escapes the quick look that comes first."""
    paths = [url for url in HELD if url.startswith("/") and not url.startswith("//")]
    assert all(cloaked_path(url) and any(needle in url for needle in NEEDLES) for url in paths)
