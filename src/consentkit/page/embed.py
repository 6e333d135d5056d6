"""What stands in a held iframe meanwhile: a document in its `srcdoc`, as large as the author made the frame.

Knows Policy, language and where the content can be opened; not the frame's other attributes, nor who the visitor is.
It loads our stylesheet and nothing else, runs nothing, and works by a form and links: a Content-Security-Policy of the
page, which such a document inherits, takes away at most its looks.

A placeholder *asks* with a form, and its words are evidence; or it *points* to the preferences: where a page may carry
no token, and for whom the policy does not declare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from markupsafe import escape

from consentkit.law.regime import Rules
from consentkit.page.mould import Mould
from consentkit.page.notice import Document, Notice, about, facts, shared_with
from consentkit.page.sheets import sheets
from consentkit.policy import Policy, Regime, Vendor, localised
from consentkit.texts import Texts, texts

_KEPT = 256
# A policy may say much of a vendor; a frame is small, and a page may hold many of them.
LONGEST_WORDS = 600


class Door(NamedTuple):
    """How the content can be opened once: `address` is "" where it cannot, `referrer_policy` is its author's or ""."""

    address: str
    referrer_policy: str = ""


class Embeds:
    """The placeholders of one policy. Lives as long as the process; safe to share between threads."""

    def __init__(self, policy: Policy, render: Callable[..., str]) -> None:
        self._policy = policy
        self._render = render
        self._vendors = {vendor.id: vendor for vendor in policy.vendors}
        # The frame may go nowhere that the page's Content-Security-Policy does not name; another tab may.
        self.opens_in_tab = policy.csp.mode == "enforce"
        self._build = lru_cache(_KEPT)(self._build_notice)
        self._moulds: dict[tuple[str, ...], Mould] = {}

    def vendor(self, ident: str) -> Vendor | None:
        """The declared vendor of that id."""
        return self._vendors.get(ident)

    def notice(self, vendor: Vendor, language: str, rules: Rules, *, gpc: bool) -> Notice | None:
        """The words that ask for this vendor, as evidence; None if they are too many for a frame."""
        return self._build(vendor.id, language, rules.regime, rules.memory_days, gpc)

    def asking(self, notice: Notice, door: Door, *, token: str, return_to: str, root: str = "") -> bytes:
        """` srcdoc="…"` with both ways to the content: once, and always by one click. UTF-8."""
        key = (notice.hash, *_kind(door), root)
        mould = self._mould(key, partial(self._write, notice.document, door, root), "token", "return_to")
        return mould.fill(**_twice(address=door.address, token=token, return_to=return_to))

    def pointing(
        self, name: str, categories: Sequence[str], language: str, door: Door, *, target: str, root: str = ""
    ) -> bytes:
        """The same with a link to the preferences for the form; `target` is "" where no link may be followed."""
        key = (*categories, language, *_kind(door), root, target)
        mould = self._mould(key, partial(self._write_pointing, categories, language, door, root, target), "name")
        return mould.fill(**_twice(address=door.address, name=name))

    # ── how it is done ──

    def _mould(self, key: tuple[str, ...], render: Callable[..., str], *holes: str) -> Mould:
        if (mould := self._moulds.get(key)) is None:
            if len(self._moulds) >= _KEPT:
                self._moulds.clear()
            mould = self._moulds[key] = Mould(render, "address", *holes)
        return mould

    def _write_pointing(
        self, categories: Sequence[str], language: str, door: Door, root: str, target: str, *, name: str, address: str
    ) -> str:
        said = texts(language, self._policy.texts)
        titles = [said[f"category.{category}"] for category in categories]
        until = said.say("embed.until", category=said.list(titles))
        words: Document = {
            "language": language,
            "gpc": None,
            "vendor": None,
            **self._words(name, said),
            "body": [until],
        }
        words["pages"] = [{"label": said["reopen"], "page": "preferences"}]
        return self._write(words, door, root, address=address, target=target)

    def _write(self, words: Document, door: Door, root: str, *, address: str, target: str = "", **holes: str) -> str:
        html = self._render(
            "embed.html",
            doc=words,
            here=root + self._policy.prefix,
            style=sheets(self._policy.theme)["embed.css"].name,
            address=address if door.address else "",
            referrer_policy=door.referrer_policy,
            tab=self.opens_in_tab,
            target=target,
            **holes,
        )
        return f' srcdoc="{_once_more(html)}"'

    def _build_notice(self, ident: str, language: str, regime: Regime, days: int, gpc: bool) -> Notice | None:
        vendor, said, rules = self._vendors[ident], texts(language, self._policy.texts), Rules("", regime, days)
        memory = said.say("embed.memory", duration=said.duration(f"{days} days"), reopen=said["reopen"])
        document: Document = {
            **about(self._policy, "embed", said, language, rules, gpc=gpc),
            "vendor": ident,
            **self._words(vendor.name, said),
            "body": [
                localised(vendor.purpose, language),
                *facts([vendor], (), said),
                memory,
                said["embed.rest"],
                *shared_with(self._policy, said),
            ],
            "pages": [{"label": said["preferences.details"], "page": "preferences"}],
        }
        document["buttons"].append(
            {"value": "add", "label": said.say("embed.always", vendor=vendor.name), "when": "always"}
        )
        length = len(document["heading"]) + len(document["lead"]) + sum(map(len, document["body"]))
        return Notice.of(document) if length <= LONGEST_WORDS else None

    def _words(self, name: str, said: Texts) -> Document:
        """Whose content it is, what loading it does, and how it is loaded once."""
        once = said["embed.tab" if self.opens_in_tab else "embed.once"]
        return {
            "heading": said.say("embed.heading", vendor=name),
            "lead": said.say("embed.sends", vendor=name),
            "buttons": [{"value": "once", "label": once, "when": "linked"}],
        }


def _kind(door: Door) -> tuple[str, str]:
    """What of a door decides how a placeholder is written, beside the address itself."""
    return "linked" if door.address else "", door.referrer_policy


def _once_more(html: str) -> str:
    """HTML as the value of an attribute in double quotes."""
    return html.replace("&", "&amp;").replace('"', "&quot;")


def _twice(**values: str) -> dict[str, str]:
    """Values for a document in an attribute: the mould escapes them for the attribute, this for the document."""
    return {name: str(escape(value)) for name, value in values.items()}
