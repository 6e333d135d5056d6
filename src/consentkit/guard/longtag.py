"""A start tag too long to be held back until it ends: judged by what is seen, then attribute by attribute.

Knows the attributes of one tag; not streams, not trees. Such tags are pictures in data: URLs and state in JSON; what
is judged is the same for every chunking, because the caller always shows the same first bytes. Nothing is written into
a value here: what is held is renamed as a whole.
"""

from __future__ import annotations

from collections.abc import Callable

from consentkit.guard.fetching import first_of, reaches, runs, script_source
from consentkit.guard.holding import PREFIX, RENAMED_IN_SCRIPTS, UNSEEN, Held, hold, hold_script, mark
from consentkit.guard.tokens import Attribute, Tag

LabelOf = Callable[[bytes, bytes, bytes], str | None]  # tag, attribute, value
# What says whether an address counts, assumed to say yes where it has not been seen.
_ASSUMED = {b"rel": b"stylesheet", b"type": b"image"}
_DECIDED = {b"link": b"rel", b"input": b"type"}


class LongTag:
    """One tag of which only the first attributes have been seen."""

    def __init__(self, tag: Tag, label_of: LabelOf) -> None:
        self.name = tag.name
        self._label_of, self._is_html = label_of, tag.is_html
        self._values = first_of(tag.attrs)
        self._renamed: set[bytes] = set()
        self.held = (self._hold_script(tag) if tag.name == b"script" else None) or self._hold_seen(tag)

    def late(self, attr: Attribute) -> bytes:
        """What to write before an attribute that arrives after the tag's first bytes have gone out."""
        known = attr.name in self._values
        self._values.setdefault(attr.name, attr.value)
        if attr.name in self._renamed:
            return PREFIX
        label = None if known else self._label(attr.name)
        if label is None:
            return b""
        self._renamed.add(attr.name)
        marked = b"" if self.held else mark(label)[1:] + b" "
        self.held = self.held or Held(label, [])
        return marked + PREFIX

    def _hold_script(self, tag: Tag) -> Held | None:
        if not runs(self._values):
            return None
        source = script_source(tag, self._values)
        label = UNSEEN if source is None else self._label_of(self.name, b"src", source)
        if label is None:
            return None
        self._renamed.update(RENAMED_IN_SCRIPTS)
        return hold_script(tag, label)

    def _hold_seen(self, tag: Tag) -> Held | None:
        labels = {key: label for key in self._values if (label := self._label(key)) is not None}
        self._renamed.update(labels)
        return hold(tag, labels.values(), labels) if labels else None

    def _label(self, key: bytes) -> str | None:
        """The label of one attribute; where the one that decides whether it counts has not been seen, it does."""
        decided = _DECIDED.get(self.name)
        values = {decided: _ASSUMED[decided], **self._values} if decided else self._values
        counts = reaches(self.name, key, values, self._is_html)
        return self._label_of(self.name, key, self._values[key]) if counts else None
