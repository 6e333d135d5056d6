"""Who is at the other end: through which proxies a request came, and what may be believed of it.

Knows a request head and the networks whose word counts. Without a trusted proxy in front, forwarded headers are noise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from consentkit.http import RequestHead
from consentkit.policy import Policy
from consentkit.policy.jurisdiction import Jurisdiction

# As much of an address as is counted against abuse: a household or office, never a person (in memory only).
_COUNTED_BITS = {4: 24, 6: 48}
# Of addresses as they are written; an IPv6 one may name an interface. Longer ones are none.
_LONGEST_ADDRESS = 64
_REMEMBERED = 1024


class Origin(NamedTuple):
    """Where a request came from and what it was for: `host` as the visitor typed it, with its port.

    `country` may be a part of one ("US-CA"); `located` says by what it is known: "header", "database", or "".
    """

    scheme: str
    host: str
    client: str
    country: str | None
    located: str = ""

    @property
    def network(self) -> str:
        """As much of the client's address as is counted against abuse; "" where there is no address."""
        address = _address(self.client)
        if address is None:
            return ""
        bits = _COUNTED_BITS[address.version]
        rest = address.max_prefixlen - bits
        return f"{type(address)(int(address) >> rest << rest)}/{bits}"


# The country of an address ("US", "US-CA"), in memory only; None where it is not known.
Locate = Callable[[str], str | None]


def origin_of(head: RequestHead, policy: Policy, locate: Locate | None = None) -> Origin:
    """The origin of a request, through the proxies that the policy trusts; their word goes before a database's."""
    scheme, host, country, client = head.scheme, head.text(b"host"), None, head.client
    if policy.trusted_proxies and _within(client, policy.trusted_proxies):
        scheme = _last(head.text(b"x-forwarded-proto")) or scheme
        host = _last(head.text(b"x-forwarded-host")) or host
        client = _first_stranger(head.text(b"x-forwarded-for"), policy.trusted_proxies) or client
        country = _told(head, policy.jurisdiction)
    located = "header" if country else ""
    if country is None and locate and (address := _address(client)) and (country := locate(str(address))):
        located = "database"
    return Origin("https" if scheme in ("https", "wss") else "http", host.strip().lower(), client, country, located)


def same_origin(head: RequestHead, origin: Origin) -> bool | None:
    """Whether our own page sent this request; None where the browser did not say.

    Fetch Metadata speaks first: a page of ours without referrer sends `Origin: null`, and is vouched for by it.
    """
    site = head.header(b"sec-fetch-site")
    if site in (b"same-origin", b"same-site", b"cross-site"):
        return site == b"same-origin"
    sent = head.header(b"origin")
    if sent is None:
        return None
    try:
        return urlsplit(sent.decode("latin-1")).netloc.lower() == origin.host != ""
    except ValueError:
        return False


def _address(client: str) -> IPv4Address | IPv6Address | None:
    """The address in a text. A socket for both kinds writes IPv4 ones as "::ffff:192.0.2.1" (RFC 4291 §2.5.5.2)."""
    return _parsed(client) if len(client) <= _LONGEST_ADDRESS else None


# A proxy says the same of itself with every request, and a visitor comes back: parsing takes as long as a seal.
@lru_cache(maxsize=_REMEMBERED)
def _parsed(client: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(client)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _within(client: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    address = _address(client)
    return address is not None and any(address in network for network in networks)


def _last(value: str) -> str:
    """The word of the nearest proxy: the last one in the list."""
    return value.rpartition(",")[2].strip().lower()


def _first_stranger(forwarded: str, networks: Sequence[IPv4Network | IPv6Network]) -> str:
    """The last address in X-Forwarded-For that is not a trusted proxy's: those before it are hearsay."""
    for address in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not _within(address, networks):
            return address
    return ""


def _told(head: RequestHead, jurisdiction: Jurisdiction) -> str | None:
    """Where a trusted proxy says that the visitor is: the country, and the part of it where that is told as well."""
    name, part = jurisdiction.country_header, jurisdiction.region_header
    country = _country(_said_once(head, name)) if name else None
    if country is None or part is None:
        return country
    return place_code(country, _said_once(head, part))


def _said_once(head: RequestHead, name: str) -> str:
    """A header's text; "" where it was sent twice: one of the two may be the visitor's own, and nobody knows which."""
    values = [value for key, value in head.headers if key == name.encode("ascii")]
    return values[0].decode("latin-1") if len(values) == 1 else ""


def place_code(country: str, region: str) -> str:
    """The code of a part of a country (ISO 3166-2), from "CA" or "US-CA"; the country's where that is no such code."""
    code = region.strip().upper().removeprefix(f"{country}-")
    known = 1 <= len(code) <= 3 and code.isascii() and code.isalnum()
    return f"{country}-{code}" if known else country


def _country(value: str) -> str | None:
    code = value.strip().upper()
    known = len(code) == 2 and code.isascii() and code.isalpha() and code not in ("XX", "T1")  # CDNs' "unknown", Tor
    return code if known else None
