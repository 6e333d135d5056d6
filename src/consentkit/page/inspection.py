"""The site's own templates, looked at once at the start: each part is rendered and must say what ours would.

Knows Pages and the policy's folder; what is honest is honesty.py's to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError

from consentkit.decision import Basis, Decision
from consentkit.errors import ConfigError, Problem
from consentkit.law.regime import Rules, rules_for
from consentkit.page.declaration import declared
from consentkit.page.embed import Door
from consentkit.page.honesty import Element, Fault, Markup, banner_faults, preferences_faults, words_faults
from consentkit.page.notice import Occasion
from consentkit.page.templating import PARTS, own_templates
from consentkit.policy import OPTIONAL_CATEGORIES, Policy, localised
from consentkit.texts import texts

if TYPE_CHECKING:
    from consentkit.page.render import Pages

_QUOTED = re.compile(r"“.*?”", re.S)
_TOKEN, _BACK = "a-token", "/where?from=here"
_ENTRY: dict[str, Any] = {
    "index": 41, "leaf_hash": "9f" * 32, "checkpoint": "log", "proof": ["cd" * 32], "vkey": "log+0+key",
    "time": "2026-11-23T09:30:00.000Z",
    "record": {"choice": "custom", "categories": [], "vendors": [], "policy": "ab" * 32},
}  # fmt: skip


def inspect(pages: Pages, policy: Policy) -> None:
    """Raises ConfigError with all that is wrong with the policy's own templates."""
    folder = policy.theme.templates
    if folder is None:
        return
    problems = [*_unreadable(folder)] or [*_unknown(folder), *_dishonest(pages, policy)]
    if problems:
        raise ConfigError(folder, problems)


def _unreadable(folder: str) -> Iterator[Problem]:
    try:
        found = own_templates(folder) if Path(folder).is_dir() else None
    except (OSError, UnicodeDecodeError) as error:
        yield _problem("theme.templates", f"a file cannot be read: {error}.", "Mend it.", folder)
        return
    if not found:
        remedy = f"Put templates there, such as {', '.join(sorted(PARTS)[:3])}, or leave the setting out."
        yield _problem("theme.templates", "there is no template in this folder.", remedy, folder)


def _unknown(folder: str) -> Iterator[Problem]:
    for name in own_templates(folder):
        if name not in PARTS and not name.startswith("_"):
            near = get_close_matches(name, PARTS, n=1)
            remedy = f"Perhaps {near[0]} is meant. " if near else ""
            message = "it is none of the parts that a site can show in its own way."
            yield _problem(name, message, f"{remedy}The name of a piece of your own begins with an underscore.")


def _dishonest(pages: Pages, policy: Policy) -> Iterator[Problem]:
    for part, look in _LOOKS.items():
        languages = pages.languages if part in _SAID_IN_EACH else pages.languages[:1]
        for fault, where in _once_for_all(languages, partial(_faults, look, pages, policy)):
            others = f" (and so in {len(where) - 1} other languages)" if len(where) > 1 else ""
            remedy = "Compare it, and what it includes, with ours."
            yield _problem(part, f"{fault.said}{others}.", remedy, breaks=fault.breaks)


def _faults(look: _Look, pages: Pages, policy: Policy, language: str) -> list[Fault]:
    try:
        return list(dict.fromkeys(look(pages, policy, language)))
    except (TemplateError, TypeError, ValueError, LookupError) as error:
        return [Fault(f"it cannot be rendered ({type(error).__name__}: {error})")]


def _once_for_all(languages: Sequence[str], faults: Callable[[str], list[Fault]]) -> Iterator[tuple[Fault, list[str]]]:
    """Each fault as the first language has it, and the languages that have it: a template is wrong once.

    The same fault in another language names other words: what stands in quotation marks is left aside.
    """
    found: dict[str, dict[str, list[Fault]]] = {}
    for language in languages:
        for fault in faults(language):
            found.setdefault(_QUOTED.sub("“”", fault.said), {}).setdefault(language, []).append(fault)
    for said in found.values():
        yield from ((fault, list(said)) for fault in next(iter(said.values())))


def _problem(place: str, message: str, remedy: str, value: str = "", breaks: str = "") -> Problem:
    return Problem("consentkit.E072", place, message, remedy, value, breaks)


def _rules(policy: Policy) -> Rules:
    """The policy's, with everything that a visitor may meet somewhere."""
    return replace(rules_for(policy, None), closes=True, minimum_age=16)


def _banner(pages: Pages, policy: Policy, language: str) -> Iterator[Fault]:
    rules = _rules(policy)
    every = frozenset(category.value for category in OPTIONAL_CATEGORIES)
    rare = [Occasion(gpc=True, asks_age=True), Occasion(lapsed=every)] if language == pages.languages[0] else []
    for occasion in (Occasion(), *rare):
        notice = pages.notice("banner", language, rules, occasion)
        html = pages.banner(notice, token=_TOKEN, return_to=_BACK).decode()
        yield from banner_faults(html, notice.document, policy.prefix)


