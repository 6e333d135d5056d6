"""Which fact decides, and which rows change no answer. Does not know files or packages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from catalog_build.normal import NO_TRACKER, SILENT, CookieFact, HostFact, is_covered, is_matchable

# What must stand before a "*": fewer characters would speak for cookies of strangers.
BY_HAND = "consentkit"
SHORTEST_BY_HAND = 3
SHORTEST_COLLECTED = 5


def merge_hosts(hand: Iterable[HostFact], collected: Iterable[HostFact]) -> dict[str, dict[str, HostFact]]:
    """host -> path -> the fact that decides.

    A host written by hand takes nothing from the collections, and neither does anything below a whole host that is
    called a tracker by hand. Below a destination the collections may still name the host of its pixel.
    """
    merged: dict[str, dict[str, HostFact]] = {}
    for fact in hand:
        merged.setdefault(fact.host, {}).setdefault(fact.path, fact)
    written = frozenset(merged)
    closed = frozenset(h for h, rules in merged.items() if "/" in rules and rules["/"].verdict != NO_TRACKER)
    for fact in collected:
        if fact.verdict != SILENT and fact.host not in written and closed.isdisjoint(_parents(fact.host)):
            merged.setdefault(fact.host, {}).setdefault(fact.path, fact)
    return merged


def _parents(host: str) -> Iterator[str]:
    while host := host.partition(".")[2]:
        yield host


def country_aliases(collected: Iterable[HostFact], base: str) -> Iterator[HostFact]:
    """`google.de` follows `google.com`: names of one company that differ in the country only."""
    family = re.escape(base.removesuffix("com"))
    for fact in collected:
        if fact.host != base and re.fullmatch(rf"{family}(com?\.)?[a-z]{{2}}", fact.host):
            yield HostFact(fact.host, f"={base}", NO_TRACKER, "", fact.source)


def pruned(merged: Mapping[str, Mapping[str, HostFact]]) -> dict[str, dict[str, HostFact]]:
    """Without the rows that change no answer: paths under one of the same verdict, hosts that agree with a parent."""
    kept: dict[str, dict[str, HostFact]] = {}
    for host in sorted(merged, key=lambda name: (name.count("."), name)):
        parent = next((name for name in _parents(host) if name in kept), "")
        rules = _tightened(merged[host])
        # "No tracker" is an answer as well, where we looked ourselves.
        if _answers(rules) != _answers(kept.get(parent, {})) or _is_said(rules):
            kept[host] = rules
    return kept


def _is_said(rules: Mapping[str, HostFact]) -> bool:
    return any(fact.source == BY_HAND and fact.verdict == NO_TRACKER for fact in rules.values())


def _tightened(rules: Mapping[str, HostFact]) -> dict[str, HostFact]:
    kept: dict[str, HostFact] = {}
    for path in sorted(rules, key=lambda listed: (len(listed), listed)):
        wider = [other for other in kept if _covers(other, path)]
        standing = kept[max(wider, key=len)].verdict if wider else NO_TRACKER
        if (path == "/" and len(rules) == 1) or rules[path].verdict != standing:
            kept[path] = rules[path]
    return kept or {"/": rules[min(rules)]._replace(path="/")}


def _covers(wider: str, path: str) -> bool:
    """Whether a lookup of `path` would stop at `wider` if nothing longer were listed."""
    return path.startswith(wider) and (not wider[-1].isalnum() or path[len(wider)] in "/?#;")


def _answers(rules: Mapping[str, HostFact]) -> list[tuple[str, str, str]]:
    return sorted((p, f.verdict, f.vendor.casefold()) for p, f in rules.items() if f.verdict != NO_TRACKER)


def merge_cookies(hand: Iterable[CookieFact], collected: Iterable[CookieFact]) -> dict[str, CookieFact]:
    """name -> the first fact about it. A later source may refine a pattern of an earlier one, never contradict it."""
    merged: dict[str, CookieFact] = {}
    for fact in hand:
        if is_matchable(fact.name, SHORTEST_BY_HAND):
            merged.setdefault(fact.name, fact)
    for fact in collected:
        if not is_matchable(fact.name, SHORTEST_COLLECTED) or fact.name in merged:
            continue
        if _is_contradicted(fact, merged):
            continue
        wider = [known for known in merged.values() if "*" in known.name and is_covered(fact.name, known.name)]
        earlier = [known for known in wider if known.source != fact.source]
        if all(known.category == fact.category for known in earlier) and (fact.retention or not wider):
            merged[fact.name] = fact
    return {name: fact for name, fact in merged.items() if not _repeats(fact, merged)}


def _is_contradicted(fact: CookieFact, merged: Mapping[str, CookieFact]) -> bool:
    """Whether one domain's cookie is what its vendor's cookie of that name is said, by hand, not to be."""
    name, at, _ = fact.name.partition("@")
    written = merged.get(name) if at else None
    return (
        written is not None
        and written.source == BY_HAND
        and written.category != fact.category
        and written.vendor.casefold() == fact.vendor.casefold()
    )


def without_the_obvious(
    cookies: Mapping[str, CookieFact], hosts: Mapping[str, Mapping[str, HostFact]]
) -> dict[str, CookieFact]:
    """Without what is said of one domain's cookie, where the domain itself says the same of all its cookies."""
    patterns = [fact for name, fact in cookies.items() if "*" in name and "@" not in name]

    def elsewhere(name: str) -> Iterator[CookieFact]:
        """What is said of that name on any domain."""
        if name in cookies:
            yield cookies[name]
        yield from (fact for fact in patterns if is_covered(name, fact.name))

    def is_obvious(fact: CookieFact) -> bool:
        name, _, domain = fact.name.partition("@")
        near = next((host for host in (domain, *_parents(domain)) if host in hosts), None)
        if near is None or {rule.verdict for rule in hosts[near].values()} != {fact.category}:
            return False
        return all(known.category == fact.category for known in elsewhere(name))

    return {name: fact for name, fact in cookies.items() if not is_obvious(fact)}


