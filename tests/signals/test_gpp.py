"""GPP strings: as published, one spelling for each, and what a decision comes to in them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.decision import ESSENTIAL_ONLY, Basis, Decision
from consentkit.errors import SignalError
from consentkit.signals.gpp import SECTIONS, applicable, format_gpp, parse_gpp, section_said
from consentkit.signals.gpp.header import fibonacci, format_header, parse_header
from consentkit.signals.gpp.table import script_table
from tests.signals.models import GPP_HEADERS, gpp_model

# From the reference implementation's tests, by section: with nothing set, and with everything.
PUBLISHED = {
    "usnat": ("CAAAAAAAAABA.QA", "CVVVkkkkkpFY.YA"), "usca": ("BAAAAABA.QA", "BVWSSSVY.YA"),
    "usva": ("BAAAABA", "BVWSSVY"), "usco": ("BAAAAEA.QA", "BVWSSVg.YA"), "usut": ("BAAAAAQA", "BVVkklWA"),
    "usct": ("BAAAAAEA.QA", "BVWSSZFg.YA"), "usfl": ("BAAAAABA", "BVWSSZlY"), "usmt": ("BAAAAABA.QA", "BVWSSZFY.YA"),
    "usor": ("BAAAAAABAA.QA", "BVWSSRpFYA.YA"), "ustx": ("BAAAAAQA.QA", "BVWSSVWA.YA"),
    "usde": ("BAAAAAABAA.QA", "BVWSSSSVYA.YA"), "usia": ("BAAAAAQA.QA", "BVVkklWA.YA"),
    "usne": ("BAAAAAQA.QA", "BVWSSVWA.YA"), "usnh": ("BAAAAABA.QA", "BVWSSZFY.YA"),
    "usnj": ("BAAAAAAAQA.QA", "BVWSSRklWA.YA"), "ustn": ("BAAAAAQA.QA", "BVWSSVWA.YA"),
    "usmn": ("BAAAAAQA.QA", "BVWSSVWA.YA"), "usmd": ("BQAA.QA", "BVVU.YA"), "usin": ("BQAA.AAA", "BVVV.kkk"),
    "usky": ("BQAA.AAA", "BVVV.kkk"), "usri": ("BQAA.AAA", "BVVV.kkk"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "ids"), GPP_HEADERS.items())
def test_headers(text: str, ids: list[int]) -> None:
    """An advertiser's reader finds the sections that are there, whichever way the header was filled up."""
    assert parse_header(text) == ids
    assert format_header(ids).rstrip("A") == text.rstrip("A")


def test_fibonacci() -> None:
    """Numbers are spelled as the specification's table has them."""
    table = {1: "11", 2: "011", 3: "0011", 4: "1011", 5: "00011", 6: "10011", 7: "01011"}
    assert {number: fibonacci(number) for number in table} == table


@pytest.mark.parametrize(("prefix", "texts"), PUBLISHED.items())
def test_sections(prefix: str, texts: tuple[str, ...]) -> None:
    """Every section is read and written as its publisher does: the bytes are the same."""
    header = format_header([SECTIONS[prefix].id])
    for text in texts:
        whole = f"{header}~{text}"
        assert format_gpp(parse_gpp(whole)) == whole
    blank = [{name: codec.blank for name, codec in table.items()} for table in SECTIONS[prefix].segments]
    assert parse_gpp(f"{header}~{texts[0]}") == {prefix: blank}


def test_true_is_one() -> None:
    """Whose browser sends the signal is not said to send none: the written table has it the wrong way round."""
    (_, gpc) = parse_gpp("DBABLA~CAAAAAAAAABA.YA")["usnat"]
    assert gpc == {"SubsectionType": 1, "Gpc": True}


def test_the_first_national_section() -> None:
    """What other sites' visitors chose under the first version of the nation's section is read as it was meant."""
    text = "DBABLA~BAAAVVVVUQA.QA"  # from the reference implementation's tests
    core, _ = found = parse_gpp(text)["usnat"]
    assert (core["Version"], core["SensitiveDataProcessing"]) == (1, (1,) * 12)  # type: ignore[index]
    assert core["KnownChildSensitiveDataConsents"] == (1, 1)  # type: ignore[index]
    assert format_gpp({"usnat": found}) == text


def test_as_written() -> None:
    """Sections with a spelling of their own stand as they are, in the order of their numbers."""
    text = "DBACNYA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA~1YNN"
    assert parse_gpp(text) == {"tcfeuv2": text.split("~")[1], "uspv1": "1YNN"}
    assert format_gpp(dict(reversed(parse_gpp(text).items()))) == text
    assert format_gpp({}) == "DBAA"
    assert parse_gpp("DBAA") == {}


