"""What vendors' own software in a page asks to be told, as a table: their words, and the category behind each.

Knows the policy; no page and no visitor. The calls themselves are made by widget/src/signals, which has the same names.

A visitor may have allowed vendors one by one. A word is then granted if everybody declared in its category on the hosts
of that software is allowed: "analytics google-analytics" stands for the category, or for that vendor without it.

Sources, by their titles: Google, "Set up consent mode on websites"; Microsoft Advertising, "UET Consent Mode";
Microsoft Clarity, "Clarity Consent API V2" and "CMP Integration Guide for Clarity"; Meta for Developers, "General Data
Protection Regulation" (Meta Pixel). TikTok names its three calls in the base code of its pixel.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from consentkit.policy import Category, Policy

_FUNCTIONAL, _ANALYTICS, _MARKETING = Category.FUNCTIONAL, Category.ANALYTICS, Category.MARKETING


class Vocabulary(NamedTuple):
    """The words one kind of software knows, each with the category it stands for, and the hosts it is served from."""

    words: Mapping[str, Category]
    hosts: tuple[str, ...] = ()


VOCABULARIES: Mapping[str, Vocabulary] = {
    # gtag.js documents the first four; templates of Tag Manager read the others, too ("Consent types").
    "google": Vocabulary(
        {
            "ad_storage": _MARKETING,
            "ad_user_data": _MARKETING,
            "ad_personalization": _MARKETING,
            "analytics_storage": _ANALYTICS,
            "functionality_storage": _FUNCTIONAL,
            "personalization_storage": _FUNCTIONAL,
            "security_storage": Category.ESSENTIAL,
        },
        (
            *("googletagmanager.com", "google-analytics.com", "analytics.google.com"),
            *("doubleclick.net", "googleadservices.com", "googlesyndication.com"),
        ),
    ),
    "uet": Vocabulary({"ad_storage": _MARKETING}, ("bat.bing.com", "bat.bing.net")),
    # Unlike all others, with a capital S.
    "clarity": Vocabulary({"ad_Storage": _MARKETING, "analytics_Storage": _ANALYTICS}, ("clarity.ms",)),
    "meta": Vocabulary({"grant": _MARKETING}, ("connect.facebook.net", "facebook.com")),
    "tiktok": Vocabulary({"grant": _MARKETING}, ("analytics.tiktok.com",)),
    "data_layer": Vocabulary({category.value: category for category in (_FUNCTIONAL, _ANALYTICS, _MARKETING)}),
    "event": Vocabulary({}),
}


def told(policy: Policy) -> dict[str, dict[str, str]]:
    """Who is told under this policy: software → its words → the label of each, "category" or "category vendor …"."""
    if policy.signals is None:
        return {}
    return {
        name: {word: _label(policy, category, hosts) for word, category in words.items()}
        for name, (words, hosts) in VOCABULARIES.items()
        if getattr(policy.signals, name)
    }


def _label(policy: Policy, category: Category, hosts: tuple[str, ...]) -> str:
    named = (vendor for vendor in policy.vendors if vendor.category is category)
    theirs = (vendor.id for vendor in named if any(_is_theirs(host, hosts) for host in vendor.hosts))
    return " ".join([category.value, *theirs])


def _is_theirs(declared: str, hosts: tuple[str, ...]) -> bool:
    name = declared.partition("/")[0]
    return any(f".{name}".endswith(f".{host}") for host in hosts)
