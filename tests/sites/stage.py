"""An organisation's site on stage: its profile as it is shipped, its pages, a clock, and people who visit.

What a page would fetch is read from its markup by a reader that is not ours.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from consentkit import canonical
from consentkit.asgi import ConsentMiddleware
from consentkit.audit import build_audit
from consentkit.cli import main
from consentkit.demo.guise import Guise
from consentkit.ledger.erasure import prune
from consentkit.ledger.grants import Grants
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.opening import open_ledger
from consentkit.policy import Policy, parse_policy
from consentkit.policy.duration import parse_duration
from consentkit.settings import Settings, load_settings
from consentkit.testing import Clock, TestClient, scratch

PROFILES = Path(__file__).parents[2] / "examples" / "sites"
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_ADDRESS = re.compile(r"(?:https?:)?//([\w-]+(?:\.[\w-]+)+)")


def profile(name: str) -> dict[str, Any]:
    """A site's profile as it stands in the file."""
    return tomllib.loads((PROFILES / f"{name}.toml").read_text(encoding="utf-8"))


class Stage:
    """A site under its profile, with `changes` made to it."""

    def __init__(self, name: str, folder: Path, **changes: Any) -> None:
        self.name, self.folder, self.clock = name, folder, Clock()
        self._settings = scratch(folder)
        self.declare(**changes)

    def declare(self, **changes: Any) -> None:
        """From here on the site runs under its profile with these changes, on the same ledger."""
        self.policy: Policy = parse_policy({**profile(self.name), **changes}, self.name)
        # The site does what it always did, whatever is declared of it now.
        guise = Guise(self.name, parse_policy(profile(self.name), self.name))
        self.paths = guise.paths
        app = guise.app()
        app.add_middleware(
            ConsentMiddleware, policy=self.policy, minor=guise.is_minor, clock=self.clock, **self._settings
        )
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the site does now: visitors stay when it starts again under another policy."""
        await self._app(scope, receive, send)

    def day(self, *, ahead: int) -> date:
        """The day so many days from now."""
        return datetime.fromtimestamp(self.clock(), UTC).date() + timedelta(days=ahead)

    @property
    def settings(self) -> Settings:
        return load_settings(policy=self.policy, environ={}, **self._settings)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The site's ledger, for whoever looks at it from outside."""
        ledger = open_ledger(self.settings)
        try:
            yield ledger
        finally:
            ledger.close()

    def records(self) -> list[dict[str, Any]]:
        """Every choice in it, oldest first; an erased one is missing."""
        with self.ledger() as ledger:
            return [canonical.decode(e.record) for e in ledger.store.entries() if e.record and e.salt]

    def write(self, name: str, text: str) -> Path:
        """A file of the site's owner."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *arguments: object) -> Result:
        """A command of the owner's, with the settings of the site."""
        environment = {f"CONSENTKIT_{name.upper()}": str(value) for name, value in self._settings.items()}
        environment["CONSENTKIT_POLICY"] = str(PROFILES / f"{self.name}.toml")
        return CliRunner().invoke(main, [str(argument) for argument in arguments], env=environment)

    def prune(self) -> None:
        """What a site does once a day: erase what is older than its policy promises."""
        moment = int(self.clock() * 1000)
        with self.ledger() as ledger:
            list(prune(ledger, moment - parse_duration(self.policy.retention) * 1000, moment))

    @contextmanager
    def auditor(self) -> Iterator[Any]:
        """Somebody who was invited to look at the records."""
        with self.ledger() as ledger:
            now = int(self.clock())
            grant, secret = Grants(ledger.store).invite("DPO", "viewer", now, now + 3600)
            origin = "https://audit.test"
            client = TestClient(
                build_audit(self.settings, ledger, self.clock), base_url=origin, headers={"origin": origin}
            )
            client.post("/enter", data={"grant": grant.id, "secret": secret})
            yield client

    def statements(self) -> list[dict[str, Any]]:
        """What the ledger says of itself: who was let in, what they looked at, what was erased."""
        with self.ledger() as ledger:
            return [canonical.decode(e.statement) for e in ledger.store.entries() if e.statement]

    def visitor(self, country: str = "", host: str = "", **headers: str) -> Person:
        """Somebody who visits, from a country that a proxy on this machine vouches for."""
        sent = {"accept": "text/html,*/*;q=0.8", "accept-language": self.policy.first_language, **headers}
        return Person(self, host or self.policy.site.hosts[0], sent | ({"cf-ipcountry": country} if country else {}))


