"""A value worked out when it is first asked for, and kept with its object from then on.

Knows nothing of what is worked out. `functools.cached_property` does the same, but up to Python 3.11 under a lock,
which costs more than most of what a request asks for. Without it two threads that ask an object at the same moment may
both work: what is kept must be the same whoever did.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

Value = TypeVar("Value")


class once(Generic[Value]):
    """Decorates a method without arguments."""

    def __init__(self, work: Callable[[Any], Value]) -> None:
        self._work = work
        self._name = work.__name__
        self.__doc__ = work.__doc__

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> Value: ...
    def __get__(self, instance: object, owner: type | None = None) -> Self | Value:
        if instance is None:
            return self
        # What an object has itself goes before this descriptor, so the second look finds it without us.
        value = instance.__dict__[self._name] = self._work(instance)
        return value
