"""What a cookie or URL most likely is: ever weaker reasons, each named, and none of them careless."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit import classify, classify_url
from consentkit.catalog.cloaks import cloaked_path
from consentkit.catalog.vendors import parse_vendors
from consentkit.classification.learned import Traits, guess
from consentkit.classification.learned.features import features
from consentkit.classification.learned.model import ESSENTIAL_FROM, decided
from consentkit.classification.traits import described, parse_attributes, parse_domain, parse_retention
from consentkit.errors import ConfigError
from consentkit.policy import Policy

LIST = """
["Example Analytics"]
hosts.measurement = "example.net metrics.shop.example"
cookies.measurement = "_exa_*=13mo uid@example.net"
"""


@pytest.mark.parametrize(
    ("name", "told", "category", "reason"),
    [
        ("_ga_AB12CD34", {}, "analytics", "catalogued"),
        ("uid", {"domain": "criteo.com"}, "marketing", "tracker's own"),
        ("anything", {"domain": ".ads.doubleclick.net"}, "marketing", "tracker's own"),
        ("session", {"domain": "doubleclick.net"}, "marketing", "tracker's own"),
        ("__cf_bm", {"domain": "adnxs.com"}, "essential", "catalogued"),
        ("OptanonConsent", {"domain": "hotjar.com"}, "essential", "catalogued"),
        ("session", {"domain": "shop.example", "site": "www.shop.example"}, "essential", "catalogued"),
        ("sessionid", {"domain": "www.hotjar.com", "site": "hotjar.com"}, "essential", "catalogued"),
        ("criteo_thing", {}, "marketing", "catalogued"),
        ("shop_lang", {}, "functional", "convention"),
        ("MyCookieConsent", {}, "essential", "convention"),
        ("initial_utm_term", {}, "marketing", "convention"),
        ("", {}, None, "unknown"),
    ],
)
def test_cascade(name: str, told: dict[str, str], category: str | None, reason: str) -> None:
    """The strongest reason answers, and is named; on a tracker's domain only what keeps a site standing is harmless."""
    found = classify(name, **told)
    assert (found.category, found.reason) == (category, reason)


@pytest.mark.parametrize(
    ("name", "domain", "category"),
    [
        ("SOCS", "google.com", "essential"),  # the visitor's choice
        ("AEC", "google.com", "essential"),  # against forged requests
        ("et_oi_v2", "", "essential"),  # etracker's record of consent
        ("ga-disable-G-1", "", "essential"),
        ("ServerPool", "", "essential"),
        ("WMF-Last-Access", "", "analytics"),
        ("i00", "ioam.de", "analytics"),
        ("auth_token", "", "essential"),  # X's on its own domain alone
        ("auth_token", "twitter.com", "marketing"),
        ("TASession", "", "essential"),
    ],
)
def test_what_collections_get_wrong(name: str, domain: str, category: str) -> None:
    """A choice, a login and the way to a server are held from nobody; what counts visitors is called that."""
    assert classify(name, domain=domain).category == category


def test_policy_first(tmp_path: Path) -> None:
    """The owner's word goes before lists of their own, and those before the catalogue; a list may name one domain's."""
    (tmp_path / "mine.toml").write_text(LIST + '["Ours"]\ncookies.session = "_ga _exa_own"\n', encoding="utf-8")
    (tmp_path / "consent.toml").write_text(
        'catalog = ["mine.toml"]\n[[cookies]]\nname = "_exa_own"\ncategory = "functional"\npurpose = "p"\n'
        'retention = "1 day"\n[controller]\nname = "S"\ncontact = "x"\n',
        encoding="utf-8",
    )
    policy = tmp_path / "consent.toml"
    assert classify("_exa_own", policy=policy)[:3] == ("functional", "", "declared")
    assert classify("_exa_1", policy=policy)[:4] == ("analytics", "Example Analytics", "listed", "mine.toml")
    assert classify("_ga", policy=policy).category == "essential"
    assert classify("uid", domain="example.net", policy=policy).reason == "listed"
    assert classify_url("https://metrics.shop.example/x", site="shop.example", policy=policy).reason == "listed"


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("_ga_<container-id>", "_ga_*"),
        ("_gat_UA-XXXXXX-X", "_gat*"),
        ("intercom-id-[app]", "intercom-*"),
        ("wp-settings-{user}", "wp-settings-*"),
        ("AMCV_###@AdobeOrg", "AMCV_*"),
        ("mp_<project token>_mixpanel", "mp_*_mixpanel"),
        ("wordpress_logged_in_*", "wordpress_logged_in_*"),
        ("AWSALB...", "AWSALB*"),
        (" _fbp\u00a0", "_fbp"),
        ("“_fbp”", "_fbp"),
        ("**_fbp**", "_fbp"),
        ("phpsessid", "PHPSESSID"),
        ("_ga, _gid", "_ga"),
        ("zq_unheard<br>_gid", "_gid"),
        ("Google Analytics (_ga)", "_ga"),
    ],
)
def test_names_as_tables_write_them(cell: str, rule: str) -> None:
    """A published table's stand-ins, quotation marks, case and several names in a cell hide no cookie that is known."""
    assert (classify(cell).reason, classify(cell).rule) == ("catalogued", rule)


