"""The sections of the United States as one table: a row for each, with its fields in their order.

Knows names and widths only (IAB Tech Lab, Global-Privacy-Platform, Sections/US-National and Sections/US-States). A name
stands for a number of two bits; "*9" behind it for nine of them. Where the reference implementation (@iabgpp/cmpapi)
and the written specification differ, this follows the implementation, which is what everybody reads strings with: a
true Boolean is the bit 1, and a section has no header of its own.
"""

from __future__ import annotations

from typing import NamedTuple

from consentkit.signals.bits import FLAG, Codec, Table, integer, several

# 0 not applicable, 1 and 2 as the field says: for an opt-out "opted out" and "did not".
_ANSWER = integer(2, most=2)
_YES_OR_NO = integer(2, least=1, most=2)

_MSPA = "MspaCoveredTransaction MspaOptOutOptionMode MspaServiceProviderMode"
_NEW_MSPA = "MspaVersion MspaCoveredTransaction MspaMode"
_NOTICES = "SaleOptOutNotice TargetedAdvertisingOptOutNotice"
_OPT_OUTS = "SaleOptOut TargetedAdvertisingOptOut"
_SENSITIVE, _CHILD = "SensitiveDataProcessing", "KnownChildSensitiveDataConsents"
_SECONDARY = "AdditionalDataProcessingConsent"

# id, prefix, version, what follows the core ("gpc", "sensitive" or nothing), and the core. Of two versions the newer is
# last.
_ROWS = f"""
 7 usnat 1 gpc        Version SharingNotice SaleOptOutNotice SharingOptOutNotice TargetedAdvertisingOptOutNotice
                      SensitiveDataProcessingOptOutNotice SensitiveDataLimitUseNotice SaleOptOut SharingOptOut
                      TargetedAdvertisingOptOut {_SENSITIVE}*12 {_CHILD}*2 PersonalDataConsents {_MSPA};
 7 usnat 2 gpc        Version SharingNotice SaleOptOutNotice SharingOptOutNotice TargetedAdvertisingOptOutNotice
                      SensitiveDataProcessingOptOutNotice SensitiveDataLimitUseNotice SaleOptOut SharingOptOut
                      TargetedAdvertisingOptOut {_SENSITIVE}*16 {_CHILD}*3 PersonalDataConsents {_MSPA};
 8 usca  1 gpc        Version SaleOptOutNotice SharingOptOutNotice SensitiveDataLimitUseNotice SaleOptOut SharingOptOut
                      {_SENSITIVE}*9 {_CHILD}*2 PersonalDataConsents {_MSPA};
 9 usva  1 -          Version SharingNotice {_NOTICES} {_OPT_OUTS} {_SENSITIVE}*8 {_CHILD} {_MSPA};
10 usco  1 gpc        Version SharingNotice {_NOTICES} {_OPT_OUTS} {_SENSITIVE}*7 {_CHILD} {_MSPA};
11 usut  1 -          Version SharingNotice {_NOTICES} SensitiveDataProcessingOptOutNotice {_OPT_OUTS} {_SENSITIVE}*8
                      {_CHILD} {_MSPA};
12 usct  1 gpc        Version SharingNotice {_NOTICES} {_OPT_OUTS} {_SENSITIVE}*8 {_CHILD}*3 {_MSPA};
13 usfl  1 -          Version ProcessingNotice {_NOTICES} {_OPT_OUTS} {_SENSITIVE}*8 {_CHILD}*3 {_SECONDARY} {_MSPA};
14 usmt  1 gpc        Version SharingNotice {_NOTICES} {_OPT_OUTS} {_SENSITIVE}*8 {_CHILD}*3 {_SECONDARY} {_MSPA};
15 usor  1 gpc        Version ProcessingNotice {_NOTICES} {_OPT_OUTS} {_SENSITIVE}*11 {_CHILD}*3 {_SECONDARY} {_MSPA};
16 ustx  1 gpc        Version ProcessingNotice {_NOTICES} {_OPT_OUTS} {_SENSITIVE}*8 {_CHILD} {_SECONDARY} {_MSPA};
17 usde  1 gpc        Version ProcessingNotice {_NOTICES} {_OPT_OUTS} {_SENSITIVE}*9 {_CHILD}*5 {_SECONDARY} {_MSPA};
18 usia  1 gpc        Version ProcessingNotice {_NOTICES} SensitiveDataOptOutNotice {_OPT_OUTS} {_SENSITIVE}*8
                      {_CHILD} {_MSPA};
19 usne  1 gpc        Version ProcessingNotice {_NOTICES} {_OPT_OUTS} {_SENSITIVE}*8 {_CHILD} {_SECONDARY} {_MSPA};
20 usnh  1 gpc        Version ProcessingNotice {_NOTICES} {_OPT_OUTS} {_SENSITIVE}*8 {_CHILD}*3 {_SECONDARY} {_MSPA};
21 usnj  1 gpc        Version ProcessingNotice {_NOTICES} {_OPT_OUTS} {_SENSITIVE}*10 {_CHILD}*5 {_SECONDARY} {_MSPA};
22 ustn  1 gpc        Version ProcessingNotice {_NOTICES} {_OPT_OUTS} {_SENSITIVE}*8 {_CHILD} {_SECONDARY} {_MSPA};
23 usmn  1 gpc        Version ProcessingNotice {_NOTICES} {_OPT_OUTS} {_SENSITIVE}*8 {_CHILD} {_SECONDARY} {_MSPA};
24 usmd  1 gpc        {_NEW_MSPA} ProcessingNotice {_NOTICES} {_OPT_OUTS} {_SECONDARY};
25 usin  1 sensitive  {_NEW_MSPA} ProcessingNotice {_NOTICES} {_OPT_OUTS} {_CHILD} {_SECONDARY};
26 usky  1 sensitive  {_NEW_MSPA} ProcessingNotice {_NOTICES} {_OPT_OUTS} {_CHILD} {_SECONDARY};
27 usri  1 sensitive  {_NEW_MSPA} ProcessingNotice {_NOTICES} {_OPT_OUTS} {_CHILD} {_SECONDARY}
"""
_FOLLOWING: dict[str, tuple[Table, ...]] = {
    "-": (),
    "gpc": ({"SubsectionType": integer(2, least=1, most=1), "Gpc": FLAG},),
    "sensitive": ({_SENSITIVE: several(8, _ANSWER)},),
}


