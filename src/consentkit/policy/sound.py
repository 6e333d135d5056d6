"""What is left of a policy once everything that cannot be read is taken out.

Knows the shape of data and where errors are; not what they mean. A vendor with one bad host loses that host, one
without a name is left out whole; a theme with one bad colour is left out whole, since the rest would be judged with a
colour that nobody wrote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from consentkit.policy.model import Policy

Path = tuple[int | str, ...]

# Parts that can lose a piece, and how deep: any other part is left out whole.
_DEEP = {"vendors": 9, "cookies": 9, "texts": 2, "categories": 2, "entities": 2}
_ROUNDS = 8
_PLACE = re.compile(r"(?<![.\w])[a-z_]+(?:\.[\w-]+|\[\d+\])+")
_STEP = re.compile(r"\[(\d+)\]|([\w-]+)")


class Sound(NamedTuple):
    """The rest of a policy; `blamed` are the parts of which something was left out.

    `restore` puts the numbers of list items in a text ("vendors[1].hosts[0]") back to what they are in the file.
    """

    policy: Policy
    blamed: frozenset[str]
    restore: Callable[[str], str]

    def blames(self, place: str) -> bool:
        """Whether something found at a place may be found only because of what was left out there."""
        key = re.split(r"[.\[]", place, maxsplit=1)[0]
        return key in self.blamed and (key == place or key not in _DEEP)


def sound_part(data: Mapping[str, Any], details: Iterable[ErrorDetails]) -> Sound | None:
    """The rest of a policy with these errors; None if there is none."""
    faulty: set[Path] = set()
    kept: dict[Path, list[int]] = {}
    for _ in range(_ROUNDS):
        before = frozenset(faulty)
        for detail in details:
            path = _path(data, detail["loc"], kept)
            while path and path in before:  # leaving that out was not enough
                path = path[:-1]
            faulty.add(path)
        if () in faulty:
            return None
        kept = {}
        rest = _without(data, faulty, (), kept)
        try:
            return Sound(Policy.model_validate(rest), frozenset(str(path[0]) for path in faulty), _restorer(kept))
        except ValidationError as error:
            details = error.errors()
    return None


def _path(data: Any, location: Path, kept: Mapping[Path, list[int]]) -> Path:
    """Where in the data an error is, as far as it says: of a key that is missing, where that should be."""
    path: Path = ()
    for part in location:
        if isinstance(part, int) and isinstance(data, list | tuple):
            part = kept[path][part] if path in kept else part
            data = data[part] if part < len(data) else None
        elif isinstance(data, Mapping) and part in data:
            data = data[part]
        else:
            break
        path = (*path, part)
    return path[: _DEEP.get(str(path[0]), 1)] if path else ()


def _without(data: Any, faulty: set[Path], path: Path, kept: dict[Path, list[int]]) -> Any:
    """A copy of the data without these places; `kept` learns which items of shortened lists are left."""
    if not any(each[: len(path)] == path for each in faulty):
        return data
    if isinstance(data, Mapping):
        return {
            key: _without(inner, faulty, (*path, key), kept)
            for key, inner in data.items()
            if (*path, key) not in faulty
        }
    if isinstance(data, list | tuple):
        left = [index for index in range(len(data)) if (*path, index) not in faulty]
        kept[path] = left
        return [_without(data[index], faulty, (*path, index), kept) for index in left]
    return data


def _restorer(kept: Mapping[Path, Sequence[int]]) -> Callable[[str], str]:
    def restore(match: re.Match[str]) -> str:
        path: Path = ()
        written = ""
        for number, name in _STEP.findall(match[0]):
            if number:
                original = kept[path][int(number)] if path in kept else int(number)
                written, path = f"{written}[{original}]", (*path, original)
            else:
                written, path = f"{written}.{name}" if written else name, (*path, name)
        return written

    return lambda text: _PLACE.sub(restore, text)
