"""What the guard script goes by: whose hosts, paths and cookies are whose, as regular expressions in its first line.

Knows Policy and the catalogue; not visitors, nor what is done with a label. Of the catalogue only the most common
trackers are taken (scripts/update_common.py), and where only some paths of a host are a tracker's, that host and its
`www` are meant alone: whatever the table has a label for, the classifier has a label for. It may know less, never more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from consentkit.catalog import common_cookies, common_trackers
from consentkit.policy import Category, Policy

_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}/]")
_NOTHING = "(?!)"
# What is functional a visitor may be waiting for: the policy may declare it, the catalogue's word is not enough.
_COMMON = (Category.ANALYTICS, Category.MARKETING)
# What may stand after a path of the catalogue that ends in a letter or digit: "/tr" is in "/tr?id=1", not in "/travel".
_BOUNDARY = "(?![^/?;])"


class Rule(NamedTuple):
    """One host, or one name with a `*` in it or not, and the label of whoever is behind it; "" lets it be.

    `alone` says that the hosts below are not meant, but for `www`.
    """

    label: str
    host: str
    path: str = ""
    declared: bool = True
    alone: bool = False


class _Layers:
    """Rules in the order in which they are asked: of those that fit the same thing the narrower ones first."""

    def __init__(self, rules: Iterable[Rule], wider: Callable[[Rule, Rule], bool]) -> None:
        self._depths: dict[Rule, int] = {}
        for rule in sorted(set(rules), key=lambda rule: (len(rule.host), len(rule.path), rule)):
            over = [known for known in self._depths if known.declared is rule.declared and wider(known, rule)]
            depth = max((self._depths[known] + (known.label != rule.label) for known in over), default=0)
            if rule.label or over or rule.declared:
                self._depths[rule] = depth

    def __iter__(self) -> Iterator[tuple[tuple[bool, int, str], Rule]]:
        return (((not rule.declared, -depth, rule.label), rule) for rule, depth in self._depths.items())


def format_table(policy: Policy) -> bytes:
    """The table as the script declares it (widget/src/guard/setup.ts): `const TABLE=[[label,places,names],…];`"""
    layers: dict[tuple[bool, int, str], tuple[list[Rule], list[Rule]]] = {}
    for column, rules in enumerate((_Layers(_places(policy), _is_host_wider), _Layers(_names(policy), _is_name_wider))):
        for layer, rule in rules:
            layers.setdefault(layer, ([], []))[column].append(rule)
    rows = (
        f'["{label}",/{_place_pattern(places)}/,/{_name_pattern(names)}/]'
        for (_, _, label), (places, names) in sorted(layers.items())
    )
    return f"const TABLE=[{','.join([*_spared(policy), *rows])}];".encode("ascii")


def _spared(policy: Policy) -> list[str]:
    """The row that is asked first: what the policy lets a page load, and ask, without consent."""
    places = [Rule("", *_split(place)) for place in policy.signals.spared] if policy.signals else []
    return [f'["",/{_place_pattern(places)}/,/{_NOTHING}/]'] if places else []


def _places(policy: Policy) -> Iterator[Rule]:
    for vendor in policy.vendors:
        for place in vendor.hosts:
            yield Rule(_label(vendor.category, vendor.id), *_split(place))
    common = [rule for rule in common_trackers() if rule[0] not in policy.site.hosts]
    whole = {host for host, path, _ in common if path == "/"}
    for host, path, category in common:
        label = _label(category) if category in _COMMON else ""
        yield Rule(label, host, path.rstrip("/") and path, declared=False, alone=host not in whole)


def _names(policy: Policy) -> Iterator[Rule]:
    for vendor in policy.vendors:
        yield from (Rule(_label(vendor.category, vendor.id), cookie.name) for cookie in vendor.cookies)
    yield from (Rule(_label(own.category), own.name) for own in policy.cookies)
    yield from (Rule(_label(category), name, declared=False) for name, category in common_cookies())


def _split(place: str) -> tuple[str, str]:
    host, slash, path = place.partition("/")
    return host, slash + path


def _label(category: str, vendor: str = "") -> str:
    """As the marks in a page have it; what is essential is let be."""
    return "" if category == Category.ESSENTIAL else f"{category} {vendor}".rstrip()


def _is_host_wider(wide: Rule, narrow: Rule) -> bool:
    return f".{narrow.host}".endswith(f".{wide.host}") and narrow.path.startswith(wide.path)


def _is_name_wider(wide: Rule, narrow: Rule) -> bool:
    before, star, after = wide.host.partition("*")
    return bool(star) and narrow.host.startswith(before) and narrow.host.endswith(after)


def _place_pattern(rules: list[Rule]) -> str:
    """Hosts whole or by their paths, with all below them or alone."""
    patterns = []
    for alone in (False, True):
        chosen = [rule for rule in rules if rule.alone is alone]
        by_host = {host: [rule for rule in chosen if rule.host == host] for host in _hosts(chosen)}
        whole = [_escape(host) for host, own in by_host.items() if not all(rule.path for rule in own)]
        places = [_escape(host) + _paths(own) for host, own in by_host.items() if all(rule.path for rule in own)]
        # "example.com." is the same host, spelled out to the root.
        places += [_any(whole) + r"\.?\/"] if whole else []
        # The script writes "!" before a host of the site's own, where the catalogue has no say.
        own_too = "!?" if any(rule.declared for rule in chosen) else ""
        below = r"(?:www\.)?" if alone else r"(?:[^/!]*\.)?"
        patterns += [f"^{own_too}{below}{_any(places)}"] if places else []
    return "|".join(patterns) or _NOTHING


def _hosts(rules: list[Rule]) -> Iterable[str]:
    return dict.fromkeys(rule.host for rule in rules)


def _paths(rules: list[Rule]) -> str:
    """What may follow one host."""
    words = [rule for rule in rules if rule.path[-1].isalnum() and not rule.declared]
    paths = [_escape(rule.path[1:]) for rule in rules if rule not in words]
    if words:
        paths.append(_any(_escape(rule.path[1:]) for rule in words) + _BOUNDARY)
    return rf"\.?\/{_any(paths)}"


def _any(alternatives: Iterable[str]) -> str:
    patterns = tuple(alternatives)
    return patterns[0] if len(patterns) == 1 else f"(?:{'|'.join(patterns)})"


def _name_pattern(rules: list[Rule]) -> str:
    names = (_escape(rule.host).replace(r"\*", ".*") for rule in rules)
    return f"^{_any(names)}$" if rules else _NOTHING


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)
