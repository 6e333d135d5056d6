"""The English texts under their keys: the one place they stand, and what every translation is measured by.

Knows one file; not the other languages, nor where a text is shown.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, NamedTuple


class Plural(NamedTuple):
    """A text that counts: English for one thing, and for any other number `{n}` of them."""

    one: str
    other: str


@cache
def english() -> Mapping[str, str | Plural]:
    """Every text by its key, in the file's order."""
    source = files("consentkit.texts").joinpath("en.toml")
    return dict(_flat(tomllib.loads(source.read_text(encoding="utf-8"))))


def placeholders(text: str) -> list[str]:
    """The names in {braces}, sorted. Raises ValueError for braces that hold anything but a name."""
    found = []
    for _, name, spec, conversion in Formatter().parse(text):
        if name is not None:
            if not name.isidentifier() or spec or conversion:
                raise ValueError(f"{{{name}}} is not a placeholder")
            found.append(name)
    return sorted(found)


def _flat(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str | Plural]]:
    for key, value in tree.items():
        if isinstance(value, str):
            yield path + key, value
        elif value.keys() == {"one", "other"}:
            yield path + key, Plural(**value)
        else:
            yield from _flat(value, f"{path}{key}.")
