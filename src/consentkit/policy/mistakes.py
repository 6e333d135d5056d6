"""What is wrong with the shape of a policy, in our words: from pydantic's account of an error to a Problem.

Knows pydantic's types of errors; not what a policy means.
"""

from __future__ import annotations

from pydantic_core import ErrorDetails

from consentkit.errors import Problem

# pydantic's error type → our identifier and the remedy. Anything else is a value of the wrong kind: E003.
_KINDS: dict[str, tuple[str, str]] = {
    "extra_forbidden": (
        "consentkit.E001",
        "Take it out, or look for a spelling mistake; `consentkit schema` lists all keys.",
    ),
    "missing": ("consentkit.E002", "Add it."),
    "enum": ("consentkit.E004", "Use one of: {expected}."),
    "literal_error": ("consentkit.E004", "Use one of: {expected}."),
    "duration": (
        "consentkit.E005",
        'Write "session" or a number and a unit: "180 days", "13 months", "2 years".',
    ),
    "host": (
        "consentkit.E006",
        'Write a host name without scheme or port: "static.example.com"; a vendor\'s may have a path after it.',
    ),
    "csp_source": (
        "consentkit.E028",
        'Write a host such as "cdn.example.net", "*.example.net", "https://example.net:8443" or "example.net/path/"; '
        "a star stands for subdomains, and only below a name of somebody's own.",
    ),
    "origin": ("consentkit.E160", 'Write "https://www.example.com", without a path; http only for localhost.'),
    "link": ("consentkit.E007", 'Write "https://…", a path such as "/privacy", or "mailto:…".'),
    "service": ("consentkit.E034", 'Write where it is asked: "https://witness.example/log".'),
    "witness_key": ("consentkit.E035", 'Write the key its operator publishes: "witness.example+7d2f…+BG…".'),
    "certificate": ("consentkit.E036", 'Paste it as text that begins with "-----BEGIN CERTIFICATE-----".'),
    "prefix": ("consentkit.E008", 'Write a path such as "/_privacy", without dots alone or a slash at the end.'),
    "string_pattern_mismatch": ("consentkit.E009", "Use only the letters this field allows."),
    "unseen": ("consentkit.E084", "Type the text anew, or paste it without its formatting."),
    "fonts": (
        "consentkit.E086",
        """Write names with commas between them: 'Georgia, serif', or "'Open Sans', system-ui, sans-serif".""",
    ),
    "colour": ("consentkit.E073", 'Write six hex digits after a number sign: "#1f3a56".'),
    "days": ("consentkit.E101", 'Write a number and a unit, from one day to two years: "180 days", "12 months".'),
    "years": ("consentkit.E074", 'Write a whole number from 1 to 21; for all countries, "law" is another way.'),
    "network": ("consentkit.E022", 'Write a network such as "10.0.0.0/8" or "192.0.2.1".'),
}

# The same type → what we say of the value; {…} is what pydantic knows of the limit.
_SAID = {
    **dict.fromkeys(("string_type", "string_sub_type", "string_unicode"), "not text"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "not a whole number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "neither true nor false"),
    **dict.fromkeys(("list_type", "tuple_type", "iterable_type", "set_type"), "not a list"),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type"), "not a table"),
    **dict.fromkeys(("string_too_short", "too_short"), "empty, or too short"),
    "string_too_long": "longer than {max_length} characters",
    "too_long": "a list of more than {max_length}",
    "greater_than_equal": "less than {ge}",
    "less_than_equal": "more than {le}",
    "literal_error": "no value that this key has",
    "enum": "no value that this key has",
    "string_pattern_mismatch": "written with letters that have no place in it",
    "extra_forbidden": "no such key here",
    "missing": "this key is missing",
    "union_tag_invalid": "neither text nor a table of languages",
}


def causes(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """The errors without those that follow from others: a list is not too short because an item of it is wrong."""
    wrong = [detail["loc"] for detail in details]
    return [
        detail
        for detail in details
        if detail["type"] != "too_short" or not any(_is_within(each, detail["loc"]) for each in wrong)
    ]


def _is_within(location: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(location) > len(outer) and location[: len(outer)] == outer


def problem_of(detail: ErrorDetails) -> Problem:
    """The problem that an error of pydantic's is."""
    kind, known, value = detail["type"], detail.get("ctx", {}), detail["input"]
    ident, remedy = _KINDS.get(kind, ("consentkit.E003", "Give a value of that kind; `consentkit schema` says which."))
    shown = "" if kind in {"missing", "extra_forbidden"} or isinstance(value, dict | list) else repr(value)
    return Problem(ident, _place(detail["loc"]) or "policy", f"{_said(detail)}.", _filled(remedy, known), shown[:60])


def _said(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind in _KINDS and kind not in _SAID:
        return detail["msg"]  # of our own making
    default = "not a date" if kind.startswith("date") else "nothing that can be read here"
    return _filled(_SAID.get(kind, default), detail.get("ctx", {}))


def _filled(text: str, known: dict[str, object]) -> str:
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", str(value).replace("'", '"').replace(" or ", ", "))
    return text


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for part in location:
        if isinstance(part, int):
            place += f"[{part}]"
        elif part not in {"words", "languages"} or not place.endswith(("purpose", "description")):  # the tags of Text
            place += f".{part}" if place else part
    return place
