"""What is known about a cookie by its name."""

from __future__ import annotations

import pytest

from consentkit.catalog import find_cookie

COOKIES = [
    ("_ga", "analytics"),
    ("_ga_ABC123", "analytics"),
    ("_gid", "analytics"),
    ("_gat", "analytics"),
    ("_gat_UA-1234-5", "analytics"),
    ("_hjSessionUser_123", "analytics"),
    ("_hjAnythingNew", "analytics"),
    ("_clck", "analytics"),
    ("_pk_id.1.1fff", "analytics"),
    ("mp_abc_mixpanel", "analytics"),
    ("ph_phc_x_posthog", "analytics"),
    ("_gcl_au", "marketing"),
    ("_gac_UA-1", "marketing"),
    ("_fbp", "marketing"),
    ("_fbc", "marketing"),
    ("fr", "marketing"),
    ("IDE", "marketing"),
    ("MUID", "marketing"),
    ("_uetsid", "marketing"),
    ("_uetvid", "marketing"),
    ("YSC", "marketing"),
    ("VISITOR_INFO1_LIVE", "marketing"),
    ("test_cookie", "marketing"),
    ("__Secure-YEC", "marketing"),
    ("li_fat_id", "marketing"),
    ("sessionid", "essential"),
    ("csrftoken", "essential"),
    ("messages", "essential"),
    ("django_language", "functional"),
    ("session", "essential"),
    ("fastapiusersauth", "essential"),
    ("XSRF-TOKEN", "essential"),
    ("laravel_session", "essential"),
    ("PHPSESSID", "essential"),
    ("JSESSIONID", "essential"),
    ("ASP.NET_SessionId", "essential"),
    ("ASPSESSIONIDABCD", "essential"),
    ("connect.sid", "essential"),
    ("next-auth.session-token", "essential"),
    ("authjs.csrf-token", "essential"),
    ("wordpress_logged_in_abc", "essential"),
    ("AWSALB", "essential"),
    ("AWSALBCORS", "essential"),
    ("BIGipServerpool", "essential"),
    ("__cf_bm", "essential"),
    ("cf_clearance", "essential"),
    ("incap_ses_1_2", "essential"),
    ("CookieConsent", "essential"),
    ("OptanonConsent", "essential"),
    ("euconsent-v2", "essential"),
    ("__stripe_mid", "essential"),
    ("sb-project-auth-token", "essential"),
]


@pytest.mark.parametrize(("name", "category"), COOKIES)
def test_known_cookies(name: str, category: str) -> None:
    """A site owner need not classify the cookies everybody has, and no login is taken for a tracker."""
    cookie = find_cookie(name)
    assert cookie is not None
    assert cookie.category == category


@pytest.mark.parametrize("name", ["", "x", "my_own_cookie", "_gb", "ga", "_GA", "mp_mixpanel", "id", "uid", "lang"])
def test_unknown_cookies(name: str) -> None:
    """A name that any site may choose for its own purposes is not judged by what one vendor does with it."""
    assert find_cookie(name) is None


@pytest.mark.parametrize("prefix", ["__Host-", "__Secure-", "__Http-", "__Host-Http-"])
def test_standard_prefixes(prefix: str) -> None:
    """A site owner who hardens the login cookie with a standard prefix does not lose it."""
    assert find_cookie(prefix + "sessionid") == find_cookie("sessionid")


def test_the_longest_pattern_wins() -> None:
    """A visitor reads the retention of the very cookie, not that of its family, where both are listed."""
    exact, family = find_cookie("_uetsid"), find_cookie("_uetmsdns")
    assert exact is not None
    assert family is not None
    assert (exact.name, exact.retention) == ("_uetsid", "1 day")
    assert family.name == "_uet*"


def test_findings_carry_what_a_declaration_needs() -> None:
    """A visitor can be told whose cookie it is and how long it stays."""
    assert find_cookie("_ga_ABC") == ("_ga_*", "analytics", "Google", "2 years", "consentkit", "measurement")