@pytest.mark.parametrize(
    "name", ["sessel", "AUTH_TOKEN", "external_media", "electronics-cart", "octopus", "ostrich", "u_turn"]
)
def test_no_strangers_pattern(name: str) -> None:
    """A site's own cookie is not taken for a vendor's because its name begins like one, or in another case is one."""
    assert not classify(name).vendor


def test_a_name_as_it_stands_goes_first() -> None:
    """What a browser sends is no table: nothing is read into a name that is known."""
    assert classify("_ga").rule == "_ga"
    assert classify("_hjSession_7").rule == "_hjSession_*"
    assert classify("[" * 5000 + "_ga").reason != "catalogued"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('["A"]\nhosts.nonsense = "a.example"\n', "there is no use 'nonsense'"),
        ('["A"]\ncookies.session = "a;b"\n', "'a;b' is not a cookie"),
        ('["A"]\ncookies.session = "*"\n', "'*' is not a cookie"),
        ('["A"]\nhosts.session = "com"\n', "'com' is not a host"),
        ('["A"]\ncolour = "red"\n', "there is no key 'colour'"),
        ("a = 1\n", "a table is expected"),
        ("[", "Expected"),
    ],
)
def test_broken_lists(text: str, said: str, tmp_path: Path) -> None:
    """A list that cannot be read stops the start, and says where and why."""
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"consentkit\.E043") as error:
        classify("x", policy={"catalog": [str(tmp_path / "mine.toml")]})
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("url", "site", "category", "reason"),
    [
        ("https://www.google.com/recaptcha/api.js", "", "essential", "catalogued"),
        ("https://www.google.com/pagead/x", "", "marketing", "catalogued"),
        ("https://shop.example/matomo.js", "shop.example", "analytics", "cloaked"),
        ("https://smetrics.shop.example/x", "www.shop.example", "analytics", "cloaked"),
        ("https://adserver.other.example/x", "www.shop.co.uk", "marketing", "learned"),
        ("https://gtm.shop.example/gtm.js?id=GTM-X", "www.shop.example", "marketing", "cloaked"),
        ("https://shop.example/metrics", "shop.example", "essential", "first party"),
        ("https://cdn.jsdelivr.net/npm/x", "shop.example", "functional", "no tracker"),
        ("/x.js", "", "essential", "first party"),
    ],
)
def test_urls(url: str, site: str, category: str | None, reason: str) -> None:
    """What one host does for several ends is told by its path, and a tracker in the site's own clothes is seen."""
    found = classify_url(url, site=site)
    assert (found.category, found.reason) == (category, reason)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://www.google.com/recaptcha/api.js", "google.com/recaptcha"),
        ("https://www.google.de/maps/embed?pb=1", "google.com/maps"),
        ("https://stats.g.doubleclick.net/r/collect", "doubleclick.net"),
    ],
)
def test_the_line_that_decided(url: str, rule: str) -> None:
    """An auditor reads which line of the list decided of a URL, with its path, and what such a thing is for."""
    found = classify_url(url)
    assert found.rule == rule
    assert found.purpose


def test_cloaks_are_whole_paths() -> None:
    """A page about trackers is not one."""
    assert cloaked_path("/blog/matomo.js.html") is None
    assert cloaked_path("/stats/matomo.php?idsite=1") is not None


