"""TC strings of version 2.3, and the list of vendors they speak of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.errors import SignalError
from consentkit.policy import parse_policy
from consentkit.signals.bits import BitSet, to_letters
from consentkit.signals.tcf import TcString, format_tc, load_vendor_list, parse_tc, parse_vendor_list
from consentkit.signals.tcf.said import Framework, open_framework
from tests.signals.listed import tcf, vendor_list
from tests.signals.models import TC_STRING, tc_model

PLAIN = TcString(day=date(2026, 11, 23), cmp_id=880, vendor_list=7, policy_version=4, disclosed=frozenset({2}))


def test_published() -> None:
    """The specification's own example is read as it says, and written again to the letter."""
    tc = parse_tc(TC_STRING)
    assert (tc.cmp_id, tc.vendor_list, tc.policy_version, tc.publisher_country) == (880, 48, 2, "DE")
    assert tc.vendors == {1, 2, 3, 4}
    assert tc.disclosed == {1, 2, 3, 4, 5, 100, 404}
    assert tc.day == date(2025, 6, 3)
    assert format_tc(tc) == TC_STRING


def test_models_come_back() -> None:
    """Whatever a string can say is read as it was written."""
    random = Random(3)
    for _ in range(60):
        model = tc_model(random)
        assert parse_tc(format_tc(model)) == model


def test_the_shorter_way() -> None:
    """A visitor's cookie stays small: few vendors of high numbers are listed, many are a bit each."""
    few, many = (
        format_tc(replace(PLAIN, vendors=frozenset(ids), disclosed=frozenset(ids)))
        for ids in ([1500], range(1, 1500, 2))
    )
    assert len(few) < 80
    assert 500 < len(many) < 600


@pytest.mark.parametrize(("unit", "letters"), [(6, 5), (8, 6), (24, 8)])
def test_any_padding(unit: int, letters: int) -> None:
    """Strings of others are read, too: filled up to a letter, a byte or four letters; and no other way."""
    core = format_tc(PLAIN).split(".")[0]
    disclosed = to_letters(f"001{5:016b}0{0b01001:05b}", unit)
    assert len(disclosed) == letters
    assert parse_tc(f"{core}.{disclosed}").disclosed == {2, 5}
    for wrong in (disclosed + "A" * 4, disclosed + "A" * (7 - letters) if letters < 7 else disclosed[:-1]):
        with pytest.raises(SignalError):
            parse_tc(f"{core}.{wrong}")


def bits_of(text: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return "".join(f"{alphabet.index(letter):06b}" for letter in text)


def altered(start: int, bits: str) -> str:
    """A string of ours with other bits at a place of its core."""
    core, rest = format_tc(PLAIN).split(".", 1)
    before = bits_of(core)
    return f"{to_letters(before[:start] + bits + before[start + len(bits) :], 24)}.{rest}"


def disclosing(bits: str) -> str:
    return f"{format_tc(PLAIN).split('.')[0]}.{to_letters('001' + bits, 24)}"


def run(first: int, last: int) -> str:
    return f"1{first:016b}{last:016b}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "not a string",
        format_tc(PLAIN).split(".")[0],  # without the vendors disclosed: 2.2
        format_tc(PLAIN) + ".YAAAAAAAAAAA.YAAAAAAAAAAA",
        format_tc(PLAIN) + ".IAAA",
        format_tc(PLAIN) + "AAAA",
        format_tc(PLAIN) + "=",
        format_tc(PLAIN)[:-8],
        "A" * 20_000,
        altered(0, "000001"),  # version 1
        altered(6, "1" * 36),  # no day
        altered(6 + 35, "1"),
        altered(6, f"{864_000:036b}"),  # made on another day than it was changed
        altered(78, "000000000000"),  # nobody's number
        altered(78, "000000000001"),
        altered(108, "111111"),  # no letter
        altered(138, "0"),  # for all the web
        altered(176, "1"),  # legitimate interest in storing
        altered(178, "1"),  # and in profiles
        altered(len(bits_of(format_tc(PLAIN).split(".")[0])) - 1, "1"),  # ones in the padding
        disclosing(f"{9:016b}1{1:012b}{run(5, 5)}"),  # a run of one
        disclosing(f"{9:016b}1{1:012b}{run(6, 5)}"),
        disclosing(f"{9:016b}1{1:012b}{run(6, 10)}"),  # beyond the highest
        disclosing(f"{9:016b}1{1:012b}0{0:016b}"),  # no vendor
        disclosing(f"{9:016b}1{2:012b}{run(6, 7)}{run(2, 3)}"),  # not ascending
        disclosing(f"{9:016b}1{2:012b}{run(2, 4)}{run(4, 7)}"),
        disclosing(f"{9:016b}1{2:012b}{run(2, 4)}{run(5, 7)}"),  # two that are one
        disclosing(f"{60_000:016b}0"),  # ends long before it says
    ],
)
def test_refused(text: str) -> None:
    """What 2.3 does not allow is refused by name, not read as something near it."""
    with pytest.raises(SignalError) as caught:
        parse_tc(text)
    assert caught.value.ident == "consentkit.E140"
    assert len(str(caught.value)) < 300


