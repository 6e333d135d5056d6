"""What a cookie or a URL most likely is, where it must be said: for owners who ask, and auditors who check.

Knows all there is to know of one cookie, and no visitor. Ever weaker reasons are asked in turn, and the first that
answers is named in the answer:

    declared         the policy says so
    listed           a list of the site's own
    catalogued       exact name, the longest pattern, or that domain's cookie of that name
    tracker's own    set on the domain of a known vendor: then it serves that vendor, whatever its name
    vendor's name    the cookie carries the name of a vendor
    vendor's pattern, convention   a beginning that one vendor likes, a name that many sites choose alike
    learned          a small model of name, domain, lifetime, flags and the shape of the value
    unknown          nobody can say

The guard does not ask here: it acts on what is known, and not on guesses.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from os import PathLike
from typing import TYPE_CHECKING, Any

from consentkit.catalog import (
    GENERAL,
    KnownCookie,
    cloaked_host,
    cloaked_path,
    find_cookie,
    find_hint,
    find_maker,
    find_rule,
    find_whatever_case,
    registrable,
    trackers_of,
)
from consentkit.category import Category
from consentkit.classification.answer import FIRST_PARTY, UNKNOWN, Classification, as_cloaked, as_found
from consentkit.classification.classifier import Classifier, split_url
from consentkit.classification.learned import Traits, contradicts, guess, probabilities, weights
from consentkit.classification.spelling import spellings
from consentkit.classification.traits import described

if TYPE_CHECKING:
    from consentkit.policy import Policy

    Policies = Policy | Classifier | Mapping[str, Any] | str | PathLike[str] | None
# What keeps a site standing does so on a tracker's domain as well; any other "session" there is the tracker's own.
_INFRASTRUCTURE = frozenset(
    ("load balancing", "defence against bots", "defence against fraud", "consent", "defence against forged requests")
)
# What needs no other spelling to be tried.
_SETTLED = frozenset(("declared", "listed", "catalogued", "tracker's own"))
# How likely a tracker a cookie may be that is named like something harmless: exactly so, by a word that hardly means
# anything else, or by one that trackers choose as well ("fs_session"). Measured in benchmarks/classification.py.
_EXACT_MOST, _PLAIN_SPOKEN_MOST, _ANY_MOST = 0.7, 0.66, 0.3
_PLAIN_SPOKEN = frozenset(
    ("consent", "defence against forged requests", "defence against bots", "cart", "language", "country and currency")
)
# Below this the model is as good as silent. It says "essential" from ESSENTIAL_FROM only.
GUESS_FROM = 0.2
HOST_GUESS_FROM = 0.5


def classify(
    name: str,
    *,
    domain: str = "",
    retention: str = "",
    attributes: str = "",
    value: str | None = None,
    site: str = "",
    policy: Policies = None,
) -> Classification:
    """What a cookie is. `site` is the host whose page it was met on; `policy` a policy, or where it is.

    The value is looked at here and kept nowhere. Raises ConfigError where the policy cannot be read.
    """
    return judge_cookie(classifier_of(policy), name, described(domain, retention, attributes, value), site)


def classify_url(url: str, *, site: str = "", policy: Policies = None) -> Classification:
    """What a page of `site` asks for by this URL. Raises ConfigError where the policy cannot be read."""
    return judge_url(classifier_of(policy), url, site)


def classifier_of(policy: Policies) -> Classifier:
    """A classifier for whatever stands for a policy."""
    if policy is None:
        return _undeclared()
    if isinstance(policy, Classifier):
        return policy
    if isinstance(policy, Mapping | str | PathLike):
        # Reading a policy takes ten times as long as answering: whoever names none does not wait for its machinery.
        from consentkit.policy import load_policy

        policy = load_policy(policy if isinstance(policy, Mapping) else str(policy))
    return Classifier(policy)


def judge_cookie(classifier: Classifier, name: str, traits: Traits, site: str = "") -> Classification:
    """A cookie by all that is known of it, under the name it has, or as a published table may write that name."""
    found = _judged(classifier, name, traits, site)
    if found.reason in _SETTLED:
        return found
    meant = spellings(name)
    others = [_judged(classifier, each, traits, site) for each in meant]
    if settled := next((other for other in others if other.reason in _SETTLED), None):
        return settled
    known = next(filter(None, map(find_whatever_case, meant or [name])), None)
    return as_found(known, "catalogued") if known else others[0] if others else found


def _judged(classifier: Classifier, name: str, traits: Traits, site: str) -> Classification:
    found = classifier.cookie(name)
    if found.reason == "declared":
        return found
    if listed := classifier.listed_at(name, traits.domain) or (found if found.reason == "listed" else None):
        return listed
    abroad = traits.domain if traits.domain and not _same_site(traits.domain, site) else ""
    if site and traits.domain:
        traits = traits._replace(party="third" if abroad else "first")
    if abroad and (known := find_cookie(name, abroad)) and "@" in known.name:
        return as_found(known, "catalogued")
    owner = _owner(abroad) if abroad else None
    if found.category and not (owner and _is_the_owners(found, owner)):
        return found
    return owner or _by_maker(name) or _convention(name, traits) or _learned(name, traits)


def judge_url(classifier: Classifier, url: str, site: str = "") -> Classification:
    """A URL by host and path; on the site's own domain also by what hides there."""
    found = classifier.url(url, site)
    parts = split_url(url)
    if found.reason in ("declared", "listed") or parts is None:
        return found
    host, path = parts
    if found.category is None or found == FIRST_PARTY:
        cloak = cloaked_path(path)
        if cloak is None and found != FIRST_PARTY and site and _same_site(host, site):
            cloak = cloaked_host(host)
        if cloak:
            return as_cloaked(cloak)
    if found.category is not None:
        return found
    known, _ = find_rule(host, path)
    if known:
        # Files, pictures, fonts, whole sites: listed, and not as trackers.
        return Classification(Category.FUNCTIONAL, "", "no tracker", "consentkit", 0.8, "comfort", host)
    likely = guess("", Traits(host))
    if likely.confidence < HOST_GUESS_FROM:
        return UNKNOWN
    return Classification(
        likely.category, "", "learned", "model", round(likely.confidence, 2), GENERAL[likely.category]
    )