def test_models_come_back() -> None:
    """Whatever a section can say is read as it was written."""
    random = Random(2)
    for _ in range(60):
        model = gpp_model(random)
        assert parse_gpp(format_gpp(model)) == model


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DBAB",  # ends within a number
        "DBABL",  # names a section that does not follow
        "DBABLA~CAAAAAAAAABA~CAAAAAAAAABA",  # and one more than it names
        "EBABLA~CAAAAAAAAABA",  # another type
        "DBABLB~CAAAAAAAAABA",  # ones in the padding
        "DBABLAA~CAAAAAAAAABA",  # more padding than there need be
        "DBABrAA~CAAAAAAAAABA",
        "DBABLA~",
        "DBABLA~CAAAAAAAAABA.QA.QA",
        "DBABLA~CAAAAAAAAABA.",
        "DBABLA~CAAAAAAAAABA.gA",  # another subsection
        "DBABLA~CAAAAAAAAABC",  # padding again
        "DBABLA~CAAAAAAAAAAA",  # whether it is covered must be said
        "DBABLA~CwAAAAAAAABA",  # 3 is no answer
        "DBABLA~BVVVkkkkkpFY",  # the first version with the fields of the second
        "DBABLA~DVVVkkkkkpFY",  # a third
        "DBABLA~CAAAAAAAA=BA",
        "DBABLA~CAAAAAAAAABA\n",
        "DBABLA~ĊAAAAAAAAABA",
        "DBABTA~1Y N",
        "DBAB" + "A" * 20_000,
        "DBABLA" + "~" * 10_000,
        "DBACLYA~CAAAAAAAAABA~BAAAAABA",  # 7 and 8 as two runs
    ],
)
def test_refused(text: str) -> None:
    """A string that is not in its one spelling is refused by name; nobody guesses what a visitor may have meant."""
    with pytest.raises(SignalError) as caught:
        parse_gpp(text)
    assert caught.value.ident == "consentkit.E140"
    assert len(str(caught.value)) < 500


@given(st.text("ABCDEFQabz019-_.~", max_size=40) | st.sampled_from(["DBABLA~", "DBAA", "DBACNYA~"]).flatmap(
    lambda head: st.text("ABCQVYkp.~-", max_size=30).map(head.__add__)
))  # fmt: skip
def test_any_text(text: str) -> None:
    """Whatever comes in is refused by name, or says just what comes out again."""
    try:
        found = parse_gpp(text)
    except SignalError:
        return
    assert parse_gpp(format_gpp(found)) == found
    assert format_gpp(found).replace("A", "") == text.replace("A", "")


@pytest.mark.parametrize(
    "model",
    [
        {"usxx": []},
        {"usnat": []},
        {"usnat": "CAAAAAAAAABA"},
        {"uspv1": "1 NN"},
        {"usva": [{"Version": 1}]},
        {"usva": section_said("usva", Decision())[:1] * 2},
        {"usva": [section_said("usva", Decision())[0] | {"SaleOptOut": 3}]},
        {"usva": [section_said("usva", Decision())[0] | {"SensitiveDataProcessing": (0, 0)}]},
    ],
)
def test_not_written(model: dict[str, object]) -> None:
    """What no string can say is not written either."""
    with pytest.raises(SignalError):
        format_gpp(model)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("place", "approach", "prefix"),
    [
        ("US-CA", "national", "usnat"),
        ("US-CA", "states", "usca"),
        ("US-WY", "states", "usnat"),
        ("US", "states", "usnat"),
        ("DE", "national", None),
        ("ZZ", "states", None),
        ("", "states", None),
    ],
)
def test_applicable(place: str, approach: str, prefix: str | None) -> None:
    """A visitor has their state's section, or the nation's; outside the United States none applies."""
    assert applicable(place, approach) == prefix  # type: ignore[arg-type]


def test_opted_out() -> None:
    """Whoever refuses, or whose browser does, is told of as opted out of sale, sharing and targeted advertising."""
    everything = Decision(ESSENTIAL_ONLY | {"marketing"})
    refused = format_gpp({"usnat": section_said("usnat", Decision(gpc=True))})
    assert refused == "DBABLA~CVQVAAAAAACA.YA"
    (allowed, _) = section_said("usnat", everything)
    (denied, _) = section_said("usnat", Decision())
    answers = ("SaleOptOut", "SharingOptOut", "TargetedAdvertisingOptOut")
    assert [[core[name] for name in answers] for core in (allowed, denied)] == [[2, 2, 2], [1, 1, 1]]
    assert {name for name in allowed if allowed[name] != denied[name]} == set(answers)


def test_minors() -> None:
    """For a minor no section says that anybody consented to anything."""
    minor = Decision(basis=Basis.MINOR)
    assert section_said("usct", minor)[0]["KnownChildSensitiveDataConsents"] == (1, 1, 1)
    assert section_said("usva", minor)[0]["KnownChildSensitiveDataConsents"] == 1
    assert section_said("usva", minor)[0]["SaleOptOut"] == 1


def test_script_table() -> None:
    """The script in the page finds a string for whatever a decision can come to, in every section there is."""
    table = script_table("states")
    assert table["sections"].keys() == SECTIONS.keys()
    for prefix, row in table["sections"].items():
        assert set(row["strings"]) == {
            f"{word}{gpc}" for word in ("granted", "denied", "minor") for gpc in ("", " gpc")
        }
        for text in row["strings"].values():
            assert parse_gpp(text).keys() == {prefix}
    assert list(script_table("national")["sections"]) == ["usnat"]