def _repeats(fact: CookieFact, merged: Mapping[str, CookieFact]) -> bool:
    """Whether the next wider pattern says the same anyway."""
    if "@" in fact.name:
        return False
    patterns = (f"{fact.name[:end]}*" for end in range(len(fact.name), 0, -1))
    nearest = next((pattern for pattern in patterns if pattern in merged and pattern != fact.name), None)
    return nearest is not None and merged[nearest][1:5] == fact[1:5]


def merge_hints(hand: Iterable[CookieFact], catalogued: Mapping[str, CookieFact]) -> dict[str, CookieFact]:
    """name -> the first hint about it; none where the catalogue knows the name."""
    hints: dict[str, CookieFact] = {}
    for fact in hand:
        if fact.name not in catalogued:
            hints.setdefault(fact.name, fact)
    return hints


def host_contradictions(facts: Iterable[HostFact]) -> list[str]:
    """Hosts that are written twice by hand, and not alike: as lines for a person."""
    first: dict[str, HostFact] = {}
    places = ((f"{fact.host}{fact.path}", fact) for fact in facts)
    return [
        f"{place}: {fact.verdict} ({fact.vendor}) and {first[place].verdict} ({first[place].vendor})"
        for place, fact in places
        if first.setdefault(place, fact).verdict != fact.verdict
    ]


def contradictions(facts: Iterable[CookieFact]) -> list[str]:
    """Cookies that are written twice by hand, and not alike: as lines for a person."""
    first: dict[str, CookieFact] = {}
    return [
        f"{fact.name}: {fact.category} ({fact.vendor}) and {first[fact.name].category} ({first[fact.name].vendor})"
        for fact in facts
        if first.setdefault(fact.name, fact).category != fact.category
    ]
