"""What a well-formed policy can still get wrong. Each check is a function from a policy to its problems.

Knows the model, not where the policy came from. Identifiers are stable: add, never renumber.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from consentkit.category import Category
from consentkit.errors import Problem
from consentkit.law.table import profiles
from consentkit.policy.duration import parse_duration
from consentkit.policy.elsewhere import check_domains, check_domains_cookie, check_domains_origin, check_imports
from consentkit.policy.model import Policy
from consentkit.policy.places import within
from consentkit.policy.sources import source_table
from consentkit.policy.theme import PLACES, weak_pairs
from consentkit.policy.values import Text
from consentkit.policy.wording import check_wording

Check = Callable[[Policy], Iterator[Problem]]

# The longest a cookie may be declared for: browsers cap at 400 days (RFC 6265bis §5.5), regulators ask for 13 months.
LONGEST_COOKIE = "13 months"
# Apache takes lines of 8190 bytes from the app behind it, nginx 8 KB in one buffer; the rest is for where to report.
LONGEST_CSP = 8000


def check_vendor_ids(policy: Policy) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, vendor in enumerate(policy.vendors):
        if vendor.id in seen:
            yield Problem(
                "consentkit.E010",
                f"vendors[{index}].id",
                "two vendors share this id.",
                "Give each vendor an id of its own: choices are remembered by it.",
                vendor.id,
            )
        seen.add(vendor.id)


def check_cookies_once(policy: Policy) -> Iterator[Problem]:
    places: dict[str, str] = {}
    for place, name in _cookie_places(policy):
        if name in places:
            yield Problem(
                "consentkit.E011",
                place,
                f"this cookie is already declared at {places[name]}.",
                "Declare it once, under whoever sets it.",
                name,
            )
        places.setdefault(name, place)


def check_hosts_once(policy: Policy) -> Iterator[Problem]:
    places: dict[str, str] = {}
    for index, vendor in enumerate(policy.vendors):
        for position, host in enumerate(vendor.hosts):
            place = f"vendors[{index}].hosts[{position}]"
            if host in places:
                yield Problem(
                    "consentkit.E012",
                    place,
                    f"this host is already declared at {places[host]}.",
                    'Name it once; a vendor may claim part of a host as "host/path".',
                    host,
                )
            places.setdefault(host, place)


def check_cookie_retention(policy: Policy) -> Iterator[Problem]:
    declared = [
        (f"vendors[{v}].cookies[{c}]", cookie)
        for v, vendor in enumerate(policy.vendors)
        for c, cookie in enumerate(vendor.cookies)
    ] + [(f"cookies[{c}]", cookie) for c, cookie in enumerate(policy.cookies)]
    for place, cookie in declared:
        if parse_duration(cookie.retention) > parse_duration(LONGEST_COOKIE) + 10 * 86400:
            yield Problem(
                "consentkit.E013",
                f"{place}.retention",
                f"no browser keeps a cookie for longer than 400 days, and authorities allow {LONGEST_COOKIE}.",
                "Shorten it here and where the cookie is set.",
                cookie.retention,
            )


def check_texts(policy: Policy) -> Iterator[Problem]:
    for place, text in _texts(policy):
        missing = [tag for tag in policy.languages or () if isinstance(text, dict) and tag not in text]
        if missing:
            yield Problem(
                "consentkit.E014",
                place,
                "no wording for a language the site offers.",
                f"Add {', '.join(missing)}, or write one text for all languages.",
                ", ".join(missing),
            )


def check_own_texts(policy: Policy) -> Iterator[Problem]:
    yield from check_wording(policy.texts or {})


def check_controller(policy: Policy) -> Iterator[Problem]:
    if policy.controller is None and (policy.vendors or policy.cookies):
        yield Problem(
            "consentkit.E015",
            "controller",
            "nobody is named as responsible (GDPR 13(1)(a)).",
            'Add [controller] with name = "…" and contact = "…".',
        )


def check_essential_words(policy: Policy) -> Iterator[Problem]:
    declared = {vendor.category for vendor in policy.vendors} | {cookie.category for cookie in policy.cookies}
    if Category.ESSENTIAL in policy.categories and Category.ESSENTIAL not in declared:
        yield Problem(
            "consentkit.E016",
            "categories.essential",
            "described, but nothing is declared essential.",
            "Declare the cookies or vendors it speaks of, or take the words out.",
        )


def check_country_header(policy: Policy) -> Iterator[Problem]:
    for name in ("country_header", "region_header"):
        header = getattr(policy.jurisdiction, name)
        if header and not policy.trusted_proxies:
            yield Problem(
                "consentkit.E017",
                f"jurisdiction.{name}",
                "anybody could send this header: no proxy is trusted to set it.",
                "List your proxies' networks in trusted_proxies, or take the header out.",
                header,
            )


def check_profiles(policy: Policy) -> Iterator[Problem]:
    for index, name in enumerate(policy.jurisdiction.profiles or ()):
        if name not in profiles():
            yield Problem(
                "consentkit.E104",
                f"jurisdiction.profiles[{index}]",
                "we know no exemption of that name.",
                f"Use one of: {', '.join(profiles())}.",
                name,
            )


def check_places(policy: Policy) -> Iterator[Problem]:
    for index, vendor in enumerate(policy.vendors if policy.processing else ()):
        away = [place for place in vendor.places if not within(place, policy.processing or ())]
        if away and vendor.transfer is None:
            yield Problem(
                "consentkit.E120",
                f"vendors[{index}].{'processed' if vendor.processed else 'country'}",
                f"{vendor.id} works on data where `processing` names no place, and nothing says what protects that.",
                "Say it in `transfer` (GDPR 46), or name where the data really goes in `processed`.",
                ", ".join(away),
            )


def check_entities(policy: Policy) -> Iterator[Problem]:
    places: dict[str, str] = {}
    for index, entity in enumerate(policy.entities or ()):
        for position, host in enumerate(entity.hosts):
            place = f"entities[{index}].hosts[{position}]"
            if host in places:
                yield Problem(
                    "consentkit.E121",
                    place,
                    f"two companies are responsible for this host: it is already named at {places[host]}.",
                    "Name each host under the one company that answers for it.",
                    host,
                )
            places.setdefault(host, place)


def check_retention(policy: Policy) -> Iterator[Problem]:
    if policy.retention == "session":
        yield Problem(
            "consentkit.E018",
            "retention",
            "records of consent cannot end with a session.",
            'Say how long they are kept, such as "3 years".',
            policy.retention,
        )


def check_keep(policy: Policy) -> Iterator[Problem]:
    kept = parse_duration(policy.keep.period) if policy.keep else 1
    if policy.keep and not 0 < kept <= parse_duration(policy.retention):
        yield Problem(
            "consentkit.E096",
            "keep.period",
            f"what must be kept cannot be kept for longer than anything is ({policy.retention}).",
            "Shorten it, or make `retention` at least as long.",
            policy.keep.period,
        )


def check_csp_hosts(policy: Policy) -> Iterator[Problem]:
    asked = [vendor for vendor in policy.vendors if vendor.category is not Category.ESSENTIAL]
    for place, source in _csp_places(policy):
        for vendor in asked:
            if any(_opens(source, host) for host in vendor.hosts):
                yield Problem(
                    "consentkit.E019",
                    place,
                    f"this would let {vendor.id} through for everybody, and it is declared as {vendor.category}.",
                    "Take it out: the decision opens a vendor's hosts; csp.hosts are for what needs no consent.",
                    source,
                )


def check_csp_length(policy: Policy) -> Iterator[Problem]:
    size = len(source_table(policy).widest)
    if policy.csp.mode != "off" and size > LONGEST_CSP:
        yield Problem(
            "consentkit.E027",
            "csp.mode",
            f"for whoever allows everything the header would be {size} bytes long, and proxies take {LONGEST_CSP}.",
            "Take out vendors you no longer use, name one parent in place of several hosts of a vendor, keep csp.only "
            'short, or set the mode to "off".',
            policy.csp.mode,
        )


def check_theme_position(policy: Policy) -> Iterator[Problem]:
    places = PLACES[policy.theme.layout]
    if policy.theme.place not in places:
        yield Problem(
            "consentkit.E070",
            "theme.position",
            f'the layout "{policy.theme.layout}" cannot stand there.',
            f"Use one of: {', '.join(places)}; or leave it out.",
            policy.theme.place,
        )


def check_theme_contrast(policy: Policy) -> Iterator[Problem]:
    for pair in weak_pairs(policy.theme):
        colours = policy.theme.palette(pair.mode)
        yield Problem(
            "consentkit.E071",
            f"theme.{pair.mode}.{pair.front}",
            f"it can hardly be told from {pair.ground} ({colours[pair.ground]}): {pair.contrast:.2f} to 1.",
            f"Make one of the two darker or lighter, until it is {pair.needed:g} to 1.",
            colours[pair.front],
            breaks="equal-weight",
        )


CHECKS: tuple[Check, ...] = (
    check_vendor_ids,
    check_cookies_once,
    check_hosts_once,
    check_cookie_retention,
    check_texts,
    check_own_texts,
    check_controller,
    check_essential_words,
    check_country_header,
    check_profiles,
    check_places,
    check_entities,
    check_retention,
    check_keep,
    check_csp_hosts,
    check_csp_length,
    check_theme_position,
    check_theme_contrast,
    check_domains,
    check_domains_origin,
    check_domains_cookie,
    check_imports,
)


def problems(policy: Policy) -> list[Problem]:
    """Everything the checks find, in the order of CHECKS."""
    return [problem for check in CHECKS for problem in check(policy)]


def _cookie_places(policy: Policy) -> Iterator[tuple[str, str]]:
    for index, vendor in enumerate(policy.vendors):
        for position, cookie in enumerate(vendor.cookies):
            yield f"vendors[{index}].cookies[{position}].name", cookie.name
    for index, own in enumerate(policy.cookies):
        yield f"cookies[{index}].name", own.name


def _csp_places(policy: Policy) -> Iterator[tuple[str, str]]:
    for index, source in enumerate(policy.csp.hosts):
        yield f"csp.hosts[{index}]", source
    for directive, sources in policy.csp.only.items():
        for index, source in enumerate(sources):
            yield f"csp.only.{directive}[{index}]", source


def _opens(source: str, claimed: str) -> bool:
    """Whether a source reaches what a vendor claims: "host", which covers its subdomains, or "host/path"."""
    place, _, path = source.rpartition("://")[2].partition("/")
    host, _, part = claimed.partition("/")
    name = place.partition(":")[0]
    below = name.removeprefix("*.")
    same = below == host or below.endswith(f".{host}") or (name != below and host.endswith(f".{below}"))
    return same and (path.startswith(part) or (part.startswith(path) and (not path or path.endswith("/"))))


def _texts(policy: Policy) -> Iterator[tuple[str, Text]]:
    for category, words in policy.categories.items():
        yield f"categories.{category}.description", words.description
    for index, vendor in enumerate(policy.vendors):
        yield f"vendors[{index}].purpose", vendor.purpose
        for name, text in (("data", vendor.data), ("stop", vendor.stop), ("transfer", vendor.transfer)):
            if text is not None:
                yield f"vendors[{index}].{name}", text
        for position, cookie in enumerate(vendor.cookies):
            yield f"vendors[{index}].cookies[{position}].purpose", cookie.purpose
        if vendor.justification is not None:
            yield f"vendors[{index}].justification", vendor.justification
    if policy.keep is not None:
        yield "keep.reason", policy.keep.reason
    for index, own in enumerate(policy.cookies):
        yield f"cookies[{index}].purpose", own.purpose
        if own.justification is not None:
            yield f"cookies[{index}].justification", own.justification
