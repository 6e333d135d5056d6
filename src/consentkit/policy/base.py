"""What every declared part has in common. Knows nothing of what is declared."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Declared(BaseModel):
    """A part of the policy: values that do not change, and no key that nobody knows."""

    # hide_input: an error must not print what else is in the file.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
