"""A visitor's browser that goes from site to site, as far as ASGI goes: cookies by host, redirections, Fetch Metadata.

Knows what browsers send; not what is answered.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import urlencode, urlsplit

from tests.asgi.browser import Answer, exchange, scope_of

from .sites import Sites

MOST_LEGS = 20


class Traveller:
    """One browser. `legs` are the addresses of the last journey, `came` what Sec-Fetch-Site said at its end.

    `keeps` says whether it keeps cookies.
    """

    def __init__(self, sites: Sites, **headers: str) -> None:
        self.sites = sites
        self.jar: dict[str, dict[str, str]] = {}
        self.legs: list[str] = []
        self.came = ""
        self.keeps = True
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def go(self, name: str, path: str = "/", *, came: str = "none", **headers: str) -> Answer:
        """Go to a page of a site: by hand, or from elsewhere as Sec-Fetch-Site would tell."""
        return self.follow(self.sites.url(name, path), came=came, **headers)

    def follow(self, url: str, *, came: str = "cross-site", most: int = MOST_LEGS, **headers: str) -> Answer:
        """Go where an address leads, and on where that leads."""
        self.legs = []
        answer = self.ask(url, came, **headers)
        while len(self.legs) < most and (target := _onward(answer)):
            refreshed, before, url = answer.status == 200, url, self._target(url, target)
            same = urlsplit(url).netloc == urlsplit(before).netloc
            came = ("same-origin" if refreshed else came) if same else "cross-site"
            answer = self.ask(url, came, **headers)
        assert len(self.legs) < most or most < MOST_LEGS, self.legs
        return answer

    def ask(self, url: str, came: str, **headers: str) -> Answer:
        """One request for a page."""
        self.legs.append(url)
        self.came = came
        said = {
            "accept": "text/html,*/*;q=0.8",
            "accept-language": "en",
            "sec-fetch-dest": "document",
            "sec-fetch-mode": "navigate",
            "sec-fetch-site": came,
        }
        return self._send("GET", url, {**said, **{n.replace("_", "-"): v for n, v in headers.items()}})

    def choose(self, name: str, choice: str, path: str = "/", **fields: str) -> Answer:
        """Press a button in the preferences, and go where that leads."""
        token = self.ask(self.sites.url(name, "/_privacy/preferences"), "same-origin").token
        url = self.sites.url(name, "/_privacy/choice")
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": self.sites.url(name, "")}
        body = urlencode({"choice": choice, "token": token, "return_to": path, **fields}).encode()
        answer = self._send("POST", url, {**headers, "sec-fetch-site": "same-origin"}, body)
        assert answer.status == 303, answer.body
        return self.follow(self._target(url, answer.header("location") or ""), came="same-origin")

    def granted(self, name: str) -> str:
        """What a site's readable cookie says; "" where there is none."""
        return self.jar.get(name, {}).get("ck_s", "").partition(".")[0]

    def visitor(self, name: str) -> str:
        """The id under which a site knows this browser."""
        return self.sites.kit(name).standing_cookie.parse(self.jar[name]["ck"]).visitor

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        parts = urlsplit(url)
        name = parts.netloc.partition(".")[0]
        kept = self.jar.setdefault(name, {})
        cookie = {"cookie": "; ".join(f"{k}={v}" for k, v in kept.items())} if kept else {}
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        scope = scope_of(method, target, {"host": parts.netloc, **cookie, **self._headers, **headers})
        answer = asyncio.run(exchange(self.sites, scope, body))
        for line in answer.all("set-cookie") if self.keeps else ():
            key, _, value = line.partition(";")[0].partition("=")
            if "max-age=0" in line.lower():
                if "domain=" not in line.lower():
                    kept.pop(key, None)
            else:
                kept[key] = value
        return answer

    @staticmethod
    def _target(url: str, location: str) -> str:
        parts = urlsplit(url)
        return location if "://" in location else f"{parts.scheme}://{parts.netloc}{location}"


def _onward(answer: Answer) -> str:
    """Where an answer leads by itself: by a redirection, or a page that is left at once."""
    if answer.status == 303:
        return answer.header("location") or ""
    found = re.search(rb'http-equiv="refresh" content="0; url=([^"]*)"', answer.body)
    return unescape(found[1].decode()) if found else ""
