"""Banner, preferences and our other pages as HTML.

Knows Policy, Decision and language; not HTTP, cookies or the ledger. Whatever comes from the policy or from a visitor
is text, and Jinja2 escapes it. The token is trusted for nothing here: it is carried, not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from typing import Any
from urllib.parse import quote

from consentkit import canonical
from consentkit.decision import Decision
from consentkit.http import local_path
from consentkit.law.regime import Rules
from consentkit.page.additions import announcement
from consentkit.page.allowed import allowed_names
from consentkit.page.assets import Asset, asset_for, assets
from consentkit.page.declaration import (
    COLUMNS,
    Told,
    declaration_document,
    declaration_parts,
    site_name,
    site_terms,
    version_rows,
)
from consentkit.page.embed import Embeds
from consentkit.page.framework import framework_of
from consentkit.page.guard_script import guard_script
from consentkit.page.inspection import inspect
from consentkit.page.mould import Mould
from consentkit.page.notice import Layer, Notice, Occasion, build_notice, links, pages
from consentkit.page.receipt import Holder, readable
from consentkit.page.reopen import Reopen
from consentkit.page.sheets import FIRST, find_variant, sheets, variant
from consentkit.page.signal_scripts import VENDOR_LIST, signal_scripts, vendor_list
from consentkit.page.templating import environment
from consentkit.policy import Policy, localised
from consentkit.policy.model import Entity
from consentkit.policy.theme import Theme
from consentkit.signals.applies import applies
from consentkit.texts import Texts, choose_language, languages, texts
from consentkit.texts.negotiation import closest

# Layers × languages × regimes × signal is 60 at most in practice; a notice of a large policy takes some 100 KB.
_NOTICES_KEPT = 64

_UNDECIDED = Decision()
_FIRST_TIME = Occasion()
_NOBODY = Holder()
_NOTHING_SEEN: Mapping[str, date] = {}


class Pages:
    """Everything we show for one policy. Lives as long as the process; safe to share between threads.

    `root` is where the app is mounted ("" at the top); our pages stand below `root` and the policy's prefix.
    `return_to` comes from the visitor: anything but a path on this host becomes the front page. `coming` is the policy
    that follows on a day to come.
    """

    def __init__(self, policy: Policy, coming: Policy | None = None) -> None:
        self._policy, self._coming = policy, coming
        offered = policy.languages or languages()
        self.languages = tuple(tag for tag in offered if closest(tag, languages())) or ("en",)
        self._build = lru_cache(_NOTICES_KEPT)(self._build_notice)
        self._widget = lru_cache(_NOTICES_KEPT)(self._render_widget)
        self._guard = lru_cache(_NOTICES_KEPT)(self._render_guard)
        self._signals = lru_cache(_NOTICES_KEPT)(self._render_signals)
        self.guard_script = guard_script(policy)
        self.framework = framework_of(policy)
        self.signal_scripts = signal_scripts(policy, self.framework)
        self._vendor_list = vendor_list(self.framework) if self.framework else None
        self._banners: dict[tuple[object, ...], Mould] = {}
        self._choose = lru_cache(_NOTICES_KEPT)(choose_language)
        self._sheets = sheets(policy.theme)
        own = [self.guard_script, *(script.asset for script in self.signal_scripts)]
        self._own = {**self._sheets, **{asset.name.partition(".")[2]: asset for asset in own}}
        self._templates = environment(policy.theme.templates)
        self.embeds = Embeds(policy, self._render)
        self.reopen = Reopen(policy, coming, self._render)
        inspect(self, policy)

    def language(self, wanted: Sequence[str]) -> str:
        """The language for a visitor who wants `wanted`, best first."""
        return self._choose(tuple(wanted), self.languages)

    def notice(self, layer: Layer, language: str, rules: Rules, occasion: Occasion = _FIRST_TIME) -> Notice:
        """What is to be shown, as evidence. Build it first; the render token names its hash."""
        # Whose law it is is not shown, so it is no part of the cache's key: 250 countries share a few notices.
        return self._build(layer, language, replace(rules, jurisdiction="", law=""), occasion)

    def banner(
        self, notice: Notice, decision: Decision = _UNDECIDED, *, token: str, return_to: str, root: str = ""
    ) -> bytes:
        """The first layer, to be put right after <body>. UTF-8, as all that follows here."""
        key = (notice.hash, decision.granted, decision.vendors, root)
        if (mould := self._banners.get(key)) is None:
            if len(self._banners) >= _NOTICES_KEPT:
                self._banners.clear()
            mould = self._banners[key] = self._mould_banner(notice, decision, root)
        here = _inside(return_to, root)
        return mould.fill(token=token, return_to=here, query=quote(here))

    def preview(self, language: str, rules: Rules, theme: Theme, root: str = "") -> bytes:
        """The banner for its owner, in another look: it says that it is a preview, and its buttons do nothing."""
        notice = self.notice("banner", language, rules)
        look = {"style": variant(theme).name, "preview": self._said(language)["preview.mark"]}
        return self._mould_banner(notice, _UNDECIDED, root, **look).fill(token="", return_to="", query="")

    def settled(self, decision: Decision, honoured_in: str = "") -> bytes:
        """What the widget learns in the banner's stead where nobody is to be asked; with a language, also what it puts
        before the link's words: that the browser's signal was honoured.
        """
        said = f"{self._said(honoured_in)['honoured']}. " if honoured_in else ""
        return self._render("settled.html", decision=decision, said=said).encode()

    def widget(self, state: str, root: str = "", *, nonce: str = "", later: bytes = b"") -> bytes:
        """The tag that loads the widget; `later` is what it puts into the banner's place.

        `state` tells it which cookie to read and which policy that must fit (see site.ts).
        """
        return self._widget(state, root, nonce, later.decode())

    def guard(self, decision: Decision | None, state: str, root: str = "", *, nonce: str = "") -> bytes:
        """The tag that loads the guard, with the visitor's decision; None on a page for everybody, which has `state`
        as the widget has.
        """
        told = "" if decision is None else _told(decision)
        return self._guard(state if decision is None else "", told, root, nonce)

    def signals(
        self,
        decision: Decision | None,
        state: str,
        root: str = "",
        *,
        nonce: str,
        inline: bool,
        chosen: bool,
        asked: bool,
    ) -> bytes:
        """The tags that have other software told of the decision, as the guard is; b"" where the policy names none.

        `inline` says that a script may be written into the page, `chosen` that the visitor has made a choice, `asked`
        that the banner asks for one.
        """
        if not self.signal_scripts:
            return b""
        told = "" if decision is None else _told(decision)
        place = applies(self._policy, decision, asked=asked) if decision else None
        where = canonical.encode(place).decode("ascii") if place else ""
        return self._signals(state if decision is None else "", told, where, root, nonce, inline, chosen)

    def preferences(
        self,
        notice: Notice,
        decision: Decision,
        *,
        token: str,
        return_to: str,
        root: str = "",
        saved: bool = False,
        message: str | None = None,
        marks: frozenset[str] = frozenset(),
    ) -> bytes:
        """The second layer. `message` says why it is shown again: "stale", "widened"; `marks` are those of the
        framework that are set already.
        """
        doc = notice.document
        said = self._said(doc["language"])
        allowed = allowed_names(doc, decision, marks)
        return self._page(
            "preferences.html",
            doc["language"],
            doc["heading"],
            root,
            return_to=return_to,
            pages=doc["pages"],
            doc=doc,
            decision=decision,
            allowed=said.list(allowed),
            offered="granted" if allowed and decision.was_chosen else "not granted",
            marks=marks,
            token=token,
            saved=saved,
            message=message and {part: said[f"error.{message}.{part}"] for part in ("title", "text")},
        )

    def message(self, key: str, language: str, root: str = "", *, field: str = "", return_to: str = "") -> bytes:
        """A page that says what went wrong; the keys are those under [error] in the texts.

        "malformed" names the `field`; "refused" says that a refusal which could not be recorded holds all the same.
        """
        said = self._said(language)
        title, text = said[f"error.{key}.title"], said.say(f"error.{key}.text", field=field)
        return self._page("message.html", language, title, root, return_to=return_to, text=text)

    def receipt(self, language: str, root: str, entries: Sequence[Mapping[str, Any]], whose: Holder = _NOBODY) -> bytes:
        """The visitor's own records with their proofs, newest first if so given."""
        said = self._said(language)
        receipts = [readable(entry, self._policy, said) for entry in entries]
        heading = said["receipt.heading"]
        return self._page("receipt.html", language, heading, root, t=said, receipts=receipts, whose=whose)

    def erase(self, language: str, root: str, token: str) -> bytes:
        """The question before a visitor's records are erased; without a token there are none."""
        return self._erasing(language, root, "erase.heading", token=token, done=False)

    def erased(self, language: str, root: str, *, kept: bool = False) -> bytes:
        """That it is done; where a law has some of them `kept`, which law, and no heading that says they went."""
        return self._erasing(language, root, "erase.link" if kept else "erase.erased", token="", done=True, law=kept)

    def _erasing(self, language: str, root: str, heading: str, *, law: bool = True, **values: Any) -> bytes:
        said, keep = self._said(language), self._policy.keep if law else None
        kept = keep and said.say(
            "erase.keep", duration=said.duration(keep.period), reason=localised(keep.reason, language)
        )
        return self._page("erase.html", language, said[heading], root, t=said, keep=kept, **values)

    def onward(self, language: str, url: str) -> bytes:
        """A page that leads on by itself, or by its link where a browser does not."""
        label = self._said(language)["link.back"]
        return self._render("onward.html", language=language, url=url, label=label).encode()

    def declaration(
        self,
        language: str,
        root: str = "",
        entity: Entity | None = None,
        versions: Sequence[Told] = (),
        seen: Mapping[str, date] = _NOTHING_SEEN,
    ) -> bytes:
        """What is set by whom, as a page; `entity` is who is responsible on this host, where not the controller.

        `versions` are all there were, and one to come, the latest first; `seen` has the days on which cookies were.
        """
        said = self._said(language)
        return self._page(
            "declaration.html",
            language,
            said["declaration.heading"],
            root,
            t=said,
            categories=declaration_parts(self._policy, said, language, seen),
            columns={name: said[f"column.{name}"] for name in COLUMNS},
            controller=entity or self._policy.controller,
            terms=[*announcement(self._policy, self._coming, said, asked=False), *site_terms(self._policy, said)],
            versions=version_rows(versions, said),
            version_columns={name: said[f"column.{name}"] for name in ("version", "updated", "effective")},
            version=self._policy.version,
            date=said.date(self._policy.effective),
        )

    def declaration_json(self, seen: Mapping[str, date], versions: Sequence[Told] = ()) -> bytes:
        """The same for programs, in the site's first language, with the days on which cookies were last seen."""
        language = self.languages[0]
        return canonical.encode(declaration_document(self._policy, self._said(language), language, seen, versions))

    def static(self, name: str) -> Asset | None:
        """A file of ours, by the name it is served under now or was once."""
        if name.endswith(f".{VENDOR_LIST}"):
            return self._vendor_list
        found = asset_for(name)
        if found is None:
            return find_variant(self._policy.theme, name)
        return self._own.get(name.partition(".")[2], found)

    def _mould_banner(self, notice: Notice, decision: Decision, root: str, **look: str) -> Mould:
        look = {"style": self._sheets[FIRST].name, "preview": ""} | look
        fixed = {"doc": notice.document, "decision": decision, "here": self._here(root)}
        return Mould(partial(self._render, "banner.html", **look, **fixed), "token", "return_to", "query")

    def _render_widget(self, state: str, root: str, nonce: str, later: str) -> bytes:
        script = assets()["widget.js"].name
        values = {"here": self._here(root), "script": script, "state": state, "nonce": nonce, "later": later}
        enforces = self._policy.csp.mode == "enforce"
        return self._render("widget.html", **values, enforces=enforces).encode()

    def _render_guard(self, state: str, decision: str, root: str, nonce: str) -> bytes:
        values = {"here": self._here(root), "script": self.guard_script.name, "nonce": nonce}
        return self._render("guard.html", **values, state=state, decision=decision).encode()

    def _render_signals(
        self, state: str, decision: str, applies: str, root: str, nonce: str, inline: bool, chosen: bool
    ) -> bytes:
        scripts = [(script.asset, inline and script.is_small) for script in self.signal_scripts]
        values = {"here": self._here(root), "scripts": scripts, "nonce": nonce, "chosen": chosen, "applies": applies}
        return self._render("signals.html", **values, state=state, decision=decision).encode()

    def _build_notice(self, layer: Layer, language: str, rules: Rules, occasion: Occasion) -> Notice:
        return build_notice(self._policy, layer, language, rules, occasion, self.framework, self._coming)

    def _page(
        self, template: str, language: str, heading: str, root: str, *, return_to: str = "", **values: Any
    ) -> bytes:
        said = self._said(language)
        frame = {
            "language": language,
            "heading": heading,
            "site": site_name(self._policy, said),
            "here": self._here(root),
            "style": self._sheets["page.css"].name,
            "return_to": _inside(return_to, root),
            "back": said["link.back"],
            "pages": [{"label": said["reopen"], "page": "preferences"}, *pages(said, "declaration", "receipt")],
            "links": links(self._policy, said),
        }
        return self._render(template, **(frame | values)).encode()

    def _render(self, template: str, **values: Any) -> str:
        return self._templates.get_template(template).render(values)

    def _said(self, language: str) -> Texts:
        return texts(language, self._policy.texts)

    def _here(self, root: str) -> str:
        return root + self._policy.prefix


@lru_cache(_NOTICES_KEPT)
def _told(decision: Decision) -> str:
    """What scripts may know of a decision, in the shape that widget.d.ts gives it."""
    return canonical.encode({"granted": sorted(decision.granted), "vendors": sorted(decision.vendors)}).decode("ascii")


def _inside(return_to: str, root: str) -> str:
    """Where to go back to: never off this host, whatever the visitor's request said."""
    return local_path(return_to) or f"{root}/"
