"""Where a visitor is, by a database the site has got for itself: looked up, used for the rules, and kept nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentkit.errors import ConfigError
from consentkit.http import RequestHead
from consentkit.policy import Policy, load_policy, parse_policy
from consentkit.visitor.geo import locator
from consentkit.visitor.network import origin_of
from tests.geo import write_places

pytest.importorskip("maxminddb", reason="the extra geo is not installed")

PLACES = {
    "192.0.2.0/24": {"country": {"iso_code": "FR"}},
    "198.51.100.0/24": {"country": {"iso_code": "US"}, "subdivisions": [{"iso_code": "CA"}]},
    "203.0.113.0/24": {"country": {"iso_code": "<b>"}},
    "203.0.112.0/24": {"continent": {"code": "EU"}},
    "203.0.111.0/24": {"country": "FR", "subdivisions": "CA"},
    "2001:db8::/32": {"country": {"iso_code": "CA"}, "subdivisions": [{"iso_code": "QC"}]},
}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "places.mmdb"
    write_places(path, PLACES)
    return path


@pytest.mark.parametrize(
    ("client", "country"),
    [
        ("192.0.2.7", "FR"),
        ("::ffff:192.0.2.7", "FR"),
        ("198.51.100.1", "US-CA"),
        ("2001:db8::1", "CA-QC"),
        ("10.0.0.1", None),
        ("203.0.113.1", None),
        ("203.0.112.1", None),
        ("203.0.111.1", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_where_an_address_is(database: Path, client: str, country: str | None) -> None:
    """A visitor has the law of where the database says their address is; what it does not say is not guessed."""
    head = RequestHead("GET", "/", (), client=client)
    origin = origin_of(head, Policy(), locator(str(database)))
    assert (origin.country, origin.located) == (country, "database" if country else "")


def test_a_proxy_knows_better(database: Path) -> None:
    """Where a trusted proxy says the country, its word goes before the database's; of the visitor's address, else."""
    policy = parse_policy(
        {"trusted_proxies": ["10.0.0.0/8"], "jurisdiction": {"country_header": "cf-ipcountry"}}, "test"
    )
    sent = ((b"x-forwarded-for", b"192.0.2.7"), (b"cf-ipcountry", b"DE"))
    locate = locator(str(database))
    told = origin_of(RequestHead("GET", "/", sent, client="10.0.0.1"), policy, locate)
    untold = origin_of(RequestHead("GET", "/", sent[:1], client="10.0.0.1"), policy, locate)
    assert (told.country, told.located) == ("DE", "header")
    assert (untold.country, untold.located) == ("FR", "database")


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """A missing file, or one of another kind, stops the start with the setting's name: nobody thinks it is in use."""
    path = tmp_path / "places.mmdb"
    for content in (None, b"", b"x" * 500):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ConfigError, match=r"consentkit\.E103 jurisdiction\.database"):
            locator(str(path))


def test_the_file_is_found_from_the_policy(database: Path) -> None:
    """The database is named from where the policy stands, whatever folder the app is started in."""
    file = database.parent / "consent.toml"
    file.write_text('[jurisdiction]\ndatabase = "places.mmdb"\n')
    assert load_policy(file).jurisdiction.database == str(database)
