"""Loading a policy: a Policy, or every problem at once, each with its id, its place and a remedy."""

from __future__ import annotations

import copy
import re
import string
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consentkit import canonical
from consentkit.errors import ConfigError, Problem
from consentkit.policy import Policy, declaration, load_policy, parse_policy
from consentkit.policy.checks import CHECKS

SRC = Path(load_policy.__code__.co_filename).parents[1]


def good() -> dict[str, Any]:
    """A policy with something of everything."""
    return {
        "languages": ["en", "fr", "nl", "de", "ro"],
        "site": {"hosts": ["www.shop.example"]},
        "controller": {"name": "Shop", "contact": "privacy@shop.example"},
        "categories": {"analytics": {"description": "We count."}},
        "jurisdiction": {"country_header": "CF-IPCountry", "regimes": {"US-CA": "opt_out"}},
        "trusted_proxies": ["10.0.0.0/8", "192.0.2.1"],
        "vendors": [
            {
                "id": "acme",
                "name": "Acme",
                "category": "analytics",
                "purpose": "Counts.",
                "hosts": ["acme.example", "cdn.example/acme/"],
                "cookies": [{"name": "_acme_*", "purpose": "Tells visits apart.", "retention": "13 months"}],
            },
            {"id": "other", "name": "Other", "category": "marketing", "purpose": "Sells.", "hosts": ["other.example"]},
        ],
        "cookies": [{"name": "lang", "category": "functional", "purpose": "Language.", "retention": "session"}],
    }


def changed(place: str, value: Any = None, *, gone: bool = False) -> dict[str, Any]:
    """A good policy with one thing changed or taken out."""
    data = good()
    target: Any = data
    *way, last = (int(part) if part.isdigit() else part for part in re.findall(r"\w+", place))
    for part in way:
        target = target[part]
    if gone:
        del target[last]
    else:
        target[last] = value
    return data


def problems_of(data: Any) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        parse_policy(data, "test")
    return list(caught.value.problems)


def test_a_good_policy() -> None:
    """What is well declared loads, hosts and header names in one spelling, paths as they were written."""
    policy = parse_policy(good(), "test")
    assert policy.jurisdiction.country_header == "cf-ipcountry"
    assert policy.vendors[0].hosts == ("acme.example", "cdn.example/acme/")
    data = changed("vendors[0].hosts", ["ACME.Example", "CDN.Example/Acme/X"])
    assert parse_policy(data, "test").vendors[0].hosts == ("acme.example", "cdn.example/Acme/X")


# What would open more than one host to everybody, or is none.
LOOSE = [
    "*", "https:", "https://*", "*.com", "*.co.uk", "*.localhost", "data:", "'unsafe-inline'", "ftp://a.example",
    "//a.example", "javascript://a.example", "a.example;", "a.example b.example", "a.example,b", "a.example/?q",
    "a.example/a;b", "a.*.example", "**.a.example", "a.example:0", "a.example:99999999", "acmé.example", "a.example\n",
    "a.example/@", "a.example\r\nX: y", "x://https://a.example",
]  # fmt: skip

