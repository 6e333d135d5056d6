"""The IAB's Global Privacy Platform: its string, and what it says of a decision."""

from consentkit.signals.gpp.said import applicable, section_said
from consentkit.signals.gpp.sections import PREFIXES, SECTIONS, Section
from consentkit.signals.gpp.text import format_gpp, parse_gpp

__all__ = ["PREFIXES", "SECTIONS", "Section", "applicable", "format_gpp", "parse_gpp", "section_said"]
