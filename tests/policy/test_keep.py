"""What a law keeps, and whose choices follow an account: as the policy says it."""

from __future__ import annotations

from typing import Any

import pytest

from consentkit.errors import ConfigError
from consentkit.policy import fingerprint, parse_policy


@pytest.mark.parametrize("period", ["4 years", "session"])
def test_not_longer_than_anything(period: str) -> None:
    """Nothing can be kept by law for longer than all is kept, nor for no time at all."""
    with pytest.raises(ConfigError, match=r"consentkit\.E096 keep\.period"):
        parse_policy({"retention": "3 years", "keep": {"period": period, "reason": "A law."}}, "test")


@pytest.mark.parametrize(
    "wrong",
    [{"keep": {"period": "1 year"}}, {"keep": {"period": "x", "reason": "y"}}, {"accounts": {"merge": "both"}}],
)
def test_said_whole(wrong: dict[str, Any]) -> None:
    """Whoever keeps records says why and for how long; whoever merges choices, by which of the rules that there are."""
    with pytest.raises(ConfigError):
        parse_policy(wrong, "test")


def test_told_to_visitors() -> None:
    """Both are part of what visitors are told; a site that has neither is what it was."""
    plain = fingerprint(parse_policy({}, "test"))
    assert fingerprint(parse_policy({"accounts": {}}, "test")) != plain
    assert fingerprint(parse_policy({"keep": {"period": "1 year", "reason": "A law."}}, "test")) != plain
