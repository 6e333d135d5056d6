"""What a declaration can get wrong: who, what, for how long, where to, by whose law.

Knows the policy and the table; not the site's wording.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentkit.catalog import find_cookie, find_tracker
from consentkit.law.ages import legal_age, minimum_age
from consentkit.law.regime import rules_for, taken_up
from consentkit.law.table import adequate, profiles
from consentkit.lint.ground import Fault, Ground, spelled
from consentkit.policy import Category, Policy, Regime
from consentkit.policy.duration import parse_duration
from consentkit.policy.model import Cookie

_DAY = 86400
_THIRTEEN_MONTHS = 396  # in days that are never fewer
_LONGEST_RECORD = "5 years"
# Scripts without spaces, in which a text has one word however much it says: Thai, Lao, Burmese, Khmer, kana, Han
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_NEEDS = {Regime.OPT_IN: 2, Regime.OPT_OUT: 1, Regime.NOTICE_ONLY: 0}


def memory(ground: Ground) -> Iterator[Fault]:
    row, days = ground.row, rules_for(ground.policy, ground.code).memory_days
    least, most = row.least or 0, row.most or days
    if not least <= days <= most:
        bound = f"at least {least}" if days < least else f"at most {most}"
        yield Fault(
            ground.said_at("memory"),
            f"a choice is remembered for {days} {'day' if days == 1 else 'days'}, and {row.code} asks for {bound}.",
            "Leave it out, and it is what the table says.",
        )


def cookie_lifetime(ground: Ground) -> Iterator[Fault]:
    longest = ground.row.longest_cookie or _THIRTEEN_MONTHS
    for place, _, cookie in _cookies(ground.policy):
        if parse_duration(cookie.retention) > longest * _DAY:
            message = f"this is longer than 13 months ({longest} days)."
            yield Fault(f"{place}.retention", message, "Shorten it here and where the cookie is set.", cookie.retention)


def essential_justified(ground: Ground) -> Iterator[Fault]:
    message = "this is called essential, and nothing says why the service cannot do without it."
    remedy = "Say so in `justification`, or put it into the category whose consent it needs."
    for index, own in enumerate(ground.policy.cookies):
        if own.category is Category.ESSENTIAL and own.justification is None:
            yield Fault(f"cookies[{index}]", message, remedy, own.name)
    for index, vendor in enumerate(ground.policy.vendors):
        if vendor.category is Category.ESSENTIAL and vendor.justification is None:
            yield Fault(f"vendors[{index}]", message, remedy, vendor.id)


def controller(ground: Ground) -> Iterator[Fault]:
    if ground.policy.controller is None and not ground.policy.entities:
        yield Fault(
            "controller",
            "nobody is named as responsible, not even for our own cookie and the record of a choice.",
            'Add [controller] with name = "…" and contact = "…".',
        )


def recipients(ground: Ground) -> Iterator[Fault]:
    for index, vendor in enumerate(ground.policy.vendors):
        if vendor.privacy_url is None:
            message = "visitors cannot find out what this company does with what it receives."
            yield Fault(f"vendors[{index}].privacy_url", message, "Add the address of its privacy policy.", vendor.id)


def retention(ground: Ground) -> Iterator[Fault]:
    if parse_duration(ground.policy.retention) > parse_duration(_LONGEST_RECORD):
        message = f"records of consent are kept for longer than {_LONGEST_RECORD}, and nothing says what for."
        yield Fault(
            "retention", message, "Keep them as long as a claim can be made, and no longer.", ground.policy.retention
        )


def where_data_goes(ground: Ground) -> Iterator[Fault]:
    for index, vendor in enumerate(ground.policy.vendors):
        if not vendor.places:
            message = "nothing says in which country this company works on what it receives."
            yield Fault(
                f"vendors[{index}].country", message, 'Add country = "…", or several as `processed`.', vendor.id
            )


def transfers(ground: Ground) -> Iterator[Fault]:
    for index, vendor in enumerate(ground.policy.vendors):
        away = [place for place in vendor.places if place != "EU" and place.partition("-")[0] not in adequate()]
        if away and vendor.transfer is None:
            yield Fault(
                f"vendors[{index}].transfer",
                f"data goes to {', '.join(away)}, and nothing says what protects it there.",
                'Say so: transfer = "Standard contractual clauses", or what else it is.',
                vendor.id,
            )


def regime(ground: Ground) -> Iterator[Fault]:
    applied, asked = rules_for(ground.policy, ground.code).regime, Regime(ground.row.regime)
    if _NEEDS[applied] < _NEEDS[asked]:
        yield Fault(
            ground.said_at("regime"),
            f"the law there asks for {asked}, and the policy makes do with less.",
            "Take the place out of `regimes` and `places`; where the law has changed, ask a lawyer.",
            applied.value,
        )


def gpc(ground: Ground) -> Iterator[Fault]:
    if not ground.row.gpc:
        return
    if not ground.policy.honour_gpc:
        message = "the signal must be followed there; it is, but nobody else is told: gpc.json is not served."
        yield Fault("honour_gpc", message, "Take the line out.", "false")
    if not rules_for(ground.policy, ground.code).gpc:
        remedy = "Take `gpc` out of the place: it is followed then."
        yield Fault(ground.said_at("gpc"), "the signal must be followed there.", remedy, "false")


def cross(ground: Ground) -> Iterator[Fault]:
    if ground.row.closes and not rules_for(ground.policy, ground.code).closes:
        remedy = "Take `closes` out of the place: the cross is there then, and refuses."
        yield Fault(
            ground.said_at("closes"), "the banner has no cross, and the law there asks for one.", remedy, "false"
        )


def language(ground: Ground) -> Iterator[Fault]:
    offered, asked = ground.policy.languages, ground.row.languages
    if offered and asked and not {tag.partition("-")[0] for tag in offered} & {tag.partition("-")[0] for tag in asked}:
        message = "the notice is there in no language of the place."
        yield Fault("languages", message, f"Add one of: {', '.join(asked)}.", ", ".join(offered))


def age(ground: Ground) -> Iterator[Fault]:
    least, own = legal_age(ground.code), minimum_age(ground.policy, ground.code)
    if own is not None and own < least:
        message = f"in {ground.code} nobody consents alone before the age of {least}."
        if rules_for(ground.policy, ground.code).regime is not Regime.OPT_IN:
            message = (
                f"in {ground.code} whoever is under {least} must have said yes, and there silence is taken for one."
            )
        yield Fault("minimum_age", message, 'Write years = "law", or a number that is not lower.', str(own))


def essential_known_otherwise(ground: Ground) -> Iterator[Fault]:
    remedy = "Put it into that category; if it is another thing of the same name, say so in `justification`."
    for place, category, cookie in _cookies(ground.policy):
        known = find_cookie(cookie.name.rstrip("*")) if category is Category.ESSENTIAL else None
        if known and known.category in (Category.ANALYTICS, Category.MARKETING):
            yield Fault(
                f"{place}.name", f"elsewhere this is for {known.category} ({known.vendor}).", remedy, cookie.name
            )
    for index, vendor in enumerate(ground.policy.vendors):
        for position, host in enumerate(vendor.hosts if vendor.category is Category.ESSENTIAL else ()):
            name, _, path = host.partition("/")
            found = find_tracker(name, f"/{path}")
            if found and found.category in (Category.ANALYTICS, Category.MARKETING):
                message = f"elsewhere this is for {found.category} ({found.vendor})."
                yield Fault(f"vendors[{index}].hosts[{position}]", message, remedy, host)


def exemption(ground: Ground) -> Iterator[Fault]:
    name = taken_up(ground.policy, ground.code)
    if name is None:
        return
    for index, vendor in enumerate(ground.policy.vendors):
        if not vendor.statistical:
            continue
        if vendor.category is not Category.ANALYTICS:
            message = f"{name} is for statistics, and this is declared as {vendor.category}."
            yield Fault(f"vendors[{index}].statistical", message, "Take the mark out.", vendor.id)
        for position, host in enumerate(vendor.hosts):
            known = find_tracker(host.partition("/")[0])
            if known and known.category == Category.MARKETING:
                message = f"{name} is for statistics of the site's own, and {known.vendor} is known for marketing."
                yield Fault(f"vendors[{index}].hosts[{position}]", message, "Take the mark `statistical` out.", host)
        for position, cookie in enumerate(vendor.cookies):
            if parse_duration(cookie.retention) > profiles()[name].longest_cookie * _DAY:
                message = f"{name} lets a cookie last for 13 months at most."
                place = f"vendors[{index}].cookies[{position}].retention"
                yield Fault(place, message, "Shorten it, or take the mark `statistical` out.", cookie.retention)


def held_until_asked(ground: Ground) -> Iterator[Fault]:
    if ground.policy.mode == "report":
        message = "the policy only reports: what needs consent is stored and sent without."
        yield Fault("mode", message, 'Write mode = "enforce" when the log names nothing new.', "report")
    if ground.policy.signals and ground.policy.signals.google == "advanced":
        message = "Google's tags load, and tell Google who opens which page, before anybody has consented."
        yield Fault("signals.google", message, 'Write google = "basic": then the tags wait.', "advanced")


def registered(ground: Ground) -> Iterator[Fault]:
    if ground.policy.signals and (tcf := ground.policy.signals.tcf):
        message = "the site speaks to advertisers as the registered consent manager of this number."
        yield Fault(
            "signals.tcf.cmp_id",
            message,
            "If IAB Europe has not given it to you, leave signals.tcf out.",
            str(tcf.cmp_id),
        )


def privacy_policy(ground: Ground) -> Iterator[Fault]:
    if ground.policy.privacy_policy is None:
        yield Fault(
            "privacy_policy", "nothing leads to the site's privacy policy.", 'Write privacy_policy = "/privacy".'
        )


def specific_purpose(ground: Ground) -> Iterator[Fault]:
    said = [(f"vendors[{i}].purpose", vendor.purpose) for i, vendor in enumerate(ground.policy.vendors)]
    said += [(f"{place}.purpose", cookie.purpose) for place, _, cookie in _cookies(ground.policy)]
    for where, words in (each for place, text in said for each in spelled(place, text)):
        if len(words.split()) < 2 and not _SPACELESS.search(words):
            remedy = "Say what is done and what for: “Counts visits, to see which pages are read”."
            yield Fault(where, "one word does not tell visitors what they agree to.", remedy, repr(words))


def _cookies(policy: Policy) -> Iterator[tuple[str, Category, Cookie]]:
    """Every declared cookie, with its place and category."""
    for index, own in enumerate(policy.cookies):
        yield f"cookies[{index}]", own.category, own
    for index, vendor in enumerate(policy.vendors):
        for position, cookie in enumerate(vendor.cookies):
            yield f"vendors[{index}].cookies[{position}]", vendor.category, cookie