ENTITY = {"name": "Shop Ltd", "contact": "x@shop.example", "hosts": ["uk.shop.example"]}
# Every id there is, with a change that triggers exactly it, and where it says it is.
WITNESS = "witness.example+0080fed4+BAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
PEM = "-----BEGIN CERTIFICATE-----"
SITES = ["https://a.example", "https://b.example"]
ENTITIES = [{"name": "A", "contact": "a@a.example", "hosts": ["a.example"]}]
KEEPER = {"entities": [{"name": "Keeper", "contact": "k@keep.example", "hosts": ["keep.example"]}]}
KLARO = {"tool": "klaro", "map": {"x": "analytics"}}
WRONG: list[tuple[str, str, dict[str, Any]]] = [
    ("E001", "colour", changed("colour", "red")),
    ("E001", "vendors[0].cookies[0].domain", changed("vendors[0].cookies[0].domain", "x")),
    ("E002", "vendors[1].id", changed("vendors[1].id", gone=True)),
    ("E002", "controller.contact", changed("controller.contact", gone=True)),
    ("E002", "cookies[0].retention", changed("cookies[0].retention", gone=True)),
    ("E003", "version", changed("version", 1)),
    ("E003", "effective", changed("effective", "soon")),
    ("E003", "vendors", changed("vendors", {"id": "acme"})),
    ("E003", "languages", changed("languages", [])),
    ("E003", "site.name", changed("site.name", "  ")),
    ("E003", "honour_gpc", changed("honour_gpc", "perhaps")),
    ("E003", "categories.analytics.description", changed("categories.analytics.description", 5)),
    ("E004", "vendors[1].category", changed("vendors[1].category", "advertising")),
    ("E004", "mode", changed("mode", "loud")),
    ("E004", "render", changed("render", "Shared")),
    ("E004", "categories.ads.[key]", changed("categories.ads", {"description": "x"})),
    ("E005", "cookies[0].retention", changed("cookies[0].retention", "a while")),
    ("E005", "retention", changed("retention", "3years")),
    ("E006", "vendors[0].hosts[1]", changed("vendors[0].hosts[1]", "https://acme.example")),
    ("E006", "vendors[0].hosts[0]", changed("vendors[0].hosts[0]", "acme.example:8000")),
    ("E006", "vendors[0].hosts[0]", changed("vendors[0].hosts[0]", "acme.example/a b")),
    ("E006", "vendors[0].hosts[0]", changed("vendors[0].hosts[0]", "acmé.example")),
    ("E006", "vendors[0].hosts[0]", changed("vendors[0].hosts[0]", "acme..example")),
    ("E006", "site.hosts[0]", changed("site.hosts[0]", "shop.example/path")),
    ("E006", "cookie_domain", changed("cookie_domain", "shop.example/path")),
    ("E006", "cookie_domain", changed("cookie_domain", "shop.example; Secure")),
    ("E006", "cookie_domain", changed("cookie_domain", ".shop.example")),
    ("E007", "vendors[0].privacy_url", changed("vendors[0].privacy_url", "javascript:alert(1)")),
    ("E007", "privacy_policy", changed("privacy_policy", "//evil.example")),
    ("E007", "privacy_policy", changed("privacy_policy", "/\\evil.example")),
    ("E007", "privacy_policy", changed("privacy_policy", "/privacy\n")),
    ("E007", "imprint", changed("imprint", "mailto:x@shop.example\n")),
    ("E008", "prefix", changed("prefix", "_privacy")),
    ("E008", "prefix", changed("prefix", "/_privacy/")),
    ("E008", "prefix", changed("prefix", "/")),
    ("E008", "prefix", changed("prefix", "/..")),
    ("E008", "prefix", changed("prefix", "/a/./b")),
    ("E008", "prefix", changed("prefix", "/a?b")),
    ("E034", "log.witnesses[0].url", changed("log", {"witnesses": [{"url": "witness.example", "vkey": WITNESS}]})),
    ("E034", "log.timestamps.url", changed("log", {"timestamps": {"url": "https://a b/", "root": PEM}})),
    ("E035", "log.witnesses[0].vkey", changed("log", {"witnesses": [{"url": "https://w.example", "vkey": "x+y"}]})),
    ("E036", "log.timestamps.root", changed("log", {"timestamps": {"url": "https://t.example", "root": "root.pem"}})),
    ("E009", "vendors[0].id", changed("vendors[0].id", "Acme Ltd")),
    ("E009", "cookies[0].name", changed("cookies[0].name", "a=b")),
    ("E009", "cookies[0].name", changed("cookies[0].name", "*")),
    ("E009", "cookies[0].name", changed("cookies[0].name", "lang\n")),
    ("E009", "cookies[0].path", changed("cookies[0].path", "/\u0103")),
    ("E009", "cookies[0].path", changed("cookies[0].path", "/; Domain=x")),
    ("E009", "cookies[0].path", changed("cookies[0].path", "/\r\nX: y")),
    ("E009", "jurisdiction.default", changed("jurisdiction.default", "be")),
    ("E009", "jurisdiction.country_header", changed("jurisdiction.country_header", "cf country")),
    ("E009", "languages[1]", changed("languages", ["en", "English"])),
    ("E010", "vendors[1].id", changed("vendors[1].id", "acme")),
    ("E011", "cookies[0].name", changed("cookies[0].name", "_acme_*")),
    ("E012", "vendors[1].hosts[0]", changed("vendors[1].hosts[0]", "Acme.example")),
    ("E013", "cookies[0].retention", changed("cookies[0].retention", "401 days")),
    ("E013", "vendors[0].cookies[0].retention", changed("vendors[0].cookies[0].retention", "2 years")),
    ("E014", "vendors[0].purpose", changed("vendors[0].purpose", {"en": "x", "fr": "y"})),
    ("E014", "categories.analytics.description", changed("categories.analytics.description", {})),
    ("E014", "cookies[0].purpose", changed("cookies[0].purpose", {"nl": "x"})),
    ("E003", "texts.fr.body.kept", changed("texts", {"fr": {"body": {"kept": 6}}})),
    ("E009", "texts.French.[key]", changed("texts", {"French": {"reopen": "x"}})),
    ("E080", "texts.tlh", changed("texts", {"tlh": {"reopen": "x"}})),
    ("E081", "texts.fr.body.kep", changed("texts", {"fr": {"body": {"kep": "x"}}})),
    ("E082", "texts.fr.body.kept", changed("texts", {"fr": {"body.kept": "Pas longtemps."}})),
    ("E084", "texts.fr.reopen", changed("texts", {"fr": {"reopen": "a\u202eb"}})),
    ("E084", "site.name", changed("site.name", "Shop\u2066")),
    ("E084", "vendors[0].name", changed("vendors[0].name", "Acme\x1b[31m")),
    ("E084", "vendors[0].purpose.fr", changed("vendors[0].purpose", {"en": "x", "fr": "\x00y"})),
    ("E085", "texts.en.button.accept_all", changed("texts", {"en": {"button.accept_all": "ACCEPT ALL"}})),
    ("E085", "texts.en.button.accept_all", changed("texts", {"en": {"button.accept_all": "Accept all!"}})),
    ("E085", "texts.fr.button.accept_all", changed("texts", {"fr": {"button.accept_all": "👍 Tout accepter"}})),
    ("E085", "texts.en.button.accept_all", changed("texts", {"en": {"button.accept_all": "Accept and go on reading"}})),
    ("E086", "theme.font", changed("theme", {"font": "Open' Sans"})),
    ("E086", "theme.font", changed("theme", {"font": '"Open Sans, serif'})),
    ("E086", "theme.font", changed("theme", {"font": "serif,,sans"})),
    ("E082", "texts.ro.vendors", changed("texts", {"ro": {"vendors": {"one": "unul", "other": "{n}"}}})),
    ("E015", "controller", changed("controller", gone=True)),
    ("E016", "categories.essential", changed("categories.essential", {"description": "x"})),
    ("E017", "jurisdiction.country_header", changed("trusted_proxies", gone=True)),
    ("E104", "jurisdiction.profiles[0]", changed("jurisdiction", {"profiles": ["us-statistics"]})),
    ("E017", "jurisdiction.region_header", {"jurisdiction": {"region_header": "cf-region-code"}}),
    ("E018", "retention", changed("retention", "session")),
    ("E096", "keep.period", changed("keep", {"period": "9 years", "reason": "A law."})),
    ("E014", "keep.reason", changed("keep", {"period": "1 year", "reason": {"fr": "Une loi."}})),
    ("E120", "vendors[0].processed", changed("vendors[0].processed", ["FR", "GB"]) | {"processing": ["EU"]}),
    ("E120", "vendors[0].country", changed("vendors[0].country", "US") | {"processing": ["IE", "US-CA"]}),
    ("E121", "entities[1].hosts[0]", changed("entities", [ENTITY, ENTITY])),
    ("E014", "vendors[0].stop", changed("vendors[0].stop", {"fr": "x"})),
    ("E008", "children[0]", changed("children", ["pupils"])),
    ("E004", "csp.mode", changed("csp", {"mode": "strict"})),
    ("E004", "csp.only.form-action.[key]", changed("csp", {"only": {"form-action": ["a.example"]}})),
    ("E019", "csp.hosts[0]", changed("csp", {"hosts": ["acme.example"]})),
    ("E019", "csp.hosts[0]", changed("csp", {"hosts": ["https://eu.acme.example:8443/x"]})),
    ("E019", "csp.hosts[0]", changed("csp", {"hosts": ["cdn.example"]})),
    ("E019", "csp.only.img-src[1]", changed("csp", {"only": {"img-src": ["a.example", "*.acme.example"]}})),
    ("E022", "trusted_proxies[1]", changed("trusted_proxies[1]", "10.0.0.1/8")),
    ("E022", "trusted_proxies[0]", changed("trusted_proxies[0]", ["10.0.0.0/8"])),
    ("E070", "theme.position", changed("theme", {"layout": "box", "position": "top"})),
    ("E071", "theme.light.ink", changed("theme", {"light": {"ink": "#767b80", "paper": "#f4f4f4"}})),
    ("E071", "theme.dark.fill", changed("theme", {"dark": {"fill": "#2a3a4a", "on": "#ffffff"}})),
    ("E004", "theme.layout", changed("theme", {"layout": "wall"})),
    ("E086", "theme.font", changed("theme", {"font": "x;}*{display:none}"})),
    ("E073", "theme.light.on", changed("theme", {"light": {"on": "white"}})),
    ("E073", "theme.dark.on", changed("theme", {"dark": {"on": "#fff;}"}})),
    ("E003", "theme.radius", changed("theme", {"radius": 99})),
    ("E101", "jurisdiction.places.AU.memory", changed("jurisdiction", {"places": {"AU": {"memory": "session"}}})),
    ("E101", "jurisdiction.places.AU.memory", changed("jurisdiction", {"places": {"AU": {"memory": "3 years"}}})),
    ("E074", "minimum_age.years", changed("minimum_age", "some")),
    ("E074", "minimum_age.years", changed("minimum_age", True)),
    ("E074", "minimum_age.years", changed("minimum_age", {"years": 99})),
    ("E074", "minimum_age.countries.DK", changed("minimum_age", {"countries": {"DK": 0}})),
    *(("E028", "csp.hosts[0]", changed("csp", {"hosts": [source]})) for source in LOOSE),
    ("E160", "domains.origin", changed("domains", {"origin": "http://keep.example", "sites": SITES})),
    (
        "E160",
        "domains.sites[1]",
        changed("domains", {"origin": SITES[0], "sites": [SITES[0], "https://b.example/shop"]}),
    ),
    ("E161", "domains.sites[1]", changed("domains", {"origin": SITES[0], "sites": [SITES[0], SITES[0] + ":443"]})),
    ("E162", "domains.sites[1]", {"domains": {"origin": SITES[0], "sites": SITES}, "entities": ENTITIES}),
    (
        "E163",
        "cookie_domain",
        changed("cookie_domain", "a.example") | {"domains": {"origin": SITES[0], "sites": SITES}},
    ),
    ("E164", "imports[0].map.x", changed("imports", [{"tool": "klaro", "map": {"x": "essential"}}])),
    ("E165", "imports[0].vendors[0]", changed("imports", [{**KLARO, "vendors": ["nobody"]}])),
    ("E165", "imports[0].cookies[0]", changed("imports", [{**KLARO, "cookies": ["none"]}])),
    ("E166", "imports[1].cookie", changed("imports", [KLARO, KLARO])),
    ("E004", "imports[0].tool", changed("imports", [{**KLARO, "tool": "homemade"}])),
    ("E167", "domains.origin", changed("domains", {"origin": "https://keep.example", "sites": SITES}) | KEEPER),
    ("E027", "csp.mode", changed("csp", {"mode": "enforce", "hosts": [f"h{n}.{'x' * 60}.example" for n in range(90)]})),
]


