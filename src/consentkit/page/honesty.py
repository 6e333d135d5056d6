"""Whether HTML says what a notice says, all of it, and weighs each answer the same: for templates of a site's own.

Knows documents and markup; not where a template comes from. Judges what the markup can tell: sizes and colours are the
style sheet's, and tests render those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, NamedTuple

BUTTON = "ck-button"
# What no part of ours needs, and what would hide, press or run something (a strict CSP stops some of it anyway).
_NEVER = frozenset(
    {
        "style",
        "hidden",
        "inert",
        "aria-hidden",
        "disabled",
        "autofocus",
        "formaction",
        "formmethod",
        "popover",
        "popovertarget",
        "commandfor",
        "tabindex",
        "accesskey",
        "bgcolor",
        "background",
        "http-equiv",
    }
)
_NO_TAGS = frozenset({"script", "style", "iframe", "frame", "object", "embed", "dialog", "marquee", "base"})
# What shows the words in it smaller, paler, struck out or turned around.
_NO_WORDS_IN = frozenset({"font", "small", "big", "sub", "sup", "s", "strike", "del", "bdo", "ruby"})
# Classes of ours that take something out of sight, each with the elements that need it.
_OUT_OF_SIGHT = {"ck-said": frozenset[str](), "ck-close": frozenset({"button"})}
# What shows something else than the text in it, or nothing of it.
_NO_TEXT_IN = frozenset({"canvas", "audio", "video", "select", "textarea", "progress", "meter", "noframes"})
_UNSEEN = frozenset({"template", "noscript", "title", "head", "datalist", "svg", "math", "optgroup", "option"})
_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_PLAIN = frozenset({"class", "name", "value", "formnovalidate"})
_PRESSED = frozenset({"submit", "image", "reset", "button"})
_CARRIED = frozenset({"token", "return_to", "lang"})


class Fault(NamedTuple):
    """What is wrong with a piece of HTML, and the rule of law that it breaks, where it breaks one ("refuse-first")."""

    said: str
    breaks: str = ""


@dataclass(slots=True)
class Element:
    """A start tag, the form it stands in or belongs to, what it stands in, and the text in it that can be read."""

    tag: str
    attributes: Mapping[str, str]
    form: Element | None = None
    parent: Element | None = None
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())

    def has(self, **attributes: str) -> bool:
        return all(self.attributes.get(name) == value for name, value in attributes.items())


class Markup(HTMLParser):
    """The elements of a piece of HTML in their order. Text that takes a click to see counts where `unfolded` alone."""

    def __init__(self, html: str, *, unfolded: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self._unfolded = unfolded
        self.elements: list[Element] = []
        self._open: list[Element] = [Element("", {})]
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return self._open[0].text

    def all(self, tag: str, **attributes: str) -> list[Element]:
        return [each for each in self.elements if each.tag == tag and each.has(**attributes)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        form = next((each for each in reversed(self._open) if each.tag == "form"), None)
        if "form" in attributes:
            form = next(iter(self.all("form", id=attributes["form"])), Element("form", {"id": attributes["form"]}))
        element = Element(tag, attributes, form, self._open[-1])
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)
        else:
            self._say(" ")

    def handle_endtag(self, tag: str) -> None:
        if any(each.tag == tag for each in self._open):
            while self._open.pop().tag != tag:
                pass
        self._say(" ")

    def handle_data(self, data: str) -> None:
        self._say(data)

    def _say(self, text: str) -> None:
        folded = not self._unfolded and any(e.tag == "details" and "open" not in e.attributes for e in self._open)
        if any(e.tag in _UNSEEN for e in self._open) or (folded and all(e.tag != "summary" for e in self._open)):
            return
        for element in self._open:
            element.pieces.append(text)


def banner_faults(html: str, doc: Mapping[str, Any], here: str) -> Iterator[Fault]:
    """What is wrong with a first layer that shows this document."""
    markup = Markup(html)
    yield from _tricks(markup)
    if not (markup.elements and any(each.has(**{"class": "ck-first"}) for each in markup.elements)):
        yield Fault('no <section class="ck-first"> around it')
    if not any("data-ck-granted" in each.attributes for each in markup.all("section")):
        yield Fault("what is allowed stands nowhere in it (allowed.html)")
    yield from _answers(markup, doc, here, "always")
    withdrawal = [text for text in doc["body"] if doc["reopen"] in text]
    yield from _missing(markup, withdrawal, "withdrawal")
    yield from _missing(markup, [each for each in _first_layer_words(doc) if each not in withdrawal])
    yield from _links(markup, doc)
    yield from _ticked(markup, frozenset())


def preferences_faults(html: str, doc: Mapping[str, Any], here: str, ticked: frozenset[str]) -> Iterator[Fault]:
    """The same for a second layer, in which these categories and vendors are allowed."""
    markup = Markup(html)
    yield from _tricks(markup)
    yield from _answers(markup, doc, here, "always", "granted" if ticked else "not granted")
    words = [doc["heading"], doc["lead"], doc["gpc"], doc["lapsed"], doc["minor"], *doc["body"]]
    for category in doc["categories"]:
        words += [category["title"], category["description"], category["switch"]]
        names = [category["id"], *(vendor["id"] for vendor in category["vendors"])]
        for name in names if category["switch"] else ():
            if len([box for box in markup.all("input", type="checkbox") if box.has(value=name)]) != 1:
                yield Fault(f"no box to tick for {name}, or more than one")
    yield from _missing(markup, words)
    yield from _ticked(markup, ticked)


def words_faults(html: str, words: list[str]) -> Iterator[Fault]:
    """What is wrong with a page that must say these words, be it after a click, and do nothing else."""
    markup = Markup(html, unfolded=True)
    yield from _tricks(markup)
    yield from _missing(markup, words)


def _first_layer_words(doc: Mapping[str, Any]) -> list[str | None]:
    words = [doc["heading"], doc["gpc"], doc["lapsed"], doc["lead"], *doc["body"]]
    for category in doc["categories"]:
        words += [category["title"], category["description"]]
    return words


def _tricks(markup: Markup) -> Iterator[Fault]:
    """What hides, presses or runs something."""
    for element in markup.elements:
        if element.tag in _NO_TAGS | _NO_TEXT_IN | _NO_WORDS_IN:
            yield Fault(f"<{element.tag}> has no place in it")
        for name in element.attributes.get("class", "").split():
            if element.tag not in _OUT_OF_SIGHT.get(name, {element.tag}):
                yield Fault(f'<{element.tag} class="{name}"> is out of sight')
        for name in element.attributes:
            if name in _NEVER or name.startswith("on"):
                yield Fault(f"<{element.tag} {name}> has no place in it")
    yield from _foldings(markup)


def _foldings(markup: Markup) -> Iterator[Fault]:
    """What is folded away has one name to press, and that is a child of its own: others are folded away with it."""
    names = [each.parent for each in markup.all("summary")]
    for element in markup.all("details"):
        if sum(parent is element for parent in names) != 1:
            yield Fault("<details> has not one <summary> that says what is in it")
    if any(parent is None or parent.tag != "details" for parent in names):
        yield Fault("<summary> has no place outside of <details>")


def _answers(markup: Markup, doc: Mapping[str, Any], here: str, *when: str) -> Iterator[Fault]:
    """Each answer once, as a button like the others, in the order of the document, in a form that carries it."""
    wanted = [(b["label"], b["value"]) for b in doc["buttons"] if b["when"] in when]
    found = [each for each in markup.all("button") if each.has(**{"class": BUTTON})]
    labels = [each.text for each in found]
    if [label for label, _ in wanted] != [label for label in labels if label in dict(wanted)]:
        names = ", ".join(label for label, _ in wanted)
        said = f'the buttons with class="{BUTTON}" are not “{names}”, in this order'
        yield Fault(said, "equal-weight" if _can_refuse(markup, wanted) else "refuse-first")
        return
    answers = [each for each in found if each.text in dict(wanted)]
    for button, (label, value) in zip(answers, wanted, strict=True):
        if extra := button.attributes.keys() - _PLAIN:
            yield Fault(f"“{label}” differs from the other buttons by {', '.join(sorted(extra))}", "equal-weight")
        if _frame(button) != _frame(answers[0]) or any(each.parent is button for each in markup.elements):
            yield Fault(f"“{label}” has something in it, or around it, that the others have not", "equal-weight")
        yield from _carried(markup, button, label, value, here)
    cross = {"name": "choice", "value": "refuse_all", "aria-label": doc.get("close") or ""}
    crosses = [each for each in markup.all("button") if doc.get("close") and each.has(**cross)]
    if doc.get("close") and len(crosses) != 1:
        yield Fault(f"no cross “{doc['close']}” that refuses", "cross")
    yield from _other_answers(markup, doc, [*answers, *crosses])
    if doc.get("age") and len(markup.all("input", type="number", name="age")) != 1:
        yield Fault("the age is not asked for (age.html)")


def _frame(button: Element) -> list[object]:
    """What a button stands in, from the inside out: of a form its class, of anything else the very element."""
    found: list[object] = []
    around = button.parent
    while around:
        found.append(around.attributes.get("class") if around.tag == "form" else id(around))
        around = around.parent
    return found


def _other_answers(markup: Markup, doc: Mapping[str, Any], known: list[Element]) -> Iterator[Fault]:
    """What would answer beside the buttons that do, or in their stead."""
    ids = {id(each) for each in known}
    for element in markup.elements:
        kind = element.attributes.get("type", "").lower()
        if (element.tag == "button" and id(element) not in ids) or (element.tag == "input" and kind in _PRESSED):
            yield Fault(f"a <{element.tag}> that is none of the answers", "equal-weight")
        if element.tag == "input" and kind == "hidden":
            name, value = element.attributes.get("name", ""), element.attributes.get("value", "")
            if name not in _CARRIED and value not in doc.get("adds", {}).get(name, ()):
                yield Fault(f"a hidden field {name}={value} answers for the visitor", "unticked")
        if element.tag == "input" and kind == "radio":
            yield Fault("<input type=radio> has no place in it")


def _can_refuse(markup: Markup, wanted: list[tuple[str, str]]) -> bool:
    """Whether there is a button that refuses, if not one like the others; True where nothing asks for one."""
    labels = [label for label, value in wanted if value in ("refuse_all", "keep")]
    return all(any(each.text == label for each in markup.all("button")) for label in labels)


def _carried(markup: Markup, button: Element, label: str, value: str, here: str) -> Iterator[Fault]:
    """Whether a button's form takes its answer to us."""
    form = button.form or Element("", {})
    target = "preferences" if value == "preferences" else "choice"
    if not form.has(action=f"{here}/{target}") or (form.attributes.get("method", "get") == "post") != (
        target == "choice"
    ):
        yield Fault(f"the form of “{label}” does not go to {here}/{target}")
    if target == "choice":
        if not button.has(name="choice", value=value):
            yield Fault(f'“{label}” does not send choice="{value}"', "refuse-first" if value == "refuse_all" else "")
        for name in ("token", "return_to"):
            fields = [each for each in markup.all("input", type="hidden", name=name) if each.form is form]
            if len(fields) != 1:
                yield Fault(f"the form of “{label}” has no {name}")


def _missing(markup: Markup, words: list[str | None] | list[str], breaks: str = "") -> Iterator[Fault]:
    for word in words:
        if word and " ".join(word.split()) not in markup.text:
            yield Fault(f"it does not say “{word[:60]}”", breaks)


def _links(markup: Markup, doc: Mapping[str, Any]) -> Iterator[Fault]:
    leads = {
        (each.text, each.attributes.get("href", "").partition("?")[0].rpartition("/")[2]) for each in markup.all("a")
    }
    there = {(each.text, each.attributes.get("href", "")) for each in markup.all("a")}
    for link in doc["links"]:
        if (link["label"], link["href"]) not in there:
            yield Fault(f"no link “{link['label']}” to {link['href']}")
    for link in doc["pages"]:
        if (link["label"], link["page"]) not in leads:
            yield Fault(f"no link “{link['label']}”")


def _ticked(markup: Markup, allowed: frozenset[str]) -> Iterator[Fault]:
    for box in markup.all("input", type="checkbox"):
        ticked, name = "checked" in box.attributes, box.attributes.get("value")
        if ticked != (name in allowed):
            yield Fault(f"the box for {name} is ticked otherwise than it is allowed", "unticked" if ticked else "")
