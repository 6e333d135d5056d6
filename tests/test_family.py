"""Names that differ only in an id are one line of a policy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.classification.family import family_of


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("_ga", "_ga"),
        ("_ga_G12AB34", "_ga_*"),
        ("ph_phc_x1_posthog", "ph_*"),
        ("wordpress_logged_in_0f1e2d", "wordpress_logged_in_*"),
        ("visit-123", "visit-*"),
        ("seen.7", "seen.*"),
        ("poll_8f3b2a1c9d", "poll_*"),
        ("poll_8F3B2A1C9D", "poll_*"),
        ("quiz_aB3dE5fG", "quiz_*"),
        ("draft_7f9c24e8-3b12-4f9a-8d77-0e4b6a5f9c31", "draft_*"),
        ("theme", "theme"),
        ("my_theme2024", "my_theme2024"),
        ("utm_source2", "utm_source2"),
        ("product_compare", "product_compare"),
        ("_1234567", "_1234567"),
        ("1234567", "1234567"),
        ("a b_123", "a b_*"),
    ],
)
def test_families(name: str, family: str) -> None:
    """An id becomes a star; a name that says something stays what it is."""
    assert family_of(name) == family


@given(st.text(max_size=128))
def test_a_family_covers_its_members(name: str) -> None:
    """A line that declares a family declares every name in it."""
    family = family_of(name)
    assert family == name or name.startswith(family.removesuffix("*"))