@pytest.mark.parametrize(("ident", "place", "data"), WRONG, ids=[f"{ident} {place}" for ident, place, _ in WRONG])
def test_each_problem(ident: str, place: str, data: dict[str, Any]) -> None:
    """One mistake is one problem, with a stable id, its place in the file, what is wrong and how to mend it."""
    (problem,) = problems_of(data)
    assert (problem.ident, problem.place) == (f"consentkit.{ident}", place)
    assert re.fullmatch(r"[^A-Z ].*[.)]", problem.message)
    assert problem.remedy.endswith(".")


def test_every_id_has_its_mistake() -> None:
    """No id is promised that nothing triggers, and none is raised that is not tested here."""
    names = ("load.py", "mistakes.py", "checks.py", "elsewhere.py", "wording.py")
    sources = [(SRC / "policy" / name).read_text() for name in names]
    promised = {ident for text in sources for ident in re.findall(r'"consentkit\.(E\d+)"', text)}
    assert promised == {ident for ident, _, _ in WRONG} | {"E000"}
    assert len(CHECKS) == len(
        {ident for ident in promised if "E010" <= ident <= "E019"}
        | {"E027", "E070", "E071", "E080", "E096", "E104", "E120", "E121", "E161", "E163", "E164", "E167"}
    )


def test_everything_at_once() -> None:
    """An owner sees mistakes in shape and in sense together, at the places they stand in the file."""
    data = good()
    data["mode"] = "loud"
    data["retention"] = "session"
    data["vendors"] = [{"id": "broken"}, *data["vendors"], dict(data["vendors"][1])]
    data["cookies"] += [{"name": "x"}, dict(data["cookies"][0], retention="9 years")]
    found = {(problem.ident[-4:], problem.place) for problem in problems_of(data)}
    assert found == {
        ("E002", "vendors[0].name"),
        ("E002", "vendors[0].category"),
        ("E002", "vendors[0].purpose"),
        ("E002", "cookies[1].category"),
        ("E002", "cookies[1].purpose"),
        ("E002", "cookies[1].retention"),
        ("E004", "mode"),
        ("E010", "vendors[3].id"),
        ("E012", "vendors[3].hosts[0]"),
        ("E011", "cookies[2].name"),
        ("E013", "cookies[2].retention"),
        ("E018", "retention"),
    }
    assert "declared at vendors[2].hosts[0]" in str(problems_of(data))


