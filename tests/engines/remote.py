"""A browser driven from outside, by the commands of W3C WebDriver. Knows Firefox and WebKitGTK; not what they look at.

Firefox     speaks them itself over TCP (Marionette: "length:[type, id, name, parameters]")
WebKitGTK   has a driver that speaks them over HTTP
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from scripts.engines import WebKit

# Ours: WebDriver's HTTP method and path below the session, and Marionette's name.
COMMANDS = {
    "open": ("POST", "/url", "WebDriver:Navigate"),
    "run": ("POST", "/execute/sync", "WebDriver:ExecuteScript"),
    "find": ("POST", "/element", "WebDriver:FindElement"),
    "click": ("POST", "/element/{id}/click", "WebDriver:ElementClick"),
    "act": ("POST", "/actions", "WebDriver:PerformActions"),
    "enter": ("POST", "/frame", "WebDriver:SwitchToFrame"),
    "cookies": ("GET", "/cookie", "WebDriver:GetCookies"),
    "forget": ("DELETE", "/cookie", "WebDriver:DeleteAllCookies"),
}
# https://www.w3.org/TR/webdriver2/#keyboard-actions
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Space": " "}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# How long something takes says how busy the machine is.
PATIENCE = 60


class RemoteError(Exception):
    """The browser did not do what it was told."""


class Remote(ABC):
    """One browser with one tab."""

    @abstractmethod
    def send(self, command: str, **parameters: Any) -> Any:
        """One of COMMANDS, and its answer."""

    def open(self, address: str) -> None:
        self.send("open", url=address)

    def run(self, script: str, *arguments: Any) -> Any:
        """The value of a function's body in the page."""
        return self.send("run", script=script, args=list(arguments))

    def find(self, selector: str) -> dict[str, str]:
        found: dict[str, str] = self.send("find", using="css selector", value=selector)
        return found.get("value", found)  # type: ignore[return-value]

    def click(self, selector: str) -> None:
        self.send("click", id=self.find(selector)[ELEMENT])

    def press(self, *keys: str) -> None:
        """Press and release keys, one after the other, where the focus is."""
        strokes = [{"type": kind, "value": KEYS[key]} for key in keys for kind in ("keyDown", "keyUp")]
        self.send("act", actions=[{"type": "key", "id": "keyboard", "actions": strokes}])

    @contextmanager
    def inside(self, selector: str) -> Iterator[None]:
        """Work in a frame of the page."""
        self.send("enter", id=self.find(selector))
        yield
        self.send("enter", id=None)

    def cookies(self) -> set[str]:
        """Their names, also of those that scripts do not see."""
        return {cookie["name"] for cookie in self.send("cookies")}

    def forget(self) -> None:
        """Be somebody new; a browser may take its time to let cookies go."""
        self.send("forget")
        until(lambda: not self.cookies(), "no cookie")

    def wait(self, script: str, *arguments: Any) -> Any:
        """The first value of an expression in the page that is true."""
        return until(lambda: self.run(f"return {script}", *arguments), script)


def until(look: Callable[[], Any], what: str) -> Any:
    """What is found, as soon as it is."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if found := look():
                return found
        except (RemoteError, OSError, httpx.TransportError):
            if time.monotonic() + 1 > end:
                raise
        time.sleep(0.05)
    raise AssertionError(f"in vain: {what}")


class Firefox(Remote):
    """Firefox, over the TCP connection that it opens itself."""

    def __init__(self, connection: socket.socket) -> None:
        self._file = connection.makefile("rwb")
        self._ids = count(1)
        self._read()  # it greets
        self._ask("WebDriver:NewSession", {"acceptInsecureCerts": True})

    def send(self, command: str, **parameters: Any) -> Any:
        answer = self._ask(COMMANDS[command][2], parameters)
        return answer["value"] if isinstance(answer, dict) and set(answer) == {"value"} else answer

    def _ask(self, name: str, parameters: dict[str, Any]) -> Any:
        text = json.dumps([0, next(self._ids), name, parameters]).encode()
        self._file.write(b"%d:%s" % (len(text), text))
        self._file.flush()
        _, _, error, result = self._read()
        if error:
            raise RemoteError(f"{name}: {error['error']}: {error['message']}")
        return result

    def _read(self) -> Any:
        length = b""
        while (byte := self._file.read(1)) != b":":
            if not byte:
                raise RemoteError("Firefox is gone")
            length += byte
        return json.loads(self._file.read(int(length)))


class WebKitGTK(Remote):
    """WebKitGTK, over HTTP and its driver."""

    def __init__(self, driver: str, browser: str) -> None:
        self._http = httpx.Client(base_url=driver, timeout=PATIENCE)
        options = {"webkitgtk:browserOptions": {"binary": browser, "args": ["--automation"]}}
        self._session = ""
        created = until(lambda: self._ask("POST", "/session", {"capabilities": {"alwaysMatch": options}}), "a session")
        self._session = f"/session/{created['sessionId']}"

    def send(self, command: str, **parameters: Any) -> Any:
        method, path, _ = COMMANDS[command]
        return self._ask(method, self._session + path.format(**parameters), parameters)

    def close(self) -> None:
        self._ask("DELETE", self._session, {})
        self._http.close()

    def _ask(self, method: str, path: str, parameters: dict[str, Any]) -> Any:
        answer = self._http.request(method, path, json=parameters if method == "POST" else None).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise RemoteError(f"{path}: {answer['error']}: {answer['message']}")
        return answer


@contextmanager
def firefox(path: str, folder: Path) -> Iterator[Remote]:
    """A new Firefox without a window, with a profile of its own."""
    port = free_port()
    (folder / "user.js").write_text(f'user_pref("marionette.port", {port});\n', encoding="utf-8")
    command = [path, "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
    with running(command, os.environ | {"HOME": str(folder)}):
        connection = until(lambda: socket.create_connection(("127.0.0.1", port), PATIENCE), "Firefox")
        with connection:
            yield Firefox(connection)


@contextmanager
def webkit(parts: WebKit, folder: Path) -> Iterator[Remote]:
    """A new WebKitGTK on a display of its own."""
    reading, writing = os.pipe()
    display = [parts.display, "-displayfd", str(writing), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    with running(display, os.environ, writing):
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        port = free_port()
        # Its sandbox needs more than a container grants. No other WEBKIT_ variable: with them it hangs.
        environment = {"DISPLAY": f":{number}", "HOME": str(folder), "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
        with running([parts.driver, f"--port={port}"], os.environ | environment):
            remote = WebKitGTK(f"http://127.0.0.1:{port}", parts.browser)
            yield remote
            remote.close()


@contextmanager
def running(command: list[str], environment: Any, *kept: int) -> Iterator[None]:
    """A process for as long as it is needed."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=dict(environment), pass_fds=kept, **quiet)  # type: ignore[call-overload]
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
