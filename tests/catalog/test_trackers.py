"""Which hosts are held, and which never."""

from __future__ import annotations

import pytest

from consentkit.catalog import find_tracker, tracker_hosts

TRACKERS = [
    ("www.google-analytics.com", "/analytics.js", "analytics"),
    ("region1.google-analytics.com", "/g/collect", "analytics"),
    ("www.googletagmanager.com", "/gtag/js", "analytics"),
    ("www.googletagmanager.com", "/gtag/js?id=G-ABC", "analytics"),
    ("www.googletagmanager.com", "/gtag/js?id=AW-123", "marketing"),
    ("www.googletagmanager.com", "/gtm.js?id=GTM-ABC", "marketing"),
    ("www.googletagmanager.com", "/ns.html", "marketing"),
    ("stats.g.doubleclick.net", "/", "marketing"),
    ("pagead2.googlesyndication.com", "/pagead/js/adsbygoogle.js", "marketing"),
    ("www.googleadservices.com", "/pagead/conversion.js", "marketing"),
    ("www.google.com", "/pagead/1p-user-list/1", "marketing"),
    ("www.google.co.uk", "/ads/ga-audiences", "marketing"),
    ("www.google.de", "/maps/embed?pb=1", "functional"),
    ("maps.google.com", "/?output=embed", "functional"),
    ("maps.googleapis.com", "/maps/api/js", "functional"),
    ("static.hotjar.com", "/c/hotjar-1.js", "analytics"),
    ("script.hotjar.com", "/modules.js", "analytics"),
    ("www.facebook.com", "/tr?id=1&ev=PageView", "marketing"),
    ("www.facebook.com", "/plugins/like.php", "marketing"),
    ("connect.facebook.net", "/en_US/fbevents.js", "marketing"),
    ("chimpstatic.com", "/mcjs-connected/js", "marketing"),
    ("example.us1.list-manage.com", "/subscribe", "marketing"),
    ("webforms.pipedrive.com", "/f/loader", "marketing"),
    ("leadbooster-chat.pipedrive.com", "/assets/loader.js", "marketing"),
    ("bat.bing.com", "/bat.js", "marketing"),
    ("www.clarity.ms", "/tag/x", "analytics"),
    ("snap.licdn.com", "/li.lms-analytics/insight.min.js", "marketing"),
    ("px.ads.linkedin.com", "/collect", "marketing"),
    ("analytics.tiktok.com", "/i18n/pixel/events.js", "marketing"),
    ("static.ads-twitter.com", "/uwt.js", "marketing"),
    ("platform.twitter.com", "/widgets.js", "marketing"),
    ("js.hs-scripts.com", "/1.js", "marketing"),
    ("cdn.segment.com", "/analytics.js/v1/x/analytics.min.js", "analytics"),
    ("www.youtube.com", "/embed/x", "marketing"),
    ("www.youtube.com", "/iframe_api", "marketing"),
    ("www.youtube-nocookie.com", "/embed/x", "marketing"),
    ("player.vimeo.com", "/video/1", "functional"),
    ("open.spotify.com", "/embed/track/1", "marketing"),
    ("www.instagram.com", "/embed.js", "marketing"),
    ("www.tiktok.com", "/embed.js", "marketing"),
    ("s.pinimg.com", "/ct/core.js", "marketing"),
    ("ct.pinterest.com", "/v3/", "marketing"),
    ("www.redditstatic.com", "/ads/pixel.js", "marketing"),
    ("widget.intercom.io", "/widget/x", "functional"),
    ("static.criteo.net", "/js/ld/ld.js", "marketing"),
    ("ib.adnxs.com", "/seg", "marketing"),
    ("sb.scorecardresearch.com", "/beacon.js", "marketing"),
    ("js.stripe.com", "/v3/", "essential"),
    ("www.paypal.com", "/sdk/js", "essential"),
    ("www.google.com", "/recaptcha/api.js", "essential"),
    ("www.gstatic.com", "/recaptcha/releases/x.js", "essential"),
    ("js.hcaptcha.com", "/1/api.js", "essential"),
    ("challenges.cloudflare.com", "/turnstile/v0/api.js", "essential"),
    ("consent.cookiebot.com", "/uc.js", "essential"),
]

