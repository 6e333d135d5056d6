"""What the figures give away: nothing of a few people, also to whoever subtracts."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from consentkit.audit.disclosure import columns_of, fold, shares

COUNTS = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.dictionaries(
        st.sampled_from(["accept_all", "refuse_all", "custom", "withdraw"]), st.integers(0, 12), min_size=1
    ),
    min_size=1,
)


def totals(counts: dict[str, dict[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for by in counts.values():
        for choice, times in by.items():
            sums[choice] = sums.get(choice, 0) + times
    return sums


@given(COUNTS, st.integers(2, 6))
def test_no_shown_count_is_small(counts: dict[str, dict[str, int]], threshold: int) -> None:
    """Every cell that is shown, every sum, and every difference to the whole is nothing or at least the threshold."""
    columns = columns_of(totals(counts), threshold)
    table = fold(counts, columns, threshold)
    shown = [*table.rows.values(), *([table.others] if table.others is not None else [])]
    assert all(cell == 0 or cell >= threshold for row in [*shown, table.total] for cell in row)
    whole = tuple(sum(totals(counts).get(choice, 0) for choice in column) for column in columns)
    assert not columns or whole == table.total
    folded = counts.keys() - table.rows.keys()
    assert len(folded) != 1 or not columns
    left = tuple(
        total - sum(column) for total, column in zip(table.total, zip(*table.rows.values(), strict=True), strict=False)
    )
    assert all(cell == 0 or cell >= threshold for cell in left)


@given(st.dictionaries(st.sampled_from(["accept_all", "refuse_all", "custom", "withdraw"]), st.integers(0, 12)))
@example({"accept_all": 3, "custom": 3, "withdraw": 4})
def test_columns(counts: dict[str, int]) -> None:
    """Choices too rare to be shown are shown together with another; none is lost but where all are too few."""
    columns = columns_of(counts, 5)
    sums = [sum(counts[choice] for choice in column) for column in columns]
    assert all(times >= 5 for times in sums)
    assert sum(sums) == (sum(counts.values()) if columns else 0)
    assert bool(columns) == (sum(counts.values()) >= 5)


def test_what_is_large_stands_alone() -> None:
    """Where every count is large enough nothing is put together."""
    counts = {"fr": {"accept_all": 9, "refuse_all": 5}, "nl": {"accept_all": 7}}
    columns = columns_of(totals(counts), 5)
    table = fold(counts, columns, 5)
    assert columns == (("accept_all",), ("refuse_all",))
    assert table.rows == {"fr": (9, 5), "nl": (7, 0)}
    assert table.others is None


def test_shares() -> None:
    """Of those who chose one by one, a category that almost all or almost none allowed is not shown."""
    assert shares({"a": 4, "b": 17, "c": 9, "d": 20}, 20, 5) == {"c": (9, 11), "d": (20, 0)}