class Section(NamedTuple):
    """A section's number, the prefix by which scripts ask for it, and the tables of its segments, the core first.

    What follows the core may be left out of a string.
    """

    id: int
    prefix: str
    version: int
    segments: tuple[Table, ...]


def _section(row: str) -> Section:
    number, prefix, version, following, *names = row.split()
    core = {name.partition("*")[0]: _codec(name, int(version)) for name in names}
    return Section(int(number), prefix, int(version), (core, *_FOLLOWING[following]))


def _codec(name: str, version: int) -> Codec:
    _, _, count = name.partition("*")
    if name in ("Version", "MspaVersion"):
        return integer(6, least=version, most=version)
    if name == "MspaCoveredTransaction":
        return _YES_OR_NO
    return several(int(count), _ANSWER) if count else _ANSWER


_ALL = tuple(map(_section, _ROWS.split(";")))
SECTIONS = {section.prefix: section for section in _ALL}
# Of an earlier version, which others' strings may still have: they are read, and never made of a decision.
_EARLIER: dict[tuple[str, object], Section] = {
    (one.prefix, one.version): one for one in _ALL if one is not SECTIONS[one.prefix]
}
# Sections in a spelling of their own: they stand in the string as they are.
AS_WRITTEN = {"tcfeuv2": 2, "tcfcav1": 5, "uspv1": 6}
PREFIXES = {section.id: prefix for prefix, section in SECTIONS.items()} | {
    number: prefix for prefix, number in AS_WRITTEN.items()
}


def section_of(prefix: str, version: object) -> Section:
    """The section in that version, if it has one; else as it is today."""
    return _EARLIER.get((prefix, version)) or SECTIONS[prefix]
