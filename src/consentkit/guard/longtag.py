"""A start tag too long to be held back until it ends: judged by what is seen, then attribute by attribute.

Knows the attributes of one tag; not streams, not trees. Such tags are pictures in data: URLs and state in JSON; what
is judged is the same for every chunking, because the caller always shows the same first bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from consentkit.guard.fetching import (
    FETCHING,
    PREFIX,
    RENAMED_IN_SCRIPTS,
    Held,
    LabelOf,
    fetches,
    first_of,
    hold,
    hold_script,
    mark,
    runs,
    script_source,
)
from consentkit.guard.tokens import Attribute

UNSEEN = "unknown"  # the label of a script whose source lies beyond what may be held: in doubt, it is held


class LongTag:
    """One tag of which only the first attributes have been seen."""

    def __init__(self, name: bytes, attrs: Sequence[Attribute], label_of: LabelOf) -> None:
        self.name = name
        self.attrs = list(attrs)
        self._label_of = label_of
        self._values = first_of(attrs)
        self.held = self._hold_seen()
        self._renamed = {attr.name for attr in attrs if self.held and attr.at in self.held.prefix_at}

    def late(self, attr: Attribute) -> bytes:
        """What to write before an attribute that arrives after the tag's first bytes have gone out."""
        known = attr.name in self._values
        self._values.setdefault(attr.name, attr.value)
        if attr.name in self._renamed or (self.name == b"script" and self.held and attr.name in RENAMED_IN_SCRIPTS):
            return PREFIX
        if known or self.name == b"script" or attr.name not in FETCHING.get(self.name, ()) or not self._may_fetch():
            return b""
        label = self._label_of(self.name, attr.name, attr.value)
        if label is None:
            return b""
        self._renamed.add(attr.name)
        marked = b"" if self.held else mark(label)[1:] + b" "
        self.held = self.held or Held(label, b"", [])
        return marked + PREFIX

    def _hold_seen(self) -> Held | None:
        if self.name == b"script":
            if not runs(self._values):
                return None
            source = script_source(self._values)
            label = UNSEEN if source is None else self._label_of(self.name, b"src", source)
            return hold_script(label, self.attrs) if label is not None else None
        if self.name not in FETCHING:
            return None
        if not self._may_fetch():
            return None
        held = [attr for attr in self.attrs if attr.name in FETCHING[self.name]]
        return hold(self.name, [*self.attrs, *_ASSUMED.get(self.name, ())], self._label_of) if held else None

    def _may_fetch(self) -> bool:
        """Whether it fetches; in doubt, where the attribute that says so has not been seen, it does."""
        deciding = {b"link": b"rel", b"input": b"type"}.get(self.name)
        return (deciding is not None and deciding not in self._values) or fetches(self.name, self._values)


_ASSUMED = {
    b"link": [Attribute(b"rel", b"stylesheet", -1, -1)],
    b"input": [Attribute(b"type", b"image", -1, -1)],
}