def test_one_bad_host_hides_nothing() -> None:
    """A mistake in one host of a vendor leaves its other hosts and cookies to be looked at, at their own places."""
    data = good()
    data["vendors"][0]["hosts"] = ["not a host", *data["vendors"][0]["hosts"]]
    data["vendors"][0]["cookies"] = [{"name": "a=b"}, dict(data["vendors"][0]["cookies"][0], retention="9 years")]
    data["vendors"][1]["hosts"] = [data["vendors"][0]["hosts"][1]]
    found = {(problem.ident[-4:], problem.place) for problem in problems_of(data)}
    assert {
        ("E006", "vendors[0].hosts[0]"),
        ("E009", "vendors[0].cookies[0].name"),
        ("E013", "vendors[0].cookies[1].retention"),
        ("E012", "vendors[1].hosts[0]"),
    } <= found
    assert "declared at vendors[0].hosts[1]" in str(problems_of(data))


# pydantic's own words, which tell an owner what a validator wanted, and not what is wrong with the policy.
FOREIGN = re.compile(r"input|should|valid |instance|field required|not permitted|pattern", re.I)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("mode", "loud", 'no value that this key has. Use one of: "enforce", "report".'),
        ("jurisdiction.regimes", {"US": "maybe"}, '"opt_in", "opt_out", "notice_only".'),
        ("honour_gpc", "perhaps", "neither true nor false."),
        ("site", 5, "not a table."),
        ("vendors", {"a": 1}, "not a list."),
        ("controller.name", 7, "not text."),
        ("theme", {"radius": 99}, "more than 24."),
        ("effective", "soon", "not a date."),
        ("languages", [], "empty, or too short."),
        ("site.name", "x" * 9999, "longer than 2000 characters."),
    ],
)
def test_said_in_our_words(place: str, value: Any, said: str) -> None:
    """Whatever is wrong with a value, an owner reads what it is and what may stand there, in plain words."""
    (problem,) = problems_of(changed(place, value))
    assert said in f"{problem.message} {problem.remedy}"
    assert not FOREIGN.search(problem.message)


