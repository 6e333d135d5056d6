"""Whether the page's own Content-Security-Policy lets a script run that we write into the page."""

from __future__ import annotations

import pytest

from consentkit.guard.nonce import lets_inline, script_nonce
from consentkit.http import ResponseHead


@pytest.mark.parametrize(
    ("policies", "lets"),
    [
        ((), True),
        (("img-src 'self'; upgrade-insecure-requests",), True),
        (("script-src 'self' 'nonce-one'",), True),
        (("script-src 'self' 'UNSAFE-inline'",), True),
        (("default-src 'self'; script-src 'unsafe-inline'",), True),
        (("SCRIPT-SRC 'unsafe-inline'; script-src 'self'",), True),
        (("script-src 'self'",), False),
        (("default-src 'self'",), False),
        (("script-src 'none'",), False),
        (("script-src",), False),
        (("default-src 'unsafe-inline'; script-src 'self'",), False),
        (("script-src 'unsafe-inline'; script-src-elem 'self'",), False),
        (("script-src 'unsafe-inline' 'sha256-AAAA'",), False),
        (("script-src 'unsafe-inline' 'strict-dynamic'",), False),
        (("script-src 'nonce-one'", "script-src 'nonce-two'"), False),
        (("script-src 'nonce-one', default-src 'self'",), False),
        (("script-src 'nonce-one'", "style-src 'self'"), True),
    ],
)
def test_all_policies_must_let_it_run(policies: tuple[str, ...], lets: bool) -> None:
    """Where any policy of a page would stop our script, the page gets a file of ours instead."""
    head = ResponseHead(200, tuple((b"content-security-policy", policy.encode()) for policy in policies))
    assert lets_inline(head, script_nonce(head)) is lets


def test_what_only_reports_stops_nothing() -> None:
    """A policy that a site merely tries out changes nothing of what its pages get."""
    assert lets_inline(ResponseHead(200, ((b"content-security-policy-report-only", b"script-src 'none'"),)), "")
