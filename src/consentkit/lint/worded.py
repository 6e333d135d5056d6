"""What the site's own words can get wrong: on the buttons, in the notice, in templates.

Knows texts and phrases; nothing of vendors and cookies but their descriptions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from consentkit.lint.ground import Fault, Ground, notice_texts
from consentkit.lint.phrases import evades, folded, implied_consent, says_withdrawal
from consentkit.texts import texts
from consentkit.texts.catalogue import culture_of

# Comments, instructions and tags; what is left of a template is what it says.
_MARKUP = re.compile(
    r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|</(?:p|li|h[1-6]|div|section|td|tr)\b[^>]*>|<[^>]*>", re.S
)
_ENDS = ("</p", "</li", "</h", "</div", "</section", "</td", "</tr")
_CALIFORNIAN = ("your privacy choices", "do not sell or share my personal information")


def refuse_first(ground: Ground) -> Iterator[Fault]:
    for language, said in (ground.policy.texts or {}).items():
        if culture_of(language) is None or not said.keys() & {"button.refuse_all", "button.accept_all"}:
            continue
        shown = texts(language, ground.policy.texts)
        label, others = shown["button.refuse_all"], (shown["button.accept_all"], shown["button.preferences"])
        if folded(label) in map(folded, others) or evades(label, language):
            message = "this button refuses everything, and its name says something else."
            remedy = f"Say so as plainly as “{texts(language)['button.refuse_all']}” does."
            yield Fault(f"texts.{language}.button.refuse_all", message, remedy, _shown(label))


def withdrawal(ground: Ground) -> Iterator[Fault]:
    for language, said in (ground.policy.texts or {}).items():
        if (text := said.get("body.memory")) and not says_withdrawal(text, language):
            message = "these words stand where ours say that consent can be withdrawn, and do not say it."
            remedy = "Say that consent can be withdrawn at any time, as easily as it was given, and where."
            yield Fault(f"texts.{language}.body.memory", message, remedy, _shown(text))


def implied(ground: Ground) -> Iterator[Fault]:
    readable = {f"{ground.policy.theme.templates}/{name}": _read(text) for name, text in ground.templates.items()}
    for place, text in (*notice_texts(ground), *readable.items()):
        for sentence in dict.fromkeys(implied_consent(text)):
            message = "going on is no consent: only a clear act is, and silence, scrolling or closing is none."
            yield Fault(
                place, message, "Take the sentence out: the banner asks, and until then nothing runs.", _shown(sentence)
            )


def californian_link(ground: Ground) -> Iterator[Fault]:
    said = (ground.policy.texts or {}).get("en", {}).get("reopen")
    if said and folded(said).strip() not in _CALIFORNIAN:
        message = "the link by which visitors opt out has another name than the law gives it."
        yield Fault("texts.en.reopen", message, "Leave our words as they are: “Your privacy choices”.", _shown(said))


def _read(template: str) -> str:
    """What a template says, with an empty line after each paragraph."""
    return unescape(_MARKUP.sub(lambda tag: "\n\n" if tag[0].lower().startswith(_ENDS) else " ", template))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}…")