@cache
def _undeclared() -> Classifier:
    return Classifier()


def _same_site(host: str, site: str) -> bool:
    return bool(site) and (host == site or registrable(host) == registrable(site))


def _owner(domain: str) -> Classification | None:
    """What a vendor's own domain says of a cookie set there: of several services on it, the strictest."""
    rules = trackers_of(domain)
    if not rules:
        return None
    strictest = max(rules, key=lambda rule: tuple(GENERAL).index(rule.category))
    category, vendor, source = strictest.category, strictest.vendor, strictest.source
    return Classification(category, vendor, "tracker's own", source, 0.85, GENERAL[category], strictest.host)


def _is_the_owners(found: Classification, owner: Classification) -> bool:
    """Whether a name that is called harmless is set by a tracker for itself."""
    harmless = found.category in (Category.ESSENTIAL, Category.FUNCTIONAL)
    tracks = owner.category in (Category.ANALYTICS, Category.MARKETING)
    return harmless and tracks and found.use not in _INFRASTRUCTURE and found.vendor != owner.vendor


def _convention(name: str, traits: Traits) -> Classification | None:
    hint = find_hint(name)
    if hint is None:
        return None
    if not hint.vendor and not stands(hint, traits, probabilities(name, traits, weights())):
        return None
    reason = "vendor's pattern" if hint.vendor else "convention"
    return Classification(hint.category, hint.vendor, reason, hint.source, 0.75, hint.use, hint.name)


def stands(convention: KnownCookie, traits: Traits, chances: list[float]) -> bool:
    """Whether a convention counts beside what the model says: one that calls a likely tracker harmless does not.

    Whoever names a cookie and neither its domain nor whose it is, reads a site's own table.
    """
    if convention.category in (Category.ANALYTICS, Category.MARKETING):
        return True
    untold = not (traits.domain or traits.party)
    exact = untold or "*" not in convention.name
    worded = _PLAIN_SPOKEN_MOST if convention.use in _PLAIN_SPOKEN else _ANY_MOST
    return not contradicts(chances, _EXACT_MOST if exact else worded)


def _by_maker(name: str) -> Classification | None:
    maker = find_maker(name)
    if maker is None:
        return None
    use = GENERAL[maker.category]
    return Classification(maker.category, maker.name, "vendor's name", "consentkit", 0.65, use, maker.name)


def _learned(name: str, traits: Traits) -> Classification:
    likely = guess(name, traits)
    if likely.confidence < GUESS_FROM or not name:
        return UNKNOWN
    return Classification(likely.category, "", "learned", "model", round(likely.confidence, 2))
