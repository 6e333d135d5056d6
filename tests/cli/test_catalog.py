"""Lists that may not be shipped: fetched by an owner who asks, in the form of a list of one's own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from consentkit import classify_url
from consentkit.catalog.published import LISTS, converted
from consentkit.cli.main import main

DISCONNECT = {
    "categories": {
        "Advertising": [{'Spy "& Sons"\u0007': {"https://spy.example/": ["Spy.example", "ads.spy.example", "x y"]}}],
        "Content": [{"Pictures": {"https://pics.example/": ["pics.example"]}}],
        "Analytics": [{"Google": {"https://google.com/": ["google.com", "doubleclick.net", "seen.example"], "x": "y"}}],
    }
}
DUCKDUCKGO = {
    "trackers": {
        "spy.example": {"owner": {"displayName": "Spy"}, "categories": ["CDN", "Advertising"], "default": "block"},
        "cdn.example": {"owner": {"displayName": "Files"}, "categories": ["CDN"], "default": "block"},
        "kind.example": {"owner": {"displayName": "Kind"}, "categories": ["Analytics"], "default": "ignore"},
    }
}
EASYPRIVACY = "\n".join(
    (
        "! Title: EasyPrivacy",
        "||spy.example^$third-party",
        "||seen.example^",
        "/pixel.gif?",
        "||a.example^$script",
        "@@||b.example^",
    )
)
TEXTS = {"disconnect": json.dumps(DISCONNECT), "duckduckgo": json.dumps(DUCKDUCKGO), "easyprivacy": EASYPRIVACY}


class Publisher(BaseHTTPRequestHandler):
    """Serves the lists by their names, and for other names what should not be believed."""

    def do_GET(self) -> None:
        name = self.path.strip("/")
        if name == "moved":
            self.send_response(302)
            self.send_header("Location", "file:///etc/hostname")
            self.end_headers()
            return
        self.send_response(200 if name in TEXTS else 404)
        self.end_headers()
        self.wfile.write(TEXTS.get(name, "no").encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def publisher() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Publisher)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_list_is_fetched_and_used(name: str, publisher: str, tmp_path: Path) -> None:
    """An owner fetches a list by its name, writes one line into the policy, and its trackers are held."""
    result = CliRunner().invoke(
        main, ["catalog", "fetch", name, "--from", f"{publisher}/{name}", "--data", str(tmp_path)]
    )
    assert result.exit_code == 0, result.output
    path = tmp_path / "lists" / f"{name}.toml"
    assert result.stdout == f"{path}\n"
    assert LISTS[name].licence in result.stderr
    found = classify_url("https://spy.example/x.js", policy={"catalog": [str(path)]})
    assert (found.reason, found.source) == ("listed", path.name)
    assert found.category == ("analytics" if name == "easyprivacy" else "marketing")


def test_the_catalogue_goes_on_telling_by_path(publisher: str, tmp_path: Path) -> None:
    """A list that calls all of google.com a tracker takes nobody's captcha or fonts away."""
    text = converted(LISTS["disconnect"], TEXTS["disconnect"])
    assert "google.com" not in text.partition("\n\n")[2]
    assert "seen.example" in text
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    found = classify_url("https://www.google.com/recaptcha/api.js", policy={"catalog": [str(tmp_path / "own.toml")]})
    assert (found.category, found.reason) == ("essential", "catalogued")


def test_names_are_strangers_words() -> None:
    """A publisher's names cannot break out of the file they are written to, nor command a terminal that shows it."""
    text = converted(LISTS["disconnect"], TEXTS["disconnect"])
    assert '["Spy \\"& Sons\\""]\nhosts."advertising" = "ads.spy.example spy.example"' in text
    assert "\u0007" not in text
    assert "x y" not in text
    assert "pics.example" not in text


@pytest.mark.parametrize("text", ["[]", "{}", '{"categories": []}', '{"categories": {"Advertising": [1]}}', "no", ""])
@pytest.mark.parametrize("name", sorted(LISTS))
def test_what_is_no_list_is_refused(name: str, text: str) -> None:
    """A page of apologies in the place of a list is not taken for one."""
    with pytest.raises(ValueError, match=r"."):
        converted(LISTS[name], text)


@pytest.mark.parametrize("address", ["/gone", "/moved", "/easyprivacy"])
def test_a_fetch_that_fails_changes_nothing(address: str, publisher: str, tmp_path: Path) -> None:
    """An address that is wrong, leads elsewhere or holds another list is named, and nothing is written."""
    arguments = ["catalog", "fetch", "disconnect", "--from", publisher + address, "--data", str(tmp_path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "consentkit.E044" in result.stderr
    assert publisher in result.stderr
    assert not list(tmp_path.rglob("*.toml"))


def test_no_file_is_read() -> None:
    """An address of a file is no address of a list."""
    result = CliRunner().invoke(main, ["catalog", "fetch", "disconnect", "--from", "file:///etc/hostname"])
    assert result.exit_code == 2
    assert "no web address" in result.stderr


def test_lists_are_named_with_their_terms() -> None:
    """Before anything is fetched an owner reads by whom and on which terms."""
    result = CliRunner().invoke(main, ["catalog", "lists", "--json"])
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["name"] for one in told] == list(LISTS)
    assert all(one["licence"] for one in told)
