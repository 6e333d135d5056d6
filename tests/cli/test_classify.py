"""classify: what an owner or an auditor is told of a cookie, a URL, or a file full of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

TABLE = """name,domain,retention,attributes
_ga,.shop.example,2 years,
"lang",shop.example,1 year,Secure
uid,.criteo.com,13 months,"Secure; SameSite=None"
"""
JAR = "# Netscape HTTP Cookie File\n#HttpOnly_.shop.example\tTRUE\t/\tTRUE\t0\tsessionid\tsecret\n"
EXPORT = [
    {"name": "_fbp", "domain": ".shop.example", "value": "secret", "httpOnly": False, "sameSite": "no_restriction"}
]
HAR = {
    "log": {
        "entries": [
            {
                "startedDateTime": "2026-01-01T00:00:00.000Z",
                "request": {"url": "https://shop.example/", "cookies": []},
                "response": {"cookies": [{"name": "_gid", "value": "secret", "expires": "2026-01-02T00:00:00.000Z"}]},
            },
            {
                "startedDateTime": "2026-01-01T00:00:01.000Z",
                "request": {
                    "url": "https://www.shop.example/x",
                    "cookies": [{"name": "_gid", "value": "secret"}, {"name": "", "value": "secret"}, 7],
                },
                "response": {"cookies": None},
            },
            {"request": None},
            "nonsense",
        ]
    }
}


def written(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "met"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_table(run: Run, tmp_path: Path) -> None:
    """A table is answered as one JSON array, row for row, with category, confidence and reason."""
    found = json.loads(run("classify", "--file", written(tmp_path, TABLE), "--json").stdout)
    assert [(row["name"], row["category"]) for row in found] == [
        ("_ga", "analytics"),
        ("lang", "functional"),
        ("uid", "marketing"),
    ]
    assert all(row["reason"] and 0 < row["confidence"] <= 1 for row in found)


@pytest.mark.parametrize(
    ("content", "name", "category"),
    [
        (JAR, "sessionid", "essential"),
        (EXPORT, "_fbp", "marketing"),
        ({"cookies": EXPORT}, "_fbp", "marketing"),
        (HAR, "_gid", "analytics"),
    ],
)
def test_exports(run: Run, tmp_path: Path, content: object, name: str, category: str) -> None:
    """What a browser wrote is read as it is, and no value comes out again."""
    text = run("classify", "--file", written(tmp_path, content), "--json").stdout
    (row,) = json.loads(text)
    assert (row["name"], row["category"]) == (name, category)
    assert "secret" not in text


def test_what_scripts_set(run: Run, tmp_path: Path) -> None:
    """A browser's traffic shows what scripts set only where it is carried to a server: it is found there, once."""
    request = {"url": "https://ads.doubleclick.net/x", "cookies": [{"name": "uid", "value": "secret"}]}
    entry = {"request": request, "response": {"cookies": [{"name": "_fbp", "expires": float("inf")}]}}
    content = {"log": {"entries": [*HAR["log"]["entries"], entry, entry]}}
    found = json.loads(run("classify", "--file", written(tmp_path, content), "--json").stdout)
    assert [(row["name"], row["domain"], row["reason"]) for row in found] == [
        ("_gid", "shop.example", "catalogued"),
        ("_fbp", "ads.doubleclick.net", "catalogued"),
        ("uid", "ads.doubleclick.net", "tracker's own"),
    ]


def test_no_cookie_in_it(run: Run, tmp_path: Path) -> None:
    """Traffic without a cookie is no clean bill: whoever gave it is told that browsers leave cookies out."""
    answer = run("classify", "--file", written(tmp_path, {"log": {"entries": []}}), "--json")
    assert json.loads(answer.stdout) == []
    assert "leave them out" in answer.stderr


@pytest.mark.parametrize("sign", ";\t")
def test_spreadsheets(run: Run, tmp_path: Path, sign: str) -> None:
    """A table is read as the owner's spreadsheet writes it, whichever sign parts its columns."""
    found = json.loads(run("classify", "--file", written(tmp_path, TABLE.replace(",", sign)), "--json").stdout)
    assert [(row["name"], row["domain"]) for row in found][::2] == [("_ga", "shop.example"), ("uid", "criteo.com")]


def test_a_cell_without_end(run: Run, tmp_path: Path) -> None:
    """A table that cannot be read is refused in its line, and not with a crash."""
    text = "name,domain\n_ga,\n" + "a" * 200_000 + ",\n"
    assert "after line 2" in run("classify", "--file", written(tmp_path, text), code=2).stderr.replace("\n", "")


@pytest.mark.parametrize("content", ["colour,shape\nred,round\n", "{", "[1", '{"a": 1}', ""])
def test_files_that_are_none(run: Run, tmp_path: Path, content: str) -> None:
    """A file that is no table, no traffic and no export is refused, and said why."""
    assert str(tmp_path) in run("classify", "--file", written(tmp_path, content), code=2).stderr.replace("\n", "")


def test_urls(run: Run, tmp_path: Path) -> None:
    """URLs are asked for one by one, or as a column of a table."""
    lines = run("classify", "--url", "https://www.google-analytics.com/g/collect", "--json").stdout.splitlines()
    assert json.loads(lines[0])["category"] == "analytics"
    table = written(tmp_path, "url\nhttps://js.stripe.com/v3/\nhttps://static.hotjar.com/c.js\n")
    found = json.loads(run("classify", "--file", table, "--json").stdout)
    assert [row["category"] for row in found] == ["essential", "analytics"]


def test_what_is_told(run: Run) -> None:
    """Domain, retention and attributes are taken into account; the reason says which rule it was."""
    text = run("classify", "uid", "--domain", "criteo.com", "--retention", "13 months").stdout
    assert text.startswith("uid\tmarketing\ttracker's own\tCriteo")


def test_terminal_is_safe(run: Run) -> None:
    """A name commands no terminal."""
    assert "\x1b" not in run("classify", "_ga_\x1b[31m").stdout


def test_uses(run: Run) -> None:
    """Whoever writes a list of their own sees what there is to be said."""
    assert "analytics\tmeasurement\tCounts visits" in run("classify", "--uses").stdout


def test_nothing_asked(run: Run) -> None:
    """Asking for nothing is wrong use."""
    assert "--file" in run("classify", code=2).stderr
