"""What a check found, and what vouches for it from outside.

Knows findings; not files or keys.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from consentkit.errors import BundleError

NO_PROOF = "no bundle, proof or receipt. Of what `consentkit export` writes, --format bundle alone carries proofs"
"""What is said of a file in which there is nothing to check."""
_MOST_FINDINGS = 50
_MOST_KINDS = 8


@dataclass
class Report:
    """What was found: of a whole bundle, of one in which entries are withheld ("part"), or of one entry.

    `anchors` says what outside the file vouches for it, and `anchored` for how many of the first entries; without one
    it is only self-consistent. `notes` are what an auditor should know beside that, and is nobody's fault.
    """

    of: Literal["bundle", "part", "one"] = "bundle"
    origin: str = ""
    entries: int = 0
    erased: int = 0
    withheld: int = 0
    choices: Counter[str] = field(default_factory=Counter)
    root: bytes = b""
    anchors: list[str] = field(default_factory=list)
    anchored: int = 0
    notes: list[str] = field(default_factory=list)
    findings: list[BundleError] = field(default_factory=list)

    @property
    def consistent(self) -> bool:
        return not self.findings

    @property
    def proven(self) -> bool:
        return self.consistent and bool(self.anchors)

    def count(self, choice: str) -> None:
        """One more choice of a kind; of more kinds than there can be, all others are one."""
        self.choices[choice if choice in self.choices or len(self.choices) < _MOST_KINDS else "…"] += 1

    def anchor(self, who: str, entries: int) -> None:
        """Somebody outside vouches for the first so many entries."""
        self.anchors.append(who)
        self.anchored = max(self.anchored, entries)

    def disown(self) -> None:
        """Nobody vouches for what is wrong."""
        self.anchors.clear()
        self.anchored = 0

    def find(self, part: str, message: str, entry: int | None = None) -> None:
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(BundleError(part, message, entry))
