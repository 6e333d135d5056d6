"""What visitors write counts when several networks write it, and cannot fill the memory."""

from __future__ import annotations

from consentkit.sightings.hearsay import SEVERAL, Hearsay


def networks(count: int) -> list[str]:
    return [f"192.0.{number}.0/24" for number in range(count)]


def test_several_networks() -> None:
    """A word counts once several networks used it, however often each does."""
    hearsay = Hearsay()
    answers = [hearsay.believes("_ga", network) for network in networks(30) for _ in range(5)]
    assert not any(answers[: 5 * (SEVERAL - 1)])
    assert answers[-1]


def test_one_network() -> None:
    """One visitor can say it a thousand times, and one without an address as well."""
    hearsay = Hearsay()
    assert not any(hearsay.believes("_ga", network) for network in ["192.0.2.0/24", ""] * 1000)


def test_one_network_fills_nothing() -> None:
    """One network that makes up words leaves room for those of all others."""
    hearsay = Hearsay()
    for number in range(10_000):
        hearsay.believes(f"made-up-{number}", "203.0.113.0/24")
    assert len(hearsay._heard) <= 32
    assert any(hearsay.believes("_ga", network) for network in networks(30))


def test_bounded() -> None:
    """Many networks together cannot fill the memory either; another day there is room again."""
    hearsay = Hearsay()
    for network in networks(255):
        for number in range(100):
            hearsay.believes(f"{network}-{number}", network)
    assert len(hearsay._heard) <= 2048
    hearsay.new_day()
    assert any(hearsay.believes("_ga", network) for network in networks(30))


def test_no_address_is_kept() -> None:
    """Nothing in memory tells which network said what."""
    hearsay = Hearsay()
    hearsay.believes("_ga", "192.0.2.0/24")
    assert "192" not in repr(vars(hearsay))
