"""The parts of a way between sites: what is carried is read as it was written, and as nothing else."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.cookie import Attributes
from consentkit.crossing.errand import BACK_SECONDS, LIFE_SECONDS, Errand, Stage, format_errand, parse_errand
from consentkit.crossing.reach import Reach, fault_of
from consentkit.crossing.takeover import take_over
from consentkit.crossing.ticket import LIFE_SECONDS as TICKET_SECONDS
from consentkit.crossing.ticket import LONGEST_TC, NOBODY, Ticket, format_ticket, parse_ticket
from consentkit.decision import Choice, ChoiceKind, Standing
from consentkit.errors import SealError
from consentkit.exchange import Exchange
from consentkit.http import RequestHead
from consentkit.keeping import remember
from consentkit.kit import ConsentKit
from consentkit.ledger.store import Store
from consentkit.ledger.tickets import Tickets
from consentkit.leftovers import leftovers
from consentkit.policy import Edition
from consentkit.seal import Sealer
from consentkit.settings import load_settings
from consentkit.testing import scratch

NOW = 1_800_000_000
SEALER = Sealer(["a-secret-for-the-tests"], "ticket", "shop")
ALL = frozenset({"functional", "analytics", "marketing"})
EDITION = Edition("ab" * 32, {"analytics": {"counter": frozenset()}}, ("ads", "counter"), frozenset({"One Ltd"}))
YES = Standing(NOBODY, Choice(ChoiceKind.ACCEPT_ALL, ALL), EDITION.short, NOW)
NO = Standing(NOBODY, Choice(ChoiceKind.WITHDRAW), EDITION.short, NOW)
OWN = replace(YES, visitor="1" * 32, time=NOW - 9)


def editions(short: str) -> Edition | None:
    return EDITION if short == EDITION.short else None


@given(
    st.sampled_from(ChoiceKind),
    st.frozensets(st.sampled_from(sorted(ALL))),
    st.frozensets(st.sampled_from(EDITION.vendors)),
    st.integers(0, 2**32 - 1),
    st.booleans(),
    st.booleans(),
    st.text("ABC-_.", max_size=LONGEST_TC),
)
def test_tickets_read_as_written(
    kind: ChoiceKind, categories: frozenset[str], vendors: frozenset[str], time: int, told: bool, lent: bool, tc: str
) -> None:
    """Any choice arrives as it was sent, with its TC string, and a ticket with none says so."""
    standing = Standing(NOBODY, Choice(kind, categories, vendors), EDITION.short, time, gpc_told=told, lent=lent)
    for ticket in (
        Ticket("0f" * 16, "https://two.test", NOW, *said) for said in ((standing, tc), (standing,), (None,))
    ):
        value = format_ticket(SEALER, ticket, EDITION.vendors)
        assert parse_ticket(SEALER, value, "https://two.test", NOW + TICKET_SECONDS, editions) == ticket


def test_no_server_refuses_a_ticket() -> None:
    """An address stays shorter than servers take (4094 letters): a TC string that is too long stays at home."""
    for length, carried in ((LONGEST_TC, LONGEST_TC), (LONGEST_TC + 1, 0)):
        value = format_ticket(SEALER, Ticket("0f" * 16, "https://two.test", NOW, YES, "A" * length), EDITION.vendors)
        assert len(value) < 3000
        assert len(parse_ticket(SEALER, value, "https://two.test", NOW, editions).tc) == carried


def test_tickets_are_for_one_site_and_one_minute() -> None:
    """A ticket for another site, from too long ago, for another purpose, or changed, is none."""
    value = format_ticket(SEALER, Ticket("0f" * 16, "https://two.test", NOW, YES), ())
    other = Sealer(["a-secret-for-the-tests"], "cookie", "shop")
    cases = [
        (SEALER, value, "https://one.test", NOW),
        (SEALER, value, "http://two.test", NOW),
        (SEALER, value, "https://two.test", NOW + TICKET_SECONDS + 1),
        (SEALER, value, "https://two.test", NOW - TICKET_SECONDS - 1),
        (other, value, "https://two.test", NOW),
        (SEALER, value[:-1], "https://two.test", NOW),
        (SEALER, SEALER.seal(b"\x01" + bytes(20)), "https://two.test", NOW),
        (SEALER, SEALER.seal(b"\x02" + bytes(40)), "https://two.test", NOW),
        (SEALER, "", "https://two.test", NOW),
    ]
    for sealer, text, audience, now in cases:
        with pytest.raises(SealError):
            parse_ticket(sealer, text, audience, now, editions)


def test_errands() -> None:
    """A browser's errand is read as it was written until it has taken too long: an hour; once back, a minute."""
    for stage, life in ((Stage.ASKING, LIFE_SECONDS), (Stage.TELLING, LIFE_SECONDS), (Stage.BACK, BACK_SECONDS)):
        errand = Errand(stage, NOW, "0f" * 16, "/a?b=%C3%A9")
        value = format_errand(SEALER, errand)
        assert parse_errand(SEALER, value, NOW + life) == errand
        for text, now in ((value, NOW + life + 1), (value[:-2], NOW), (SEALER.seal(b"\x01\x09" + bytes(20)), NOW)):
            with pytest.raises(SealError):
                parse_errand(SEALER, text, now)


