"""What every declared part has in common. Knows nothing of what is declared."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

# Controls, but for tabs and ends of lines, and what turns the words around it (UAX #9 §2.1 to 2.4): a reader would see
# another text than the one that is kept as evidence.
_UNSEEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def plain(text: str) -> str:
    """The same text, if all of it can be seen. Raises PydanticCustomError."""
    if found := _UNSEEN.search(text):
        raise PydanticCustomError("unseen", "it holds U+{code}, which nobody sees", {"code": f"{ord(found[0]):04X}"})
    return text


class Declared(BaseModel):
    """A part of the policy: values that do not change, and no key that nobody knows."""

    # hide_input: an error must not print what else is in the file.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