def test_restrictions() -> None:
    """What a publisher forbids a vendor stands in the string once."""
    ruled = replace(PLAIN, restrictions={(2, 0): ((5, 9), (12, 12)), (2, 1): ((404, 404),)})
    assert parse_tc(format_tc(ruled)) == ruled
    core = bits_of(format_tc(PLAIN).split(".")[0])
    start = 213 + 17 + 17  # after two empty sets of vendors
    once = f"{2:06b}{1:02b}{1:012b}0{404:016b}"
    assert parse_tc(altered(start, f"{1:012b}{once}")).restrictions == {(2, 1): ((404, 404),)}
    for wrong in (f"{2:012b}{once}{once}", f"{1:012b}{once[:6]}11{once[8:]}", f"{1:012b}{0:06b}{once[6:]}"):
        with pytest.raises(SignalError):
            parse_tc(f"{to_letters(core[:start] + wrong, 24)}.IAAA")


@pytest.mark.parametrize(
    "other",
    [
        {"cmp_id": 1},
        {"cmp_id": 4096},
        {"language": "de"},
        {"language": "D"},
        {"purposes": {25}},
        {"purposes": {0}},
        {"legitimate_purposes": {1}},
        {"vendors": frozenset({0, 3})},
        {"vendors": frozenset({70_000})},
        {"day": date(1960, 1, 1)},
        {"day": "2026-11-23"},
        {"restrictions": {(2, 3): ()}},
        {"publisher": {}},
    ],
)
def test_not_written(other: dict[str, Any]) -> None:
    """No string is made that others would have to refuse."""
    with pytest.raises(SignalError):
        format_tc(replace(PLAIN, **other))


@given(st.data())
def test_any_text(data: st.DataObject) -> None:
    """A string with a letter changed, or any text, is refused by name or says just what comes out again."""
    text = format_tc(replace(PLAIN, vendors=frozenset({2, 5, 6, 7, 404}), restrictions={(2, 0): ((5, 9),)}))
    place = data.draw(st.integers(0, len(text) - 1))
    changed = data.draw(
        st.text("ABCEIQYagw019-_.", max_size=60)
        | st.sampled_from("ABEIQYg_.~").map(lambda new: text[:place] + new + text[place + 1 :])
    )
    try:
        found = parse_tc(changed)
    except SignalError:
        return
    assert parse_tc(format_tc(found)) == found


def test_counted_only_when_asked() -> None:
    """Who reads a string of a thousand vendors is answered about one without the others, and as a set would answer."""
    ids = {1, 3, 1500}
    found = parse_tc(format_tc(replace(PLAIN, vendors=frozenset(range(1, 1501, 2)) | ids))).vendors
    assert isinstance(found, BitSet)
    assert [number in found for number in (1, 2, 1500, 1501, 0, -1, True, "1")] == [True, False, True, *[False] * 5]
    assert (found, hash(found), repr(found)) == (frozenset(found), hash(frozenset(found)), repr(frozenset(found)))
    assert (len(found), found & ids, ids - found, found | {2} > found) == (751, ids, set(), True)


# ── the list ──


def framework(folder: Path, **other: Any) -> Framework:
    signals = parse_policy({"signals": {"tcf": tcf(folder, **other)}}, "test").signals
    assert signals is not None
    assert signals.tcf is not None
    return open_framework(signals.tcf)


def test_list(tmp_path: Path) -> None:
    """A site owner's list is read for what visitors must be told, and an address that is none is no link."""
    listed = parse_vendor_list(vendor_list())
    counting = listed.vendors[5]
    assert (listed.version, listed.policy_version, len(listed.purposes)) == (7, 4, 11)
    assert (counting.purposes, counting.legitimate, counting.days_kept) == ({1}, {7, 9}, 90)
    assert counting.privacy == "https://counting.test/privacy"
    assert counting.interest == ""
    assert listed.vendors[20].deleted
    german = framework(tmp_path).in_language("de-AT")
    assert german.purposes[1].name == "purposes 1 (de)"
    assert german.vendors == listed.vendors