NO_TRACKERS = [
    ("google.com", "/"),
    ("www.google.com", "/search?q=x"),
    ("www.google.de", "/"),
    ("docs.google.com", "/viewer"),
    ("evil-google-analytics.com", "/"),
    ("google-analytics.com.evil.example", "/"),
    ("notfacebook.com", "/tr"),
    ("www.facebook.com", "/"),
    ("www.facebook.com", "/travel"),
    ("www.facebook.com", "/track"),
    ("scontent.fbcdn.net", "/x.jpg"),
    ("www.youtube.com", "/watch?v=x"),
    ("www.youtube.com", "/embedded-things"),
    ("i.ytimg.com", "/vi/x/hq.jpg"),
    ("twitter.com", "/someone"),
    ("x.com", "/someone"),
    ("www.linkedin.com", "/in/someone"),
    ("www.reddit.com", "/r/python"),
    ("www.bing.com", "/search"),
    ("www.pinterest.com", "/someone"),
    ("www.amazon.de", "/dp/1"),
    ("www.microsoft.com", "/"),
    ("www.apple.com", "/"),
    ("github.com", "/"),
    ("raw.githubusercontent.com", "/x"),
    ("en.wikipedia.org", "/wiki/Cookie"),
    ("vimeo.com", "/1"),
    ("cdn.jsdelivr.net", "/npm/x"),
    ("unpkg.com", "/x"),
    ("cdnjs.cloudflare.com", "/ajax/libs/x"),
    ("ajax.googleapis.com", "/ajax/libs/jquery/3.7.1/jquery.min.js"),
    ("fonts.googleapis.com", "/css2"),
    ("fonts.gstatic.com", "/s/x.woff2"),
    ("code.jquery.com", "/jquery.js"),
    ("use.typekit.net", "/x.css"),
    ("d111111abcdef8.cloudfront.net", "/x.js"),
    ("someone.github.io", "/"),
    ("someone.wordpress.com", "/"),
    ("cdn.shopify.com", "/s/files/x.js"),
    ("i0.wp.com", "/x.jpg"),
    ("i.pinimg.com", "/x.jpg"),
    ("s.pinimg.com", "/x.css"),
    ("open.spotify.com", "/track/1"),
    ("example.org", "/"),
    ("localhost", "/"),
    ("", "/"),
]


@pytest.mark.parametrize(("host", "path", "category"), TRACKERS)
def test_known_trackers(host: str, path: str, category: str) -> None:
    """A visitor who refused a category is not shown to the trackers that belong to it."""
    tracker = find_tracker(host, path)
    assert tracker is not None
    assert tracker.category == category


@pytest.mark.parametrize(("host", "path"), NO_TRACKERS)
def test_no_trackers(host: str, path: str) -> None:
    """A site owner's fonts, libraries, pictures and embedded destinations are not held."""
    assert find_tracker(host, path) is None


def test_root_dot() -> None:
    """A tracker does not escape by spelling its name out to the root."""
    assert find_tracker("www.google-analytics.com.") == find_tracker("www.google-analytics.com")


def test_path_defaults_to_the_host() -> None:
    """A caller who knows no path gets the verdict for the host as a whole."""
    assert find_tracker("doubleclick.net") is not None
    assert find_tracker("facebook.com") is None


def test_hosts_are_a_sound_early_out() -> None:
    """A page none of whose hosts is listed can be passed through unread: nothing in it would have been found."""
    listed = tracker_hosts()
    for host, path, _ in TRACKERS:
        parents = {host.split(".", n)[n] for n in range(host.count("."))}
        assert find_tracker(host, path) is not None
        assert not listed.isdisjoint(parents), host
    assert "example.org" not in listed


def test_findings_name_their_row() -> None:
    """An auditor can trace a finding to the row and the source that says so."""
    tracker = find_tracker("stats.g.doubleclick.net")
    assert tracker == ("doubleclick.net", "Google", "marketing", "consentkit", "/")
