"""Who is led away before a page, and why: to fetch a choice that was made elsewhere, or to have one fetched.

Knows an Exchange and its kit; not what becomes of a choice (`arriving`). Trusted for: only somebody who goes to a page,
in a tab of its own, is ever led away, from a page that is theirs alone; and nobody twice for one page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from consentkit import cookie as cookies
from consentkit.cookie import Attributes
from consentkit.crossing.errand import (
    LIFE_SECONDS,
    LONGEST_PATH,
    Errand,
    Stage,
    format_errand,
    new_errand,
    parse_errand,
)
from consentkit.errors import SealError
from consentkit.foreign.adopting import to_adopt
from consentkit.http import Header, Reply, RequestHead, local_path, parse_cookies, parse_query
from consentkit.replies import led
from consentkit.visitor.device import is_bot

if TYPE_CHECKING:
    from consentkit.exchange import Exchange

PAGE = "arrive"
# In the address of a page: this browser was seen to keep no cookies, and is not led away again.
MARK = "ck_asked"
# From where a visitor comes anew (Fetch Metadata): within a site they were met already.
_ARRIVING = (b"cross-site", b"same-site", b"none")


def is_due(exchange: Exchange) -> bool:
    """Whether this visitor is to be led away first."""
    head, crossing = exchange.head, exchange.kit.crossing
    if exchange.left_alone or not _goes_to_a_page(head) or is_bot(head.text(b"user-agent")) or exchange.is_minor:
        return False
    # Who is on an errand and shows up here got lost on the way; who is back has been asked for.
    if errand_of(exchange) is not None or not page_of(exchange) or MARK in parse_query(head.query):
        return False
    site = crossing.site(exchange.origin)
    return bool(site and not crossing.keeps(site)) or to_adopt(exchange) is not None


def lead_away(exchange: Exchange, path: str = "") -> Reply:
    """The first leg: to a page of ours on the same host, which sees whether this browser keeps cookies."""
    path = path or page_of(exchange)
    line = errand_line(exchange, new_errand(Stage.ASKING, int(exchange.now), path))
    return led(_first_leg(exchange, path), line)


def telling(exchange: Exchange, path: str) -> tuple[str, Header] | None:
    """Where a browser goes after a choice, to have it fetched by the site that keeps it; None where nobody has to."""
    crossing = exchange.kit.crossing
    site = crossing.site(exchange.origin)
    if not site or crossing.keeps(site) or exchange.is_minor or len(path) > LONGEST_PATH:
        return None
    return _first_leg(exchange, path), errand_line(exchange, new_errand(Stage.TELLING, int(exchange.now), path))


def address(exchange: Exchange, at: str = "", /, **query: str) -> str:
    """The address of our page for this, at another site or here."""
    said = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    return f"{at}{exchange.head.root_path}{exchange.kit.policy.prefix}/{PAGE}" + (f"?{said}" if said else "")


def marked(path: str) -> str:
    """A page's address with the mark in it."""
    page, number, place = path.partition("#")
    return f"{page}{'&' if '?' in page else '?'}{MARK}={number}{place}"


def page_of(exchange: Exchange) -> str:
    """The address of the page that is asked for, to come back to; "" for one that is too long to be carried."""
    here = local_path(exchange.showing.here) or ""
    return here if len(here) <= LONGEST_PATH else ""


def errand_of(exchange: Exchange) -> Errand | None:
    """The errand that this browser is on."""
    name = _attributes(exchange).prefix + cookies.ERRAND_NAME
    values = [value for key, value in parse_cookies(exchange.head) if key == name]
    if len(values) != 1:
        return None
    try:
        return parse_errand(exchange.kit.crossing.errands, values[0], int(exchange.now))
    except SealError:
        return None


def errand_line(exchange: Exchange, errand: Errand) -> Header:
    """The line by which a browser keeps an errand."""
    value = format_errand(exchange.kit.crossing.errands, errand)
    attributes = _attributes(exchange)
    return b"set-cookie", cookies.set_line(cookies.ERRAND_NAME, value, LIFE_SECONDS, attributes, http_only=True)


def ended_line(exchange: Exchange) -> Header:
    """The line by which it forgets it."""
    return b"set-cookie", cookies.drop_line(cookies.ERRAND_NAME, _attributes(exchange))


def is_back(exchange: Exchange) -> bool:
    """Whether this is the page that its visitor has come back to: from then on they may be led away again."""
    errand = errand_of(exchange) if exchange.kit.crossing.is_open else None
    return errand is not None and errand.stage is Stage.BACK


def _first_leg(exchange: Exchange, path: str) -> str:
    return address(exchange, back=path)


def _attributes(exchange: Exchange) -> Attributes:
    """An errand is one host's own, whatever domain our other cookies are for."""
    return exchange.attributes._replace(domain=None)


def _goes_to_a_page(head: RequestHead) -> bool:
    """Whether a person's browser goes to a page in a tab, from elsewhere (Fetch Metadata §2). Browsers that do not say
    so are not led away."""
    return (
        head.method == "GET"
        and head.header(b"sec-fetch-dest") == b"document"
        and head.header(b"sec-fetch-mode") == b"navigate"
        and head.header(b"sec-fetch-site") in _ARRIVING
        and b"text/html" in (head.header(b"accept") or b"")
        and head.header(b"sec-purpose") is None
        and head.header(b"purpose") is None
    )
