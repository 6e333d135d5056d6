"""A visitor's browser, as far as ASGI goes: it sends what browsers send, keeps cookies, and shows every message.

Knows the protocol and the two fields of our forms; not what consentkit should answer.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

Message = MutableMapping[str, Any]
App = Callable[[MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Any]
HOST = "shop.test"
NAVIGATION = {"accept": "text/html,*/*;q=0.8", "accept-language": "en", "sec-fetch-dest": "document"}


@dataclass(frozen=True)
class Answer:
    """One response: the messages as they came, and what they say together."""

    messages: tuple[Message, ...]

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return list(self.messages[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def all(self, name: str) -> list[str]:
        return [value.decode("latin-1") for key, value in self.headers if key == name.encode()]

    def header(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    @property
    def cookies(self) -> dict[str, str]:
        """The Set-Cookie lines by name."""
        return {line.partition("=")[0]: line for line in self.all("set-cookie")}

    @property
    def token(self) -> str:
        found = re.search(rb'name="token" value="([^"]+)"', self.body)
        assert found, "no form of ours in this answer"
        return found[1].decode()


def scope_of(method: str, path: str, headers: Mapping[str, str | bytes], **more: Any) -> dict[str, Any]:
    """What a server passes for this request; the path may be followed by a query."""
    path, _, query = path.partition("?")
    lines = [(b"host", HOST.encode())] if "host" not in headers else []
    lines += [(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in headers.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": lines,
        "client": ("192.0.2.7", 40000),
        "server": (HOST, 80),
        **more,
    }


async def exchange(app: App, scope: dict[str, Any], body: bytes = b"") -> Answer:
    """Run one request through an app; whatever the app raises is raised."""
    sent: list[Message] = []
    arriving = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return arriving.pop() if arriving else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return Answer(tuple(sent))


class Browser:
    """Keeps cookies by name, and drops what it is told to drop."""

    def __init__(self, app: App, **headers: str) -> None:
        self.app = app
        self.cookies: dict[str, str] = {}
        self._domains: dict[str, str] = {}
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def send(
        self, method: str, target: str, headers: Mapping[str, str | bytes], body: bytes = b"", /, **scope: Any
    ) -> Answer:
        cookie = {"cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        made = {**scope_of(method, target, {**cookie, **self.headers, **headers}), **scope}
        answer = asyncio.run(exchange(self.app, made, body))
        self._remember(answer)
        return answer

    def get(self, target: str = "/", *, method: str = "GET", scope: Mapping[str, Any] = {}, **headers: str) -> Answer:
        """Follow a link. Headers as keywords, with "_" for "-"."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(method, target, {**NAVIGATION, **said}, **scope)

    def post(self, fields: Mapping[str, Any], *, prefix: str = "/_privacy", **headers: str) -> Answer:
        """Send our form as a browser does, from our own page."""
        kind = {"content-type": "application/x-www-form-urlencoded", "origin": f"http://{HOST}"}
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("POST", f"{prefix}/choice", {**NAVIGATION, **kind, **said}, urlencode(fields, True).encode())

    def fetch(self, value: Any, **headers: str) -> Answer:
        """Send a choice as a script on our own page does."""
        kind = {"content-type": "application/json", "sec-fetch-site": "same-origin", "accept-language": "en"}
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("POST", "/_privacy/choice", {**kind, **said}, json.dumps(value).encode())

    def choose(self, choice: str, **fields: Any) -> Answer:
        """Open the preferences, and press a button."""
        return self.post({"choice": choice, "token": self.get("/_privacy/preferences").token, **fields})

    def _remember(self, answer: Answer) -> None:
        for line in answer.all("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            domain = line.partition("; Domain=")[2].partition(";")[0]
            if "max-age=0" not in line.lower():
                self.cookies[name], self._domains[name] = value, domain
            elif self._domains.get(name, "") == domain:  # else it speaks of a cookie that this browser does not have
                self.cookies.pop(name, None)
