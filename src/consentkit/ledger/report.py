"""What a check found, and what vouches for it from outside.

Knows findings; not files or keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from consentkit.errors import BundleError

_MOST_FINDINGS = 50


@dataclass
class Report:
    """What was found, of a whole bundle or of one entry.

    `anchors` says what outside the file vouches for it; without one it is only self-consistent. `notes` are what an
    auditor should know beside that, and is nobody's fault.
    """

    of: Literal["bundle", "one"] = "bundle"
    origin: str = ""
    entries: int = 0
    erased: int = 0
    root: bytes = b""
    anchors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    findings: list[BundleError] = field(default_factory=list)

    @property
    def consistent(self) -> bool:
        return not self.findings

    @property
    def proven(self) -> bool:
        return self.consistent and bool(self.anchors)

    def find(self, part: str, message: str, entry: int | None = None) -> None:
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(BundleError(part, message, entry))