class Person:
    """A visitor with a browser that keeps cookies and runs nothing."""

    def __init__(self, stage: Stage, host: str, headers: Mapping[str, str]) -> None:
        self.origin = f"https://{host}"
        self.client = TestClient(
            stage, base_url=self.origin, headers=dict(headers), client=("127.0.0.1", 40000), follow_redirects=False
        )
        self._paths = stage.paths

    def open(self, path: str) -> str:
        """A page as its markup."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        text: str = answer.text
        return text

    def read(self, path: str) -> str:
        """A page as its words."""
        return words(self.open(path))

    def send(self, path: str, form: str = "/_privacy/preferences", **fields: Any) -> Any:
        """Send a form of ours with the token of the page it stands on, as a browser does."""
        token = _TOKEN.search(self.open(form))
        assert token, f"{form} holds no form of ours"
        return self.client.post(path, data={"token": token[1], **fields}, headers={"origin": self.origin})

    def choose(self, choice: str, *categories: str, **fields: Any) -> Any:
        """Make a choice; returns the answer to it."""
        values = {"choice": choice, "category": list(categories), "return_to": "/", **fields}
        return self.send("/_privacy/choice", **values)

    def sign_in(self, name: str, **fields: str) -> None:
        """Sign in on the site itself."""
        token = re.search(r'name="csrftoken" value="([^"]+)"', self.open("/sign-in"))
        assert token
        answer = self.client.post("/sign-in", data={"name": name, "csrftoken": token[1], **fields})
        assert answer.status_code == 303, answer.text

    def everywhere(self) -> None:
        """Open every page of the site."""
        for path in self._paths:
            self.open(path)

    @property
    def cookies(self) -> set[str]:
        """The names of the cookies that the site has stored, without ours."""
        return {cookie.name for cookie in self.client.cookies.jar if not cookie.name.startswith("__Host-ck")}

    def asked(self, *paths: str) -> set[str]:
        """The hosts of others that these pages, or all, would have a browser ask."""
        return {host for path in paths or self._paths for host in fetched(self.open(path))} - {self.origin[8:]}


class _Markup(HTMLParser):
    """What a browser would fetch for a page, and the words on it. What is inert stays out."""

    _APART = frozenset({"p", "li", "dt", "dd", "td", "th", "h1", "h2", "h3", "div", "button"})
    _FETCHING = frozenset({"script", "img", "iframe", "link", "source", "video", "embed", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.hosts: set[str] = set()
        self.words: list[str] = []
        self._runs = self._shows = True
        self._inert = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._inert += tag == "template"
        self._runs = tag == "script" and values.get("type", "text/javascript") == "text/javascript"
        self._shows = tag not in ("script", "style")
        self.words.append(" " if tag in self._APART else "")
        if tag in self._FETCHING and not self._inert and (tag != "script" or self._runs):
            for name in ("src", "href"):
                self.hosts.update(_ADDRESS.findall(values.get(name, "")))

    def handle_endtag(self, tag: str) -> None:
        self._inert -= tag == "template"
        self._runs, self._shows = False, True

    def handle_data(self, data: str) -> None:
        if self._runs and not self._inert:
            self.hosts.update(_ADDRESS.findall(data))
        if self._shows:
            self.words.append(data)


def fetched(html: str) -> set[str]:
    """The hosts that a page's own markup and scripts would ask."""
    markup = _Markup()
    markup.feed(html)
    return markup.hosts


def words(html: str) -> str:
    """What there is to read on a page."""
    markup = _Markup()
    markup.feed(html)
    return unescape(" ".join("".join(markup.words).split()))
