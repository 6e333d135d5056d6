"""What browsers report, and what anybody may write in their name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.errors import ReportError
from consentkit.sightings.reports import LONGEST_BODY, Violation, host_in, parse_report

OLD, NEW = b"application/csp-report", b"application/reports+json; charset=utf-8"


def old(**report: Any) -> bytes:
    return json.dumps({"csp-report": report}).encode()


def new(*bodies: Any, kind: str = "csp-violation") -> bytes:
    return json.dumps([{"type": kind, "age": 1, "body": body} for body in bodies]).encode()


def test_both_formats() -> None:
    """Older and newer browsers say in two ways which host was stopped, for what."""
    expected = [Violation("script-src", "t.test")]
    report = {"blocked-uri": "https://T.test:443/x.js?id=5", "document-uri": "https://shop.test/secret"}
    assert parse_report(old(**report, **{"effective-directive": "script-src-elem"}), OLD) == expected
    assert parse_report(old(**report, **{"violated-directive": "script-src 'self' a.test"}), OLD) == expected
    assert (
        parse_report(new({"blockedURL": "https://t.test/x.js", "effectiveDirective": "script-src-elem"}), NEW)
        == expected
    )


def test_several_in_one() -> None:
    """A browser may send what it has gathered: each violation counts once, other kinds of reports do not."""
    body = {"blockedURL": "wss://t.test", "effectiveDirective": "connect-src"}
    other = {"blockedURL": "https://u.test/", "effectiveDirective": "img-src"}
    found = parse_report(new(body, body, other), NEW)
    assert found == [Violation("connect-src", "t.test"), Violation("img-src", "u.test")]
    assert parse_report(new(body, kind="deprecation"), NEW) == []


@pytest.mark.parametrize(
    "url", ["inline", "eval", "data", "blob", "", "self", "about:blank", "chrome-extension://abc/x", "https://", "https:///x",
            "https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://a_b/", "https://a..test/", "https://-a.test/",
            "https://a.test\n.evil/", "https://a.test\\x", "https://user@a.test/", "https://\u0131.test/", "https://a.test:x/",
            "https://" + "a." * 200 + "test/", "https://a.1/", "javascript://a.test/", "https://a.tést/"]
)  # fmt: skip
def test_what_is_no_host(url: str) -> None:
    """What names no host of the web, or only nearly, is no news to the owner."""
    assert host_in(url) is None
    assert parse_report(old(**{"blocked-uri": url, "effective-directive": "img-src"}), OLD) == []


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://pay.test:8443/x", "pay.test:8443"),
        ("wss://pay.test:9000", "pay.test:9000"),
        ("https://pay.test:443/", "pay.test"),
        ("http://pay.test:80", "pay.test"),
        ("//pay.test.:08443?q", "pay.test:8443"),
        ("https://pay.test:0/", None),
        ("https://pay.test:70000/", None),
        (f"https://{'a.' * 124}test:8443/", None),
    ],
)
def test_port(url: str, host: str | None) -> None:
    """A host asked at a port of its own is named with it: a policy that names the host alone would stop it."""
    assert host_in(url) == host


@pytest.mark.parametrize(
    "directive", ["form-action", "frame-ancestors", "x", "", "img-src; script-src", "IMG-SRC", None, 5, {}]
)
def test_what_is_no_directive(directive: Any) -> None:
    """A kind of fetch that no policy of ours tells apart is none."""
    assert parse_report(old(**{"blocked-uri": "https://t.test/", "effective-directive": directive}), OLD) == []


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (413, b" " * (LONGEST_BODY + 1), OLD),
        (415, old(), b"application/json"),
        (415, old(), None),
        (400, b"", OLD),
        (400, b"\xff", OLD),
        (400, b"[" * 15_000, NEW),
    ],
)
def test_refused(status: int, body: bytes, kind: bytes | None) -> None:
    """What is no report is refused with a reason, and read no further."""
    with pytest.raises(ReportError) as caught:
        parse_report(body, kind)
    assert caught.value.status == status


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.text()
    | st.sampled_from(["csp-violation", "https://t.test/", "img-src"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["csp-report", "type", "body", "blocked-uri", "blockedURL", "effectiveDirective"])
            | st.text(),
            inner,
        )
    ),
    max_leaves=20,
)


@given(_JSON, st.sampled_from([OLD, NEW]))
def test_any_json(value: Any, kind: bytes) -> None:
    """Whatever JSON somebody writes, it is read without harm, and yields hosts and directives or nothing."""
    for violation in parse_report(json.dumps(value).encode(), kind):
        assert host_in(f"//{violation.host}/") == violation.host