ONLY = frozenset({"analytics"})


@pytest.mark.parametrize(
    ("own", "theirs", "edition", "controller", "stands"),
    [
        (None, YES, EDITION, "One Ltd", YES),
        (OWN, NO, EDITION, "One Ltd", NO),
        (OWN, replace(YES, time=OWN.time - 1), EDITION, "One Ltd", None),
        (None, YES, EDITION, "Two Ltd", None),
        (None, YES, None, "One Ltd", None),
        (None, YES, EDITION, "", None),
        (None, NO, None, "Two Ltd", NO),
        (None, replace(YES, lent=True), EDITION, "One Ltd", None),
        (OWN, YES, EDITION, "Two Ltd", None),
        (
            OWN,
            replace(YES, choice=Choice(ChoiceKind.CUSTOM, ONLY)),
            None,
            "Two Ltd",
            replace(OWN, choice=Choice(ChoiceKind.CUSTOM, ONLY), time=NOW),
        ),
        (OWN, NO, None, "Two Ltd", replace(OWN, choice=Choice(ChoiceKind.REFUSE_ALL), time=NOW)),
        (
            replace(OWN, lent=True),
            NO,
            EDITION,
            "One Ltd",
            replace(OWN, lent=True, choice=Choice(ChoiceKind.REFUSE_ALL), time=NOW),
        ),
        (replace(OWN, time=NOW), NO, EDITION, "One Ltd", replace(OWN, choice=Choice(ChoiceKind.REFUSE_ALL), time=NOW)),
        (replace(NO, visitor="1" * 32), YES, EDITION, "One Ltd", None),
    ],
)
def test_what_counts_here(
    own: Standing | None, theirs: Standing, edition: Edition | None, controller: str, stands: Standing | None
) -> None:
    """The later choice stands; a yes for whom its notice named, a no for everybody."""
    assert take_over(own, theirs, edition, controller) == stands


def test_once(tmp_path: Path) -> None:
    """Of all processes that are shown a ticket one takes it, and what that left is gone when it is worth nothing."""
    one, other = (Tickets(Store(f"sqlite:///{tmp_path / 'ledger.db'}", "shop")) for _ in range(2))
    assert one.redeem("a", NOW, NOW + 60)
    assert not other.redeem("a", NOW + 59, NOW + 119)
    assert other.redeem("b", NOW + 61, NOW + 121)
    with one._store.transaction() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM ck_tickets").scalar() == 1


def greet(listening: socket.socket) -> None:
    with listening.accept()[0] as caller:
        caller.sendall(b"SSH-2.0-x\r\n")


