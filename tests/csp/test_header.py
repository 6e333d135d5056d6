"""The header: for which responses, for whom, beside what the app sends."""

from __future__ import annotations

import pytest

from consentkit.decision import EVERYTHING, Decision
from consentkit.guard.csp import REPORTING, Csp
from consentkit.http import RequestHead, ResponseHead
from consentkit.policy import parse_policy
from consentkit.policy.checks import LONGEST_CSP

from .sample import POLICY, directives, policy_with

HTML = ((b"content-type", b"text/html"),)
NOBODY, ALL = Decision(ask=False), Decision(granted=EVERYTHING, ask=False)
ENFORCED, REPORTED = b"content-security-policy", b"content-security-policy-report-only"


def asking(destination: bytes = b"document", accept: bytes = b"text/html") -> RequestHead:
    return RequestHead("GET", "/", ((b"sec-fetch-dest", destination), (b"accept", accept)))


def sent(
    csp: Csp, decision: Decision | None, kind: str = "document", root: str = "", head: ResponseHead | None = None
) -> str:
    answer = csp.restrict(kind, head or ResponseHead(200, HTML), decision, root)  # type: ignore[arg-type]
    return answer.headers[-1][1].decode("ascii")


@pytest.mark.parametrize(
    ("destination", "content_type", "kind"),
    [
        (b"document", b"text/html", "document"),
        (b"document", b"text/html; charset=utf-16", "document"),
        (b"iframe", b"application/xhtml+xml", "document"),
        (b"document", b"image/svg+xml", "document"),
        (b"image", b"image/svg+xml", None),
        (b"empty", b"application/json", None),
        (b"script", b"text/javascript", None),
        (b"worker", b"text/javascript", "worker"),
        (b"sharedworker", b"text/javascript", "worker"),
        (b"serviceworker", b"application/javascript", "worker"),
    ],
)
def test_which_responses(destination: bytes, content_type: bytes, kind: str | None) -> None:
    """A page, a picture opened as a page and a worker's script are governed; what a page merely fetches is not."""
    head = ResponseHead(200, ((b"content-type", content_type),))
    assert Csp(policy_with()).governs(asking(destination), head) == kind
    assert Csp(policy_with(mode="off")).governs(asking(destination), head) is None


def test_a_page_that_cannot_be_read() -> None:
    """A page in a coding nobody here can read goes out unread, and all the more under a policy."""
    head = ResponseHead(200, (*HTML, (b"content-encoding", b"br")))
    assert Csp(policy_with()).governs(asking(), head) == "document"


def test_a_second_line() -> None:
    """The app's own policy stays, byte for byte and in its place; ours is one line more."""
    own = (b"content-security-policy", b"script-src 'nonce-abc' 'strict-dynamic'")
    answer = Csp(policy_with()).restrict("document", ResponseHead(200, (*HTML, own)), NOBODY)
    assert answer.headers[:2] == (*HTML, own)
    assert [name for name, _ in answer.headers] == [b"content-type", ENFORCED, ENFORCED]


def test_learning_stops_nothing() -> None:
    """While an owner learns, browsers are asked to report, and to stop nothing."""
    answer = Csp(policy_with(mode="learn")).restrict("document", ResponseHead(200, HTML), NOBODY, "/shop")
    ((name, value),) = answer.headers[1:]
    assert name == REPORTED
    assert directives(value.decode())["report-uri"] == ["/shop/_privacy/report"]


def test_by_decision() -> None:
    """What a visitor allowed is in their header, and what they did not is not."""
    csp = Csp(policy_with())
    assert "ads.test" not in sent(csp, NOBODY)
    assert "ads.test" in sent(csp, ALL)
    assert "count.test" in sent(csp, Decision(vendors=frozenset({"count"})))
    assert "pay.test" in sent(csp, NOBODY)


def test_for_everybody() -> None:
    """A page for everybody is open to whoever any reader may have allowed; a worker that caches keep is not."""
    csp = Csp(policy_with())
    assert directives(sent(csp, None)) == {k: v for k, v in directives(sent(csp, ALL)).items() if k != "report-uri"}
    assert "ads.test" not in sent(csp, None, "worker")


def test_few_pages_report() -> None:
    """In earnest, one page in sixteen asks its browser for reports, and a page that caches keep never does."""
    csp = Csp(policy_with())
    asked = ["report-uri" in sent(csp, NOBODY) for _ in range(2 * REPORTING)]
    assert asked.count(True) == 2
    assert asked[0]
    assert not any("report-uri" in sent(csp, None) for _ in range(2 * REPORTING))


@pytest.mark.parametrize("root", ["/a;script-src *", "/a, default-src *", "/\r\nX: y", "/é", "/a b"])
def test_a_mount_point_is_no_way_in(root: str) -> None:
    """Whatever a server says of where it is mounted, the header stays one line, of our directives."""
    text = sent(Csp(policy_with(mode="learn")), NOBODY, root=root)
    assert set(directives(text)) == {"default-src", "report-uri"}
    assert len(directives(text)["report-uri"]) == 1
    assert text.isprintable()
    assert "," not in text


def test_bounded() -> None:
    """The widest header of any policy that loads fits where proxies have room for a line; memory is bounded too."""
    vendors = [{**POLICY["vendors"][3], "id": f"v{n}", "hosts": [f"{n}.some-vendor.test"]} for n in range(77)]
    policy = parse_policy({**POLICY, "vendors": vendors, "csp": {"mode": "enforce"}}, "test")
    csp = Csp(policy)
    assert LONGEST_CSP - 500 < len(sent(csp, ALL)) < LONGEST_CSP
    for n in range(2000):
        sent(csp, Decision(vendors=frozenset({f"v{n % 78}", f"v{n % 31}"})))
    assert len(csp._memo) <= 512
