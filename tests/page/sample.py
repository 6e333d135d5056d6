"""A shop that declares something in every category, and what it takes to read a page of ours."""

from __future__ import annotations

import html
import re
from typing import Any

from consentkit.law.regime import rules_for
from consentkit.page import Pages
from consentkit.policy import Policy, parse_policy
from consentkit.texts import languages

DECLARED: dict[str, Any] = {
    "version": "2026-03",
    "languages": ["en", "fr", "nl", "de", "ro"],
    "privacy_policy": "/privacy",
    "imprint": "/legal",
    "site": {"id": "shop", "name": "Maison Lefèvre"},
    "controller": {"name": "Maison Lefèvre SA", "contact": "privacy@lefevre.example"},
    "vendors": [
        {
            "id": "counter",
            "name": "Counter",
            "category": "analytics",
            "purpose": {"en": "Counts visits.", "fr": "Compte.", "nl": "Telt.", "de": "Zählt.", "ro": "Numără."},
            "privacy_url": "https://counter.example/privacy",
            "country": "US",
            "cookies": [{"name": "_ct", "purpose": "Tells visitors apart.", "retention": "13 months"}],
        },
        {
            "id": "ads",
            "name": "Ads & Co",
            "category": "marketing",
            "purpose": "Measures advertising.",
            "country": "IE",
            "cookies": [{"name": "_ad", "purpose": "Recognises a browser.", "retention": "3 months"}],
        },
        {"id": "maps", "name": "Maps", "category": "functional", "purpose": "Shows where our shops are."},
        {"id": "pay", "name": "Pay", "category": "essential", "purpose": "Takes payments."},
    ],
    "cookies": [
        {"name": "session", "purpose": "Keeps you signed in.", "retention": "session", "category": "essential"},
        {"name": "lang", "purpose": "Remembers your language.", "retention": "1 year", "category": "functional"},
    ],
}
POLICY = parse_policy(DECLARED, "sample")
PAGES = Pages(POLICY)
EVERYWHERE = Pages(POLICY.model_copy(update={"languages": languages()}))
RULES = rules_for(POLICY, None)


def changed(**parts: Any) -> Policy:
    return parse_policy(DECLARED | parts, "sample")


def banner(
    pages: Pages = PAGES, language: str = "en", *, token: str = "t", return_to: str = "/a", root: str = ""
) -> str:
    notice = pages.notice("banner", language, RULES)
    return pages.banner(notice, token=token, return_to=return_to, root=root).decode()


def visible(page: str) -> str:
    """The text of a page, tags and comments taken out, spaces evened."""
    body = re.sub(r"<!--.*?-->|<style.*?</style>|<[^>]*>", " ", page, flags=re.S)
    return " ".join(html.unescape(body).split())


def strings(value: Any) -> list[str]:
    """Every string in a document, keys not counted, spaces evened as in `visible`."""
    if isinstance(value, str):
        return [" ".join(value.split())]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in inner for text in strings(part)]
