"""What a test says of itself: which promise of which site it holds, and how that promise is kept.

scripts/sites.py reads these words from the source, and makes docs/sites.md of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_Test = TypeVar("_Test", bound=Callable[..., object])


def enforced(ident: str) -> Callable[[_Test], _Test]:
    """The server makes it true, and the test fails where it is not."""
    return _named(ident)


def displayed(ident: str) -> Callable[[_Test], _Test]:
    """Visitors are told; what then happens elsewhere nobody here can see. The test fails where they are not told."""
    return _named(ident)


def _named(ident: str) -> Callable[[_Test], _Test]:
    def mark(test: _Test) -> _Test:
        test.promise = ident  # type: ignore[attr-defined]
        return test

    return mark