def test_no_blame_for_what_was_misspelled() -> None:
    """A controller with a mistake in it is not called missing as well."""
    assert [problem.place for problem in problems_of(changed("controller.contact", 5))] == ["controller.contact"]


@pytest.mark.parametrize("kind", [list, tuple])
def test_lists_and_tuples(kind: type) -> None:
    """A policy written in Python may use either."""
    data = good() | {"mode": "loud"}
    data["vendors"] = kind([data["vendors"][0], data["vendors"][0]])
    found = {(problem.ident[-4:], problem.place) for problem in problems_of(data)}
    assert {("E004", "mode"), ("E010", "vendors[1].id")} <= found


def test_values_are_shown_short() -> None:
    """A problem shows the offending value, never all of it, and not what else is in the file."""
    (problem,) = problems_of(changed("mode", "x" * 1000))
    assert len(problem.value) <= 60
    (problem,) = problems_of(changed("vendors[0].token", "hidden"))
    assert "hidden" not in str(problem)


# ── files ──


def test_file(tmp_path: Path) -> None:
    """A policy in a file is the same as one in Python."""
    path = tmp_path / "consent.toml"
    path.write_text('version = "7"\n[site]\nid = "shop"\n', encoding="utf-8")
    assert load_policy(path) == load_policy(str(path)) == parse_policy({"version": "7", "site": {"id": "shop"}}, "")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        (b"version = ", "is not TOML"),
        (b'version = "\xff"', "is not TOML"),
        (b"\0", "is not TOML"),
    ],
)
def test_unreadable_files(tmp_path: Path, content: bytes | None, words: str) -> None:
    """A file that is missing or no TOML is named, with what to do."""
    path = tmp_path / "consent.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=words) as caught:
        load_policy(path)
    (problem,) = caught.value.problems
    assert (problem.ident, problem.place) == ("consentkit.E000", str(path))


