"""What a visitor sends: from the bytes of a form or of JSON to a Choice, or to an error that names the field.

Knows the policy's names; not who sent it, nor whether it may be taken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from consentkit.decision import Choice, ChoiceKind
from consentkit.errors import ChoiceError
from consentkit.http import media_type
from consentkit.policy import OPTIONAL_CATEGORIES
from consentkit.signals.tcf.said import consents, is_mark

LONGEST_BODY = 16 * 1024
_MOST_FIELDS = 1200
_FORM = "application/x-www-form-urlencoded"
# Not a kind of choice: what is sent comes beside what is allowed already.
_ADD = "add"
# Nor this: what is allowed stays so, and nothing beside it; the answer of whoever is asked about something new.
_KEEP = "keep"
_SINGLE = ("choice", "token", "return_to", "age")
_REPEATED = ("category", "vendor", "tcf")


@dataclass(frozen=True, slots=True)
class ChoiceRequest:
    """A choice as sent. `token` is still sealed; `return_to` is not yet known to be local; `fetched` asks for JSON.

    `button` is what was pressed. `adds` says that the choice names what is to be allowed beside that which is already,
    if anything is; `marks` are the framework's (signals/tcf/said.py). `age` is in years, None where it was not said; it
    is held against the minimum and goes no further.
    """

    choice: Choice
    token: str
    return_to: str
    fetched: bool
    button: str = ""
    adds: bool = False
    age: int | None = None
    marks: frozenset[str] = frozenset()

    @property
    def grants(self) -> bool:
        """Whether it allows anything that needs consent, here or under the framework."""
        return self.choice.grants or any(consents(mark) for mark in self.marks)


def parse_choice(body: bytes, content_type: bytes | None, vendors: frozenset[str]) -> ChoiceRequest:
    """Read a choice; `vendors` are the ids it may name. Raises ChoiceError naming the field and what it may be."""
    if len(body) > LONGEST_BODY:
        raise ChoiceError(413, "body", f"longer than {LONGEST_BODY} bytes")
    kind, _ = media_type(content_type)
    if kind == _FORM:
        fields = _form(body)
    elif kind == "application/json":
        fields = _json(body)
    else:
        raise ChoiceError(400, "content-type", f"must be {_FORM} or application/json", kind)
    said = _one(fields, "choice")
    if said == _KEEP:
        choice = Choice(ChoiceKind.CUSTOM)
    else:
        choice = _choice(ChoiceKind.CUSTOM if said == _ADD else said, fields, vendors)
    if said == _ADD and not choice.grants:
        raise ChoiceError(400, "vendor", "must name what is to be allowed")
    return ChoiceRequest(
        choice,
        _one(fields, "token"),
        _one(fields, "return_to"),
        kind != _FORM,
        button=said,
        adds=said in (_ADD, _KEEP),
        age=_age(_one(fields, "age")),
        marks=_marks(fields.get("tcf", [])) if said == ChoiceKind.CUSTOM else frozenset(),
    )


def _marks(sent: list[str]) -> frozenset[str]:
    """Those the site no longer knows do no harm: its list of vendors may be newer than the form."""
    if strange := [mark for mark in sent if not is_mark(mark)]:
        raise ChoiceError(400, "tcf", "is no mark of the framework", strange[0][:40])
    return frozenset(sent)


def _form(body: bytes) -> dict[str, list[str]]:
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except (UnicodeDecodeError, ValueError):
        raise ChoiceError(400, "body", "is not a form in UTF-8") from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _json(body: bytes) -> dict[str, list[str]]:
    try:
        data = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise ChoiceError(400, "body", "is not JSON in UTF-8") from None
    if not isinstance(data, dict):
        raise ChoiceError(400, "body", "must be a JSON object")
    return {name: _texts(name, value) for name, value in _known(data).items()}


def _known(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in (*_SINGLE, *_REPEATED) if data.get(name) is not None}


def _texts(name: str, value: Any) -> list[str]:
    values = value if isinstance(value, list) and name in _REPEATED else [value]
    if not all(isinstance(item, str) for item in values) or len(values) > _MOST_FIELDS:
        raise ChoiceError(400, name, "must be text" + (", or a list of texts" if name in _REPEATED else ""))
    return values


def _one(fields: Mapping[str, list[str]], name: str) -> str:
    values = fields.get(name, [])
    if len(values) > 1:
        raise ChoiceError(400, name, "was sent more than once")
    return values[0] if values else ""


def _age(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise ChoiceError(400, "age", "must be a whole number of years")
    return int(text) if text else None


def _choice(kind: str, fields: Mapping[str, list[str]], vendors: frozenset[str]) -> Choice:
    try:
        chosen = ChoiceKind(kind)
    except ValueError:
        raise ChoiceError(400, "choice", f"must be one of {', '.join((*ChoiceKind, _ADD, _KEEP))}", kind[:40]) from None
    if chosen is ChoiceKind.ACCEPT_ALL:
        return Choice(chosen, frozenset(category.value for category in OPTIONAL_CATEGORIES))
    if chosen is not ChoiceKind.CUSTOM:
        return Choice(chosen)
    categories = _among("category", fields, frozenset(category.value for category in OPTIONAL_CATEGORIES))
    return Choice(chosen, categories, _among("vendor", fields, vendors))


def _among(name: str, fields: Mapping[str, list[str]], allowed: frozenset[str]) -> frozenset[str]:
    sent = frozenset(fields.get(name, ()))
    if unknown := sorted(sent - allowed):
        raise ChoiceError(400, name, "is none that this site declares", unknown[0][:40])
    return sent
