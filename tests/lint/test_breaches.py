"""What stops a start and breaks the law as well is said by its rule: templates, colours and words of a site's own."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from consentkit.cli import main

OURS = files("consentkit.page").joinpath("templates")
POLICY = """
privacy_policy = "/privacy"
languages = ["en"]
controller = { name = "Shop", contact = "privacy@shop.example" }
jurisdiction.default = "BE"
theme.templates = "parts"
"""
WAY_BACK = OURS.joinpath("reopen.html").read_text(encoding="utf-8")

# A part, what stands in ours, what stands in its place, and the rule that is broken by it.
DISHONEST = [
    ("banner.html", 'if button.value != "preferences"', 'if button.value == "accept_all"', "J001"),
    ("banner.html", ' value="{{ button.value }}"', ' value="accept_all"', "J001"),
    (
        "banner.html",
        'class="ck-button" name="choice"',
        """class="{{ 'ck-link' if button.value == 'refuse_all' else 'ck-button' }}" name="choice\"""",
        "J025",
    ),
    ("banner.html", '{{ doc.body | join(" ") }}', '{{ doc.body[:1] | join(" ") }}', "J010"),
    ("banner.html", "</ul>", '</ul><input type="checkbox" name="category" value="marketing" checked>', "J024"),
    ("reopen.html", WAY_BACK, '<a href="/">Home</a>', "J010"),
]


def found(folder: Path, policy: str, *arguments: str) -> dict[str, Any]:
    file = folder / "consent.toml"
    file.write_text(policy, encoding="utf-8")
    done = CliRunner().invoke(main, ["check", str(file), "--json", *arguments])
    assert done.exit_code == (1 if json.loads(done.stdout)["problems"] else 0)
    data: dict[str, Any] = json.loads(done.stdout)
    return data


def rules(data: dict[str, Any]) -> dict[str, str]:
    """The rules of law among the problems, each with the weight it has in Belgium."""
    return {each["ident"][-4:]: each["jurisdictions"]["BE"] for each in data["problems"] if "rule" in each}


@pytest.mark.parametrize(("part", "ours", "theirs", "rule"), DISHONEST, ids=[f"{p} {r}" for p, _, _, r in DISHONEST])
def test_a_template_that_breaks_the_law(tmp_path: Path, part: str, ours: str, theirs: str, rule: str) -> None:
    """An owner whose template leaves out the refusal, or hides it, reads which rule of law that breaks, and where."""
    folder = tmp_path / "parts"
    folder.mkdir()
    text = OURS.joinpath(part).read_text(encoding="utf-8")
    assert text.count(ours) == 1
    folder.joinpath(part).write_text(text.replace(ours, theirs), encoding="utf-8")
    data = found(tmp_path, POLICY)
    assert rules(data) == {rule: "error"}
    assert "consentkit.E072" in {each["ident"] for each in data["problems"]}
    assert next(each for each in data["problems"] if "rule" in each)["place"] == part


def test_a_template_that_says_what_ours_says(tmp_path: Path) -> None:
    """A copy of our banner breaks no rule."""
    tmp_path.joinpath("parts").mkdir()
    tmp_path.joinpath("parts", "banner.html").write_text(OURS.joinpath("banner.html").read_text(encoding="utf-8"))
    assert found(tmp_path, POLICY)["problems"] == []


def test_colours_and_words_that_weigh_more(tmp_path: Path) -> None:
    """Colours that cannot be read, and an answer longer than the other, are named by the rule of equal weight too."""
    plain = POLICY.replace('theme.templates = "parts"\n', "")
    assert rules(found(tmp_path, f'{plain}[theme.light]\nfill = "#e8b8cf"\n')) == {"J025": "error"}
    worded = '[texts.en]\nbutton.accept_all = "Yes, please, I accept each and every one of them"\n'
    assert rules(found(tmp_path, plain + worded)) == {"J025": "error"}
    silent = found(tmp_path, plain + worded, "--jurisdiction", "US")
    assert [each["severity"] for each in silent["advice"]] == ["warning"]
