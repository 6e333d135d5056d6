"""The demo as it is started: one line adds consentkit, and the terminal says what to try."""

from __future__ import annotations

import re
import socket
import sys
from pathlib import Path

import httpx
import pytest
import uvicorn

from consentkit.demo.serve import build_app, run, runnable
from consentkit.errors import ConfigError


def names(response: httpx.Response) -> set[str]:
    return {line.partition("=")[0] for line in response.headers.get_list("set-cookie")}


def choose(client: httpx.Client, choice: str) -> httpx.Response:
    token = re.search(r'name="token" value="([^"]+)"', client.get("/_privacy/preferences").text)
    assert token
    fields = {"choice": choice, "token": token[1], "return_to": "/"}
    return client.post("/_privacy/choice", data=fields, headers={"Origin": "http://linden.test"})


def test_before_choosing(guarded: httpx.Client) -> None:
    """Before any choice a visitor gets the essential cookie alone, and no frame of another company loads."""
    page = guarded.get("/courses/night-sky")
    assert names(page) == {"csrftoken"}
    assert "For this page only" in page.text
    assert not re.search(r'<(?:iframe|img)\b[^>]*\ssrc="(?:https:)?//', page.text)


@pytest.mark.parametrize("choice", [None, "refuse_all", "accept_all"])
def test_login(guarded: httpx.Client, choice: str | None) -> None:
    """Whatever a visitor chose, signing in works, and the name is shown."""
    if choice:
        assert choose(guarded, choice).status_code == 303
    guarded.get("/sign-in")
    answer = guarded.post("/sign-in", data={"name": "Ada", "csrftoken": guarded.cookies["csrftoken"]})
    assert answer.headers["location"] == "/account"
    assert "You are signed in as <strong>Ada</strong>" in guarded.get("/account").text


def test_accept_then_refuse(guarded: httpx.Client) -> None:
    """Accepting lets every cookie through and says that the speed is remembered; refusing takes both back."""
    choose(guarded, "accept_all")
    page = guarded.get("/courses/night-sky")
    assert names(page) == {"csrftoken", "lang", "visit_id", "campaign"}
    assert "Remembered for your next visit" in page.text
    choose(guarded, "refuse_all")
    assert not {"lang", "visit_id", "campaign"} & guarded.cookies.keys()
    assert "For this page only" in guarded.get("/courses/night-sky").text


def test_policy_is_kept(tmp_path: Path) -> None:
    """A policy edited in the demo's folder is used at the next start; one that went wrong is named."""
    build_app(tmp_path)
    policy = tmp_path / "consent.toml"
    policy.write_text(policy.read_text(encoding="utf-8").replace('version = "1"', 'version = "mine"'), encoding="utf-8")
    build_app(tmp_path)
    assert 'version = "mine"' in policy.read_text(encoding="utf-8")
    policy.write_text('versoin = "2"', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"consent\.toml: 1 problem"):
        build_app(tmp_path)


@pytest.mark.parametrize("package", ["uvicorn", "python_multipart"])
def test_missing_extra(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the demo's extra packages, one line says how to get them."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SystemExit) as stopped:
        run(0, tmp_path, open_browser=False)
    assert stopped.value.code == 2
    assert capsys.readouterr().err == f'The demo needs {package}: pip install "consentkit[demo]"\n'


def test_port_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A port in use is named, with another one to try."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as stopped:
            run(port, tmp_path, open_browser=False)
    assert stopped.value.code == 2
    assert f"consentkit demo --port {port + 1}" in capsys.readouterr().err


def test_commands_can_be_pasted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `make demo` has put the command where no shell looks, what is printed runs all the same."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert Path(runnable()).samefile(Path(sys.executable).with_name("consentkit"))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert runnable() == "consentkit"


@pytest.mark.parametrize("opens", [True, False])
def test_what_to_try(
    opens: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Starting says where the site is and what to try, in commands that can be pasted; a browser opens if wished."""
    served: list[int] = []
    opened: list[str] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: served.append(sockets[0].getsockname()[1]))
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("threading.Thread.start", lambda thread: thread.run())
    data = tmp_path / "my data"
    run(0, data, open_browser=opens)
    url = f"http://127.0.0.1:{served[0]}/"
    said = capsys.readouterr().err
    assert f"open at {url} " in said
    command = runnable()
    assert f"{command} export --format bundle -o demo.bundle --data '{data}'" in said
    assert f"{command} verify demo.bundle --vkey \"$({command} ledger vkey --data '{data}')\"" in said
    assert opened == ([url] if opens else [])