def _preferences(pages: Pages, policy: Policy, language: str) -> Iterator[Fault]:
    rules = _rules(policy)
    some = frozenset(category.value for category in OPTIONAL_CATEGORIES[:1])
    for allowed, occasion in ((frozenset[str](), Occasion(asks_age=True)), (some, Occasion(gpc=True))):
        notice = pages.notice("preferences", language, rules, occasion)
        decision = Decision(granted=Decision().granted | allowed, basis=Basis.CHOICE)
        html = pages.preferences(notice, decision, token=_TOKEN, return_to=_BACK).decode()
        yield from preferences_faults(html, notice.document, policy.prefix, allowed)


def _embed(pages: Pages, policy: Policy, language: str) -> Iterator[Fault]:
    for vendor in policy.vendors[:1]:
        notice = pages.embeds.notice(vendor, language, _rules(policy), gpc=True)
        if notice is None:
            continue
        doc = notice.document
        written = pages.embeds.asking(notice, Door("https://example.net/"), token=_TOKEN, return_to=_BACK)
        html = unescape(written.decode().removeprefix(' srcdoc="').removesuffix('"'))
        words = [doc["heading"], doc["lead"], doc["gpc"], *doc["body"], *(button["label"] for button in doc["buttons"])]
        yield from words_faults(html, words)
        if _TOKEN not in html:
            yield Fault("no token in its form")


def _declaration(pages: Pages, policy: Policy, language: str) -> Iterator[Fault]:
    said = texts(language, policy.texts)
    words = [word for _, rows in declared(policy, said, language) for row in rows for word in (row.name, row.purpose)]
    yield from words_faults(pages.declaration(language).decode(), words)


def _receipt(pages: Pages, policy: Policy, language: str) -> Iterator[Fault]:
    words = [_ENTRY["leaf_hash"], *_ENTRY["proof"], _ENTRY["vkey"], _ENTRY["record"]["policy"]]
    yield from words_faults(pages.receipt(language, "", [_ENTRY]).decode(), words)


def _erase(pages: Pages, policy: Policy, language: str) -> Iterator[Fault]:
    said, asked = texts(language, policy.texts), pages.erase(language, "", _TOKEN).decode()
    law = [localised(policy.keep.reason, language)] if policy.keep else []
    yield from words_faults(asked, [said["erase.text"], said["erase.link"], *law])
    yield from words_faults(pages.erased(language, "", kept=True).decode(), [said["erase.done"], *law])
    yield from words_faults(pages.erase(language, "", "").decode(), [said["receipt.empty"]])
    if _TOKEN not in asked or f'action="{policy.prefix}/erase"' not in asked:
        yield Fault("no form that carries the token to where records are erased")


def _message(pages: Pages, policy: Policy, language: str) -> Iterator[Fault]:
    said = texts(language, policy.texts)
    words = [said["error.refused.title"], said["error.refused.text"]]
    yield from words_faults(pages.message("refused", language).decode(), words)


def _reopen(pages: Pages, policy: Policy, language: str) -> Iterator[Fault]:
    """The widget looks for `aside > a + form`, and whoever has allowed nothing is to see no button."""
    said = texts(language, policy.texts)
    for waits in (False, True):
        markup = Markup(pages.reopen(language, withdraws="later" if waits else "now").decode())
        links = [each for each in markup.all("a", href=f"{policy.prefix}/preferences") if said["reopen"] in each.text]
        if len(links) != 1:
            yield Fault("no link to the preferences under its name", "withdrawal")
            continue
        aside = links[0].parent
        beside = [each for each in markup.elements if each.parent is aside]
        form = next(iter(beside[beside.index(links[0]) + 1 :]), Element("", {}))
        buttons = [each for each in markup.all("button", name="choice", value="withdraw") if each.form is form]
        if [each.text for each in buttons] != [said["button.withdraw"]] or not form.has(
            action=f"{policy.prefix}/choice", method="post"
        ):
            yield Fault(f"no button “{said['button.withdraw']}” for whoever has allowed something", "withdrawal")
        elif aside is None or aside.tag != "aside":
            yield Fault("link and button do not stand one after the other in an <aside>")
        elif ("hidden" in form.attributes) != waits:
            yield Fault("its form is not hidden while it waits, and only then")


_Look = Callable[["Pages", Policy, str], Iterator[Fault]]
_LOOKS: dict[str, _Look] = {
    "banner.html": _banner,
    "preferences.html": _preferences,
    "embed.html": _embed,
    "declaration.html": _declaration,
    "receipt.html": _receipt,
    "erase.html": _erase,
    "message.html": _message,
    "reopen.html": _reopen,
}
# The others say in one language what they say in all.
_SAID_IN_EACH = frozenset({"banner.html", "preferences.html", "reopen.html"})
