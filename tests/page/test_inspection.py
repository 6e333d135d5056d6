"""A site shows our parts in its own way, as long as they stay honest."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from consentkit.errors import ConfigError
from consentkit.page import Pages
from consentkit.page.code import served_code
from consentkit.page.templating import PARTS
from consentkit.policy import load_policy

from .sample import RULES, banner, changed, visible

OURS = files("consentkit.page").joinpath("templates")


def own(folder: Path, part: str, text: str | None = None) -> Pages:
    """The pages of a site that has this template of its own; ours, if it says nothing else."""
    source = text if text is not None else OURS.joinpath(part).read_text(encoding="utf-8")
    folder.joinpath(part).write_text(source, encoding="utf-8")
    return Pages(changed(theme={"templates": str(folder)}, languages=["en", "fr"]))


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_copy_of_ours_is_fine(tmp_path: Path, part: str) -> None:
    """An owner begins with a copy of any part, and the site starts."""
    pages = own(tmp_path, part)
    assert visible(banner(pages)) == visible(banner())


def test_a_site_adds_to_ours(tmp_path: Path) -> None:
    """A template may put its own around ours, which it finds under our name, and the visitor sees both."""
    pages = own(tmp_path, "banner.html", '<p class="logo">Lefèvre &amp; fils</p>{% include "consentkit/banner.html" %}')
    assert visible(banner(pages)).startswith("Lefèvre & fils We ask for your consent")


def test_own_templates_are_evidence(tmp_path: Path) -> None:
    """What a notice says of the code that showed it names the site's templates as they were."""
    plain, mine = changed(languages=["en", "fr"]), own(tmp_path, "banner.html")
    other = tmp_path / "other"
    other.mkdir()
    changed_since = own(other, "banner.html", '<p>Hello.</p>{% include "consentkit/banner.html" %}')
    hashes = {Pages(plain).notice("banner", "en", RULES).document["code"]}
    hashes |= {pages.notice("banner", "en", RULES).document["code"] for pages in (mine, changed_since)}
    assert len(hashes) == 3
    assert b'"own/banner.html"' in served_code(changed(theme={"templates": str(tmp_path)}).theme).data


def test_templates_are_found_from_the_policy(tmp_path: Path) -> None:
    """The folder is named from where the policy stands, whatever folder the app is started in."""
    tmp_path.joinpath("parts").mkdir()
    tmp_path.joinpath("parts", "reopen.html").write_text(OURS.joinpath("reopen.html").read_text())
    file = tmp_path / "consent.toml"
    file.write_text('[theme]\ntemplates = "parts"\n')
    policy = load_policy(file)
    assert policy.theme.templates == str(tmp_path / "parts")
    Pages(policy)


# What somebody who wants more consent, or is in a hurry, might do to a part; and what the start says of it.
BANNER = [
    (
        r'<button class="ck-button" name="choice"',
        '<button class="ck-button ck-big" name="choice"',
        "buttons with class",
    ),
    (r"if button.value != \"preferences\"", 'if button.value == "accept_all"', "buttons with class"),
    (r"<button class=\"ck-button\">", '<a class="ck-button">', "buttons with class"),
    (r" value=\"{{ button.value }}\"", ' value="accept_all"', 'choice="refuse_all"'),
    (r"{{ \" formnovalidate\" if doc.age and", '{{ " disabled" if button.value == "refuse_all" or', "disabled"),
    (r"<ul>", "<ul hidden>", "hidden"),
    (r"<ul>", "<ul popover>", "popover"),
    (r"<button class=\"ck-close\"", '<button popovertarget="ck-h" class="ck-close"', "popovertarget"),
    (r"<p>{{ doc.lead }}</p>", "<canvas>{{ doc.lead }}</canvas>", "<canvas>"),
    (r"<p>{{ doc.lead }}</p>", "<audio>{{ doc.lead }}</audio>", "<audio>"),
    (r"<p>{{ doc.lead }}</p>", "<video>{{ doc.lead }}</video>", "<video>"),
    (r"<p>{{ doc.lead }}</p>", "<select><option>{{ doc.lead }}</select>", "<select>"),
    (r"<p>{{ doc.lead }}</p>", "<details open>{{ doc.lead }}</details>", "not one <summary>"),
    (
        r"<p>{{ doc.lead }}</p>",
        "<details><summary>a</summary><summary>{{ doc.lead }}</summary></details>",
        "not one <summary>",
    ),
    (
        r"<p>{{ doc.lead }}</p>",
        "<details><summary>a</summary><p><summary>{{ doc.lead }}</summary></details>",
        "outside of <details>",
    ),
    (r"<ul>", '<ul style="font-size:1px">', "style"),
    (r"<h2 id", '<h2 onclick="x()" id', "onclick"),
    (r"<p>{{ doc.lead }}</p>", "<details><summary>Why</summary>{{ doc.lead }}</details>", "does not say"),
    (r"<p>{{ doc.body .*", "", "does not say"),
    (r"<li><b>.*?</li>", "", "does not say “Functional”"),
    (r"\(preview, doc.gpc, doc.lapsed\)", "(preview,)", "Opt-Out Request"),
    (r"{% for link in doc.links %}(.|\n)*?{% endfor %}", "", "no link “Privacy policy”"),
    (r"{{ \"\?return_to=.*?}}\">", '">', None),
    (r"<input type=\"hidden\" name=\"token\".*", "", "has no token"),
    (r"action=\"{{ here }}/choice\"", 'action="https://else.example/"', "does not go to"),
    (r"{% include \"age.html\" %}", "", "age is not asked"),
    (r"</ul>", '</ul><input type="checkbox" name="category" value="marketing" checked>', "ticked"),
    (r"</section>", "<script>accept()</script></section>", "<script>"),
    (r"{{ doc.heading }}", "{{ doc.heding }}", "cannot be rendered"),
    (r"value=\"refuse_all\" aria", 'value="accept_all" aria', "no cross"),
    (r"class=\"ck-first\"", 'class="mine"', "ck-first"),
    (r"<p>{{ doc.lead }}</p>", "<p><small>{{ doc.lead }}</small></p>", "<small>"),
    (r"<p>{{ doc.lead }}</p>", "<svg><desc>{{ doc.lead }}</desc></svg>", "does not say"),
    (r"<p>{{ doc.lead }}</p>", '<p class="ck-said">{{ doc.lead }}</p>', 'class="ck-said"'),
    (r"<div class=\"ck-text\">", '<div class="ck-text ck-close">', 'class="ck-close"'),
    (r"<ul>", '<ul tabindex="3">', "tabindex"),
    (
        r"{{ button.label }}</button>\n{% endfor %}</form>\n{#",
        "<img src=/tick.svg>{{ button.label }}</button>{% endfor %}</form>{#",
        "something in it",
    ),
    (r"<form id=\"ck-f\"", '<form class="first" id="ck-f"', "around it"),
    (
        r"(<button class=\"ck-button\">.*</button>)",
        '<b><button class="ck-button">{{ button.label }}</button></b>',
        "around it",
    ),
    (r"<ul>", '<button form="ck-f" name="choice" value="accept_all">OK</button><ul>', "none of the answers"),
    (r"<ul>", '<button class="ck-button">Go on</button><ul>', "none of the answers"),
    (r"<ul>", '<input type="image" form="ck-f" name="choice" value="accept_all"><ul>', "none of the answers"),
    (
        r"<input type=\"hidden\" name=\"token\"",
        '<input type="hidden" name="category" value="marketing"><input type="hidden" name="token"',
        "answers for the visitor",
    ),
    (r"<ul>", '<ul><input type="radio" form="ck-f" name="category" value="marketing" checked>', "radio"),
]


