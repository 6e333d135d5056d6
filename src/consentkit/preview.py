"""The owner's link to the banner in a look that is not in force: sealed, so that no visitor makes one, and short-lived.

Knows seals, the policy's theme and regimes; not pages or requests. Trusted for: which words and looks are shown to
whoever opens the link. It decides nothing, records nothing, and its banner's buttons do nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple, get_args
from urllib.parse import parse_qs

from consentkit import canonical
from consentkit.errors import MalformedError, SealError
from consentkit.policy import Regime
from consentkit.policy.theme import PLACES, Layout, Position, Scheme, Theme
from consentkit.seal import Sealer

PARAMETER = "ck_preview"
_VERSION = 1


class Preview(NamedTuple):
    """What is shown, and until when (Unix seconds). `position` None is the layout's own place."""

    until: int
    language: str
    regime: Regime
    layout: Layout
    position: Position | None
    scheme: Scheme

    def over(self, theme: Theme) -> Theme:
        """The theme in this look."""
        look = {"layout": self.layout, "position": self.position, "scheme": self.scheme}
        return theme.model_copy(update=look)


def format_preview(sealer: Sealer, preview: Preview) -> str:
    """The value of the parameter."""
    return sealer.seal(canonical.encode({**preview._asdict(), "v": _VERSION}))


def parse_preview(sealer: Sealer, value: str, now: float) -> Preview:
    """The look in a value. Raises SealError for one that we did not make, or whose time is over."""
    try:
        said: dict[str, Any] = canonical.decode(sealer.open(value))
        if said.pop("v") != _VERSION:
            raise SealError("of another version", value)
        preview = Preview(**said | {"regime": Regime(said["regime"])})
        over = now >= preview.until
        sound = preview.position in (None, *PLACES[preview.layout]) and preview.scheme in get_args(Scheme)
    except (MalformedError, KeyError, TypeError, ValueError) as error:
        raise SealError("of another shape", value) from error
    if over or not sound:
        raise SealError("expired" if over else "of another shape", value)
    return preview


def preview_in(sealer: Sealer, query: str, now: float) -> Preview | None:
    """The look that a page is asked for by its address; None where nothing of ours asks."""
    if f"{PARAMETER}=" not in query:
        return None
    try:
        return parse_preview(sealer, parse_qs(query, max_num_fields=100).get(PARAMETER, [""])[0], now)
    except (SealError, ValueError):
        return None
