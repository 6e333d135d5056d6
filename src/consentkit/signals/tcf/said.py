"""What a visitor's choice says in the words of the framework: a form's marks → a TC string.

Knows a site's part of the vendor list; no form, no cookie. A mark is a letter and a number, as a form sends it: "p4"
consents to purpose 4, "v12" to vendor 12, "f1" opts in to special feature 1; "o9" objects to the legitimate interest
behind purpose 9, "j12" to that of vendor 12. Accepting all is all of the first three; refusing and withdrawing object
to everything, which the framework leaves open and authorities ask for (one refusal for all that can be refused).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from consentkit.errors import SignalError
from consentkit.policy.signals import Tcf
from consentkit.signals.tcf.fields import Restrictions
from consentkit.signals.tcf.restricted import restrict
from consentkit.signals.tcf.text import CONSENT_ONLY, TcString
from consentkit.signals.tcf.vendor_list import (
    ListedVendor,
    VendorList,
    parse_json,
    parse_vendor_list,
    read_file,
    read_json,
)

_MARK = re.compile(r"[pvfoj][1-9][0-9]{0,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Framework:
    """What one site asks for: its settings, the list, and of its vendors those that are still on that.

    `file` is the list as it was published. `vendors` are as the site's `restrictions` leave them; `languages` holds the
    list in others' official words.
    """

    settings: Tcf
    file: bytes
    listed: VendorList
    vendors: Mapping[int, ListedVendor]
    restrictions: Restrictions = field(default_factory=dict)
    languages: Mapping[str, VendorList] = field(default_factory=dict)

    @property
    def purposes(self) -> frozenset[int]:
        """The purposes that any vendor asks consent for."""
        return _union(vendor.purposes for vendor in self.vendors.values())

    @property
    def legitimate(self) -> frozenset[int]:
        """The purposes that any vendor bases on a legitimate interest."""
        return _union(vendor.legitimate for vendor in self.vendors.values()) - CONSENT_ONLY

    @property
    def special_features(self) -> frozenset[int]:
        return _union(vendor.special_features for vendor in self.vendors.values())

    @property
    def marks(self) -> frozenset[str]:
        """Every mark that a form of this site can send."""
        objecting = [vendor.id for vendor in self.vendors.values() if vendor.legitimate - CONSENT_ONLY]
        return frozenset({*_marks("o", self.legitimate), *_marks("j", objecting), *self.consenting})

    @property
    def declared(self) -> dict[int, tuple[str, ...]]:
        """What each vendor has visitors decide, as the marks of purposes and special features."""
        return {number: tuple(_asked(vendor)) for number, vendor in sorted(self.vendors.items())}

    @property
    def consenting(self) -> frozenset[str]:
        """The marks of accepting all."""
        asking = [vendor.id for vendor in self.vendors.values() if vendor.purposes]
        features = _marks("f", self.special_features)
        return frozenset({*_marks("p", self.purposes), *_marks("v", asking), *features})

    @property
    def objecting(self) -> frozenset[str]:
        """The marks of refusing all."""
        return self.marks - self.consenting

    def said(self, marks: Iterable[str], day: date, language: str) -> TcString:
        """The string for a choice made that day, on a page in that language. Raises SignalError for a foreign mark."""
        given = frozenset(marks)
        if foreign := sorted(given - self.marks):
            raise SignalError("tcf mark", "one of the form's own", foreign[0])
        return TcString(
            day=day,
            cmp_id=self.settings.cmp_id,
            cmp_version=self.settings.cmp_version,
            language=language[:2].upper(),
            vendor_list=self.listed.version,
            policy_version=self.listed.policy_version,
            special_features=_numbers("f", given),
            purposes=_numbers("p", given),
            legitimate_purposes=self.legitimate - _numbers("o", given),
            publisher_country=self.settings.publisher_country,
            vendors=_numbers("v", given),
            legitimate_vendors=_numbers("j", self.marks) - _numbers("j", given),
            restrictions=self.restrictions,
            disclosed=frozenset(self.vendors),
        )

    def marks_of(self, tc: TcString) -> frozenset[str]:
        """The marks that a string of ours stands for, as far as the form still has them."""
        consents = {*_marks("p", tc.purposes), *_marks("v", tc.vendors), *_marks("f", tc.special_features)}
        objections = {*_marks("o", self.legitimate - tc.legitimate_purposes)}
        objections |= {*_marks("j", _numbers("j", self.marks) - tc.legitimate_vendors)}
        return frozenset(consents | objections) & self.marks

    def in_language(self, language: str) -> VendorList:
        """The list in the official words of a language, or else in those of the file."""
        return self.languages.get(language) or self.languages.get(language.partition("-")[0]) or self.listed


def is_mark(text: str) -> bool:
    """Whether a form's value has the shape of a mark."""
    return bool(_MARK.fullmatch(text))


def consents(mark: str) -> bool:
    """Whether a mark allows something; the others object."""
    return mark[0] in "pvf"


def open_framework(settings: Tcf) -> Framework:
    """The framework of a site, from its files. Raises OSError, and SignalError for a list that is none."""
    path = settings.vendor_list or ""
    file = read_file(path)
    listed = parse_vendor_list(parse_json(file, path))
    present = {number: listed.vendors[number] for number in settings.vendors if number in listed.vendors}
    left = restrict({number: vendor for number, vendor in present.items() if not vendor.deleted}, settings.restrictions)
    words = {language: listed.translated(read_json(path)) for language, path in settings.translations.items()}
    return Framework(settings, file, listed, left.vendors, left.restrictions, words)


def _asked(vendor: ListedVendor) -> list[str]:
    interests = _marks("o", sorted(vendor.legitimate - CONSENT_ONLY))
    return [*_marks("p", sorted(vendor.purposes)), *interests, *_marks("f", sorted(vendor.special_features))]


def _marks(letter: str, numbers: Iterable[int]) -> list[str]:
    return [f"{letter}{number}" for number in numbers]


def _numbers(letter: str, marks: Iterable[str]) -> frozenset[int]:
    return frozenset(int(mark[1:]) for mark in marks if mark[0] == letter)


def _union(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset[int]().union(*sets)