def test_folder_for_a_file(tmp_path: Path) -> None:
    """A folder in the place of a file is named too."""
    with pytest.raises(ConfigError, match="cannot be read"):
        load_policy(tmp_path)


# ── anything ──

KEYS = st.sampled_from([*Policy.model_fields, "id", "name", "hosts", "contact", "purpose", "category", "en", "US"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.dates(),
    st.binary(max_size=4),
    st.sampled_from(
        ["session", "13 months", "a.example", "/x", "marketing", "opt_in", "10.0.0.0/8", "\ud800", 10**400]
    ),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(KEYS | st.text(max_size=3) | st.integers(), inner, max_size=4),
    ),
    max_leaves=12,
)


def loads(data: Any) -> None:
    """The data is a policy that can be stored and read again, or every problem has a place and a remedy."""
    try:
        policy = parse_policy(data, "test")
    except ConfigError as caught:
        error = caught
    else:
        stored = declaration(policy)
        assert declaration(parse_policy(canonical.decode(canonical.encode(stored)), "stored")) == stored
        return
    assert error.problems
    assert str(error)
    assert all(problem.place and problem.remedy for problem in error.problems)


@given(ANYTHING)
@example({"\ud800": 1})
@example({1: 2, "mode": 5})
@example(MappingProxyType({"version": "2"}))
@example(None)
@example({"vendors": ({"id": "a", "name": "A", "category": "marketing", "purpose": "p"},) * 2, "mode": 1})
@example({"effective": float("nan")})
def test_any_mapping(data: Any) -> None:
    """Whatever stands in a policy, the owner gets a policy or a list of problems, never a traceback."""
    loads(data)


@given(st.sampled_from([place for _, place, _ in WRONG]), ANYTHING)
def test_any_value_anywhere(place: str, value: Any) -> None:
    """The same for any value in any place of a policy that is otherwise good."""
    try:
        data = changed(place, value)
    except (KeyError, TypeError, AttributeError):
        data = good() | {"site": value}
    kept = copy.deepcopy(data)
    loads(data)
    assert repr(data) == repr(kept)


TOML = st.lists(
    st.sampled_from(
        [
            "[[vendors]]", "[site]", "[[vendors.cookies]]", "[controller]", "[jurisdiction.regimes]", 'id = "a"',
            'name = "A"', "name = 5", 'mode = "report"', 'category = "marketing"', 'purpose = {en = "x"}', "hosts = []",
            'contact = "x"', "effective = 2026-01-01", "effective = 2026-01-01T00:00:00Z", "x = inf", 'US = "opt_in"',
            '"\\u0000" = 1', "= 1", "[", "trusted_proxies = [1]", "effective = 07:32:00", "retention = -0.0",
        ]
    ),
    max_size=12,
).map("\n".join)  # fmt: skip


@given(TOML | st.text(string.printable, max_size=60))
def test_any_toml(text: str) -> None:
    """The same for any text in the file."""
    path = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path("/tmp")
    file = path / f"consentkit-test-{id(test_any_toml)}.toml"
    file.write_bytes(text.encode())
    try:
        assert isinstance(load_policy(file), Policy)
    except ConfigError as error:
        assert error.problems  # noqa: PT017
    finally:
        file.unlink()