def test_the_model_is_careful() -> None:
    """A tracker practically never passes as essential: the model says so only where it is sure, and nearly alone."""
    assert decided([0.9, 0.06, 0.02, 0.02]).category == "essential"
    assert decided([ESSENTIAL_FROM - 0.01, 0.2, 0.03, 0.02]).category == "functional"
    assert decided([0.78, 0.01, 0.11, 0.1]).category != "essential"
    assert decided([0.4, 0.05, 0.25, 0.3]).category == "marketing"


@pytest.mark.parametrize("name", ["3PSID", "shop_cart", "NID"])
def test_a_promise_to_browsers_is_no_purpose(name: str) -> None:
    """A tracker does not look safer to the model for being called "__Secure-": that tells how it travels."""
    traits = Traits(lifetime=63072000, party="first")
    for prefix in ("__Secure-", "__Host-"):
        assert [*features(prefix + name, traits)] == [*features(name, traits)]


def test_values_are_looked_at_for_their_shape() -> None:
    """The same cookie with a value of the same shape gets the same answer, whatever the value says."""
    one, other = (guess("zq", Traits(value=value)) for value in ("de", "fr"))
    assert one == other
    assert guess("zq", Traits(value="de")) != guess("zq", Traits(value="GA1.2.3.1700000000"))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("session", 0),
        ("Session cookie (until the browser is closed)", 0),
        ("13 months", 13 * 2592000),
        ("2 Years", 2 * 31536000),
        ("30min", 1800),
        ("1 Jahr", 31536000),
        ("between 1 day and 2 weeks", 1209600),
        ("persistent", 315360000),
        ("", None),
        ("varies", None),
    ],
)
def test_retention(text: str, seconds: int | None) -> None:
    """A retention is understood as site owners write it; of several times the longest counts."""
    assert parse_retention(text) == seconds


def test_attributes_and_domains() -> None:
    """Attributes are read from a header, a table or a browser's export; a domain from whatever is called one."""
    assert parse_attributes("HttpOnly; Secure; SameSite=None") == (True, True, "none")
    assert parse_attributes("http only, samesite: lax") == (True, False, "lax")
    assert parse_attributes("") == (False, False, "")
    assert parse_domain(".www.example.com") == "www.example.com"
    assert parse_domain("https://example.com/x") == "example.com"
    assert parse_domain("Google LLC") == ""


@given(st.text(max_size=40), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.text(max_size=300))
def test_anything(name: str, domain: str, retention: str, attributes: str, value: str) -> None:
    """Whatever a stranger calls a cookie, there is an answer."""
    assert described(domain, retention, attributes, value)
    found = classify(name, domain=domain, retention=retention, attributes=attributes, value=value)
    assert 0 <= found.confidence <= 1
    assert classify_url("https://" + domain + "/" + name)


def test_the_document() -> None:
    """What the page on classification shows in Python and TOML is true."""
    page = (Path(__file__).parents[1] / "docs" / "classification.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(python|toml)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    programs, (lists, vendors, cloaks) = ([code for kind, code in blocks if kind == it] for it in ("python", "toml"))
    exec("".join(programs), {})  # its assertions are the test
    assert Policy.model_validate(tomllib.loads(lists)).catalog == ("vendors.toml",)
    assert len(parse_vendors(tomllib.loads(vendors)).cookies) == 3
    Policy.model_validate(tomllib.loads(cloaks))


def test_importing_stays_light() -> None:
    """Whoever asks nothing reads no table, and whoever names no policy does not wait for what reads and stores one."""
    code = (
        "import sys; opened = []\n"
        "sys.addaudithook(lambda event, args: event == 'open' and opened.append(str(args[0])))\n"
        "import consentkit; assert 'consentkit.classification.cascade' not in sys.modules\n"
        "consentkit.classify; assert not [p for p in opened if p.endswith('.tsv')]\n"
        "consentkit.classify('_ga'); assert not [p for p in opened if 'model.tsv' in p]\n"
        "consentkit.classify('zq_unheard', domain='a.example', site='b.example')\n"
        "consentkit.classify_url('https://c.example/x.js', site='b.example')\n"
        "heavy = {'pydantic', 'sqlalchemy', 'sqlmodel', 'jinja2', 'cryptography', 'tomllib'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