@pytest.mark.parametrize(
    "other",
    [
        {"gvlSpecificationVersion": 2},
        {"vendorListVersion": "7"},
        {"tcfPolicyVersion": None},
        {"purposes": []},
        {"purposes": {"1": {"id": 1, "name": "", "description": "x"}}},
        {"vendors": {"2": {"id": 2}}},
        {"vendors": {"2": {"id": 2, "name": "x", "purposes": ["1"]}}},
        {"vendors": {"2": "x"}},
        {"dataCategories": {"1": {"id": True, "name": "x", "description": "x"}}},
    ],
)
def test_list_refused(other: dict[str, Any]) -> None:
    """A file that is not the list is refused, and the part at fault is named."""
    with pytest.raises(SignalError, match=r"vendor list: \w+: expected"):
        parse_vendor_list(vendor_list(**other))


def test_marks(tmp_path: Path) -> None:
    """A visitor can consent to each purpose, vendor and special feature, and object to each interest claimed."""
    ours = framework(tmp_path)
    assert ours.consenting == {"p1", "p2", "p3", "p4", "v2", "v5", "v12", "f1"}
    assert ours.objecting == {"o2", "o7", "o9", "j5", "j12"}
    day = date(2026, 11, 23)
    everything, nothing = ours.said(ours.consenting, day, "de-AT"), ours.said(ours.objecting, day, "en")
    assert (everything.vendors, everything.legitimate_vendors, everything.language) == ({2, 5, 12}, {5, 12}, "DE")
    assert (everything.purposes, everything.legitimate_purposes) == ({1, 2, 3, 4}, {2, 7, 9})
    assert not (nothing.purposes | nothing.legitimate_purposes | nothing.vendors | nothing.legitimate_vendors)
    assert not nothing.special_features
    assert everything.disclosed == nothing.disclosed == {2, 5, 12}
    for marks in (ours.consenting, ours.objecting, frozenset({"p1", "v2", "o7", "j5", "f1"})):
        assert ours.marks_of(ours.said(marks, day, "en")) == marks
    with pytest.raises(SignalError):
        ours.said({"v404"}, day, "en")  # on the list, and no partner of the site


def test_restricted(tmp_path: Path) -> None:
    """What a site allows its vendors less than the list does stands in the string, and is asked of nobody."""
    rules = [
        {"purpose": 7, "allow": "consent"},
        {"purpose": 2, "allow": "consent"},  # whoever claims an interest in that does not call it flexible
        {"purpose": 1, "allow": "nothing", "vendors": [12]},
        {"purpose": 9, "allow": "nothing"},
    ]
    ours = framework(tmp_path, restrictions=rules)
    assert ours.consenting == {"p1", "p2", "p3", "p4", "p7", "v2", "v5", "v12", "f1"}
    assert ours.objecting == {"o2", "j12"}
    said = ours.said(ours.consenting, date(2026, 11, 23), "en")
    assert parse_tc(format_tc(said)) == said
    assert said.restrictions == {(1, 0): ((12, 12),), (7, 1): ((5, 5),), (9, 0): ((5, 5),)}
    assert (said.legitimate_purposes, said.legitimate_vendors) == ({2}, {12})
    named_first = [{"purpose": 7, "allow": "nothing"}, {"purpose": 7, "allow": "consent", "vendors": [5]}]
    assert framework(tmp_path, restrictions=named_first).restrictions == {(7, 1): ((5, 5),)}
    assert framework(tmp_path, restrictions=[{"purpose": 1, "allow": "interest"}]).restrictions == {}


def test_no_file_is_read_whole_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong file in the list's place cannot take the server's memory."""
    monkeypatch.setattr("consentkit.signals.tcf.vendor_list.LARGEST_FILE", 100)
    with pytest.raises(SignalError, match="at most 100 bytes"):
        framework(tmp_path)
    (tmp_path / "vendor-list.json").write_text("[]", encoding="utf-8")
    with pytest.raises(SignalError, match="a JSON object"):
        load_vendor_list(str(tmp_path / "vendor-list.json"))
    (tmp_path / "vendor-list.json").write_text("{", encoding="utf-8")
    with pytest.raises(SignalError, match="JSON in UTF-8"):
        load_vendor_list(str(tmp_path / "vendor-list.json"))
