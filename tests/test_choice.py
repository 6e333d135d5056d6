"""What a visitor sends: a choice, or an error that names the field; never anything else."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consentkit.choice import LONGEST_BODY, ChoiceRequest, parse_choice
from consentkit.decision import Choice, ChoiceKind
from consentkit.errors import ChoiceError

FORM, JSON = b"application/x-www-form-urlencoded", b"application/json"
VENDORS = frozenset({"acme", "other-one"})
ALL = frozenset({"functional", "analytics", "marketing"})


def form(*pairs: tuple[str, str]) -> ChoiceRequest:
    return parse_choice(urlencode(pairs).encode(), FORM, VENDORS)


def fetched(value: Any) -> ChoiceRequest:
    return parse_choice(json.dumps(value).encode(), JSON, VENDORS)


def refused(body: bytes, kind: bytes | None) -> ChoiceError:
    with pytest.raises(ChoiceError) as caught:
        parse_choice(body, kind, VENDORS)
    return caught.value


@pytest.mark.parametrize(
    ("pairs", "choice"),
    [
        ([("choice", "accept_all")], Choice(ChoiceKind.ACCEPT_ALL, ALL)),
        ([("choice", "refuse_all")], Choice(ChoiceKind.REFUSE_ALL)),
        ([("choice", "withdraw")], Choice(ChoiceKind.WITHDRAW)),
        ([("choice", "custom")], Choice(ChoiceKind.CUSTOM)),
        (
            [("choice", "custom"), ("category", "analytics"), ("category", "functional"), ("vendor", "acme")],
            Choice(ChoiceKind.CUSTOM, frozenset({"analytics", "functional"}), frozenset({"acme"})),
        ),
        ([("choice", "refuse_all"), ("category", "marketing"), ("vendor", "acme")], Choice(ChoiceKind.REFUSE_ALL)),
        ([("choice", "withdraw"), ("vendor", "nobody")], Choice(ChoiceKind.WITHDRAW)),
    ],
)
def test_choices(pairs: list[tuple[str, str]], choice: Choice) -> None:
    """Each button means what it says; boxes beside a refusal grant nothing. A form and a script say it alike."""
    assert form(*pairs).choice == choice
    lists: dict[str, Any] = {}
    for name, value in pairs:
        lists[name] = value if name == "choice" else [*lists.get(name, []), value]
    assert fetched(lists).choice == choice


def test_what_comes_with_it() -> None:
    """The token and the way back are handed on as sent; a script's request asks for JSON, a form's does not."""
    sent = form(("choice", "withdraw"), ("token", "t"), ("return_to", "/ă?x"), ("other", "ignored"))
    assert (sent.token, sent.return_to, sent.fetched) == ("t", "/ă?x", False)
    sent = fetched({"choice": "withdraw", "token": None, "other": {"deep": [1]}})
    assert (sent.token, sent.return_to, sent.fetched) == ("", "", True)


@pytest.mark.parametrize(
    ("body", "kind", "status", "field"),
    [
        (b"choice=perhaps", FORM, 400, "choice"),
        (b"", FORM, 400, "choice"),
        (b"choice=ACCEPT_ALL", FORM, 400, "choice"),
        (b"choice=refuse_all&choice=accept_all", FORM, 400, "choice"),
        (b"choice=refuse_all&token=a&token=b", FORM, 400, "token"),
        (b"choice=refuse_all&return_to=/a&return_to=/b", FORM, 400, "return_to"),
        (b"choice=custom&category=essential", FORM, 400, "category"),
        (b"choice=custom&category=", FORM, 400, "category"),
        (b"choice=custom&vendor=nobody", FORM, 400, "vendor"),
        (b"choice=%ff", FORM, 400, "body"),
        (b"choice=\xff", FORM, 400, "body"),
        (b"&".join([b"category=analytics"] * 1300), FORM, 413, "body"),
        (b"&".join([b"a=b"] * 1300), FORM, 400, "body"),
        (b"[]", JSON, 400, "body"),
        (b"null", JSON, 400, "body"),
        (b"{", JSON, 400, "body"),
        (b"\xff", JSON, 400, "body"),
        (b'"' + b"[" * 10, JSON, 400, "body"),
        (b"[" * 10_000, JSON, 400, "body"),
        (b"1" * 10_000, JSON, 400, "body"),
        (b'{"choice":["accept_all"]}', JSON, 400, "choice"),
        (b'{"choice":true}', JSON, 400, "choice"),
        (b'{"choice":"custom","category":[1]}', JSON, 400, "category"),
        (b'{"choice":"custom","category":{"analytics":1}}', JSON, 400, "category"),
        (b'{"choice":"custom","vendor":["nobody"]}', JSON, 400, "vendor"),
        (b'{"choice":"refuse_all","token":5}', JSON, 400, "token"),
        (b'{"choice":"refuse_all"}', b"text/plain", 400, "content-type"),
        (b"choice=refuse_all", b"multipart/form-data; boundary=x", 400, "content-type"),
        (b"choice=refuse_all", None, 400, "content-type"),
        (b"choice=refuse_all" + b" " * LONGEST_BODY, FORM, 413, "body"),
    ],
)
def test_malformed(body: bytes, kind: bytes | None, status: int, field: str) -> None:
    """What cannot be read is refused with the field at fault: nothing is guessed in the visitor's name."""
    error = refused(body, kind)
    assert (error.status, error.field) == (status, field)
    assert field in str(error)


@pytest.mark.parametrize("kind", [b"application/json; charset=utf-8", b"Application/JSON", JSON])
def test_content_types(kind: bytes) -> None:
    """A charset or capitals in a content type change nothing."""
    assert parse_choice(b'{"choice":"withdraw"}', kind, VENDORS).fetched


def test_a_long_value_is_not_thrown_back() -> None:
    """An error holds no more of what a stranger sent than tells the owner what it was."""
    assert len(refused(b"choice=" + b"x" * 9000, FORM).value) <= 40


BODIES = st.one_of(
    st.binary(max_size=300),
    st.dictionaries(
        st.sampled_from(["choice", "category", "vendor", "token", "return_to", "x"]),
        st.recursive(
            st.sampled_from(["accept_all", "refuse_all", "custom", "withdraw", "analytics", "acme", "\ud800", ""])
            | st.none()
            | st.booleans()
            | st.floats()
            | st.integers(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        ),
    ).map(lambda value: json.dumps(value).encode()),
    st.lists(
        st.tuples(
            st.sampled_from(["choice", "category", "vendor", "token", "return_to", "x"]),
            st.sampled_from(["accept_all", "refuse_all", "custom", "withdraw", "analytics", "acme", "é", ""]),
        ),
        max_size=6,
    ).map(lambda pairs: urlencode(pairs).encode()),
)


@given(BODIES, st.sampled_from([FORM, JSON, b"text/html", None]))
@example(b'{"choice":"refuse_all","return_to":"/\\ud800"}', JSON)
@example(b'{"choice":"\\ud800"}', JSON)
def test_any_body(body: bytes, kind: bytes | None) -> None:
    """Whatever is sent, the answer is a choice within what the site declares, or an error of ours."""
    try:
        sent = parse_choice(body, kind, VENDORS)
    except ChoiceError:
        return
    assert sent.choice.categories <= ALL
    assert sent.choice.vendors <= VENDORS
    if sent.choice.kind in (ChoiceKind.REFUSE_ALL, ChoiceKind.WITHDRAW):
        assert not sent.choice.grants
    assert isinstance(sent.token, str)
    assert isinstance(sent.return_to, str)
