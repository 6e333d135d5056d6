"""The limit on choices: per network and minute, in bounded memory."""

from __future__ import annotations

import pytest

from consentkit.limit import PER_MINUTE, RateLimit


def test_a_network_has_its_share() -> None:
    """A household may choose as often as people do, and no oftener; its neighbours do not notice."""
    limit = RateLimit()
    assert all(limit.allows("192.0.2.0/24", 60.0 + n / 10) for n in range(PER_MINUTE))
    assert not limit.allows("192.0.2.0/24", 119.9)
    assert limit.allows("198.51.100.0/24", 119.9)


def test_a_new_minute() -> None:
    """Whoever was refused may choose again within a minute."""
    limit = RateLimit(1)
    assert limit.allows("a", 59.9)
    assert not limit.allows("a", 59.99)
    assert limit.allows("a", 60.0)


def test_bounded() -> None:
    """A crowd of invented networks fills no memory; known ones keep their own count, new ones share one."""
    limit = RateLimit(2)
    assert limit.allows("known", 0)
    for number in range(20_000):
        limit.allows(f"network {number}", 0)
    assert len(limit._counts) <= 10_001
    assert limit.allows("known", 0)
    assert not limit.allows("known", 0)
    assert not limit.allows("late", 0)


def test_the_owner_hears_of_it(caplog: pytest.LogCaptureFixture) -> None:
    """An owner whose visitors all seem to come from one network is told once a minute what to set, and no address."""
    limit = RateLimit(1)
    for _ in range(5):
        limit.allows("192.0.2.0/24", 0)
    (message,) = caplog.messages
    assert "trusted_proxies" in message
    assert "192.0.2" not in message
