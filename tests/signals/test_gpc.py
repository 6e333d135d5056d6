"""Global Privacy Control: exactly "1" is a signal; nothing else is, and nothing takes it back."""

from __future__ import annotations

import json
from datetime import date

import pytest

from consentkit.signals.gpc import sends_gpc, support_resource


@pytest.mark.parametrize(
    ("values", "on"),
    [
        ([b"1"], True),
        ([b" 1\t"], True),
        ([b"0", b"1"], True),
        ([b"1", b"0"], True),
        ([], False),
        ([b""], False),
        ([b"0"], False),
        ([b"true"], False),
        ([b"11"], False),
        ([b"1, 1"], False),
        ([b"?1"], False),
    ],
)
def test_signal(values: list[bytes], on: bool) -> None:
    """A browser that asks not to be sold is heard; one that says anything else has not asked."""
    assert sends_gpc(tuple((b"sec-gpc", value) for value in values)) is on


def test_other_headers_are_no_signal() -> None:
    """Do Not Track is another thing, and not this one."""
    assert not sends_gpc(((b"dnt", b"1"), (b"x-sec-gpc", b"1")))


def test_support_resource() -> None:
    """A site that honours the signal says so where the specification has it looked for."""
    assert json.loads(support_resource(date(2026, 2, 3))) == {"gpc": True, "lastUpdate": "2026-02-03"}