@pytest.mark.parametrize(("ours", "theirs", "said"), BANNER)
def test_a_dishonest_first_layer_does_not_start(tmp_path: Path, ours: str, theirs: str, said: str | None) -> None:
    """A banner that weighs answers differently, or leaves out what the law wants, stops the start and is told why."""
    text, count = re.subn(ours, lambda _: theirs, OURS.joinpath("banner.html").read_text(encoding="utf-8"))
    assert count, ours
    if said is None:
        own(tmp_path, "banner.html", text)
        return
    with pytest.raises(ConfigError) as caught:
        own(tmp_path, "banner.html", text)
    assert said in str(caught.value)
    assert {problem.ident for problem in caught.value.problems} == {"consentkit.E072"}
    assert "banner.html" in {problem.place for problem in caught.value.problems}


def test_one_mistake_is_said_once(tmp_path: Path) -> None:
    """A mistake in a template is one line, however many languages it shows in: the owner has one place to mend."""
    text = OURS.joinpath("banner.html").read_text(encoding="utf-8").replace("<p>{{ doc.lead }}</p>", "")
    tmp_path.joinpath("banner.html").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        Pages(changed(theme={"templates": str(tmp_path)}, languages=["en", "fr", "de", "nl"]))
    (problem,) = caught.value.problems
    assert "it does not say “" in problem.message
    assert "and so in 3 other languages" in problem.message


@pytest.mark.parametrize(
    ("part", "ours", "theirs", "said"),
    [
        ("preferences.html", r"{{ \" checked\" if category.id.*?}}", " checked", "ticked otherwise"),
        ("preferences.html", r"<label class=\"ck-switch\"><input type=\"checkbox\" name=\"vendor\".*", "", "no box"),
        ("preferences.html", r"{% for button in doc.buttons.*", "{% for button in doc.buttons[:2] %}", "buttons with"),
        ("declaration.html", r"{{ table\(category.*", "", "declaration.html"),
        ("receipt.html", r"{{ fact\(\"leaf\".*", "", "receipt.html"),
        ("erase.html", r"{{ t\[\"erase.text\"\] }}", "", "erase.html"),
        ("erase.html", r"<input type=.*", "", "no form that carries the token"),
        ("message.html", r"{{ text }}", "", "message.html"),
        ("reopen.html", r"{{ label }}", "", "no link to the preferences"),
        ("reopen.html", r"value=withdraw", "value=accept_all", "no button “Withdraw consent”"),
        ("reopen.html", r"aside", "nav", "in an <aside>"),
        ("reopen.html", r'{{ " hidden" if waits }}', "", "not hidden while it waits"),
        ("embed.html", r"<p>{{ doc.body.*?}}", "<p>", "embed.html"),
        ("table.html", r"{{ row\[name\] }}", "", "declaration.html"),
        ("age.html", r"<input.*?off\">", "", "age is not asked"),
        ("baner.html", "", "", "Perhaps banner.html is meant"),
        ("widget.html", "", "", "none of the parts"),
    ],
)
def test_no_part_may_leave_out_its_facts(tmp_path: Path, part: str, ours: str, theirs: str, said: str) -> None:
    """Neither the preferences nor the declaration, the receipts or a placeholder can be made to say less than ours."""
    text = "x"
    if ours:
        text, count = re.subn(ours, lambda _: theirs, OURS.joinpath(part).read_text(encoding="utf-8"))
        assert count, ours
    with pytest.raises(ConfigError, match=re.escape(said)):
        own(tmp_path, part, text)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    """A wrong path, or an empty folder, is said at the start: nobody thinks their look is in use when it is not."""
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(ConfigError, match="there is no template in this folder"):
            Pages(changed(theme={"templates": str(folder)}))