def test_unreachable(caplog: pytest.LogCaptureFixture) -> None:
    """A site that refuses, or answers with something else, does not answer, and its owner reads why; it is looked at
    again after a minute."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://keeper.localhost:{closed.getsockname()[1]}/up"
    assert fault_of(url).startswith("ConnectionRefusedError: ")
    assert fault_of(f"http://{'k' * 64}.test/").startswith("UnicodeError: ")
    with socket.create_server(("127.0.0.1", 0)) as other:
        greeting = Thread(target=greet, args=[other])
        greeting.start()
        assert fault_of(f"http://127.0.0.1:{other.getsockname()[1]}/up").startswith("BadStatusLine: ")
        greeting.join()
    reach = Reach()
    assert not reach.answers(url, NOW)
    assert "does not answer (ConnectionRefusedError: " in caplog.text
    looked = reach._looked
    assert not reach.answers("http://nowhere.invalid/", NOW + 59)
    assert reach._looked == looked


def test_leftovers() -> None:
    """A cookie of ours is dropped wherever it would not be set today, and never where it is."""
    names, host = ("ck",), "www.shop.test"

    def places(sent: str, domain: str | None, *, secure: bool = True) -> list[str]:
        lines = leftovers(names, {sent}, Attributes(domain, secure), host)
        found = [line.decode() for _, line in lines]
        assert all("Max-Age=0" in line for line in found)
        return [line.partition("=")[0] + line.partition("; Domain=")[2].partition(";")[0] for line in found]

    assert places("ck", None) == ["ck", "ckwww.shop.test", "ckshop.test"]
    assert places("__Host-ck", None) == []
    assert places("__Host-ck", "shop.test") == ["__Host-ck"]
    assert places("ck", "shop.test") == ["ck", "ckwww.shop.test"]
    assert places("ck", None, secure=False) == ["ckwww.shop.test", "ckshop.test"]
    assert places("other", None) == []


def kit_of(**policy: Any) -> ConsentKit:
    declared = {"site": {"id": "shop"}, "controller": {"name": "One Ltd", "contact": "privacy@one.test"}, **policy}
    return ConsentKit(load_settings(declared, **scratch()))


def request(kit: ConsentKit, *cookies: str) -> Exchange:
    lines = {"host": "www.shop.test", "accept": "text/html", "cookie": "; ".join(cookies)}
    lines |= {"sec-fetch-dest": "document", "sec-fetch-mode": "navigate", "sec-fetch-site": "none"}
    headers = tuple((name.encode(), value.encode()) for name, value in lines.items())
    return kit.exchange(RequestHead("GET", "/a", headers, scheme="https"))


def test_on_https() -> None:
    """On https an errand is bound to its host, whatever domain our cookies are for: no subdomain can plant one."""
    origins = ["https://www.shop.test", "https://keep.shop.test"]
    kit = kit_of(domains={"origin": origins[1], "sites": origins}, cookie_domain="shop.test")
    exchange = request(kit)
    assert exchange.is_ours
    headers = dict(exchange.reply().headers)
    name, _, rest = headers[b"set-cookie"].decode().partition("=")
    assert name == "__Host-ck_h"
    assert rest.endswith("; Path=/; SameSite=Lax; Secure; HttpOnly")
    assert headers[b"cache-control"] == b"private, no-store"
    kit.close()


def test_from_before_there_was_a_domain() -> None:
    """Who had chosen before the policy named a domain has chosen still; that cookie goes with the next choice."""
    kit = kit_of(cookie_domain="shop.test")
    standing = replace(OWN, policy=kit.shelf.current.short, time=int(kit._clock()))
    value = kit.standing_cookie.format(standing, kit.shelf.current)
    exchange = request(kit, f"__Host-ck={value}")
    assert exchange.standing == standing
    lines = [line for _, line in remember(exchange, standing, exchange.decision, kit.shelf.current)]
    assert lines[0].startswith(b"__Host-ck=; Max-Age=0;")
    assert lines[-2].startswith(b"ck=")
    planted = request(kit_of(), f"ck={value}")
    assert planted.standing is None
    kit.close()
