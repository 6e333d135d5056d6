"""Three shops that share a choice, and the site that keeps it, all on loopback; each with a ledger of its own.

Knows the middleware; not who visits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from consentkit import canonical
from consentkit.asgi import ConsentMiddleware
from consentkit.kit import ConsentKit
from consentkit.testing import Clock
from consentkit.tlog import Signer
from tests.serving import served

SECRET = "a-secret-for-the-tests"
KEY = Signer.generate("shops.test/log").to_text()
SHOPS = ("one", "two", "third")
PAGE = b"<!doctype html><title>Shop</title><body><p>Shop."
VENDORS = [
    {"id": "counter", "name": "Counter", "category": "analytics", "purpose": "Counts.", "hosts": ["counter.test"]},
    {"id": "ads", "name": "Ads", "category": "marketing", "purpose": "Sells.", "hosts": ["ads.test"]},
]


def policy(address: str, **changes: Any) -> dict[str, Any]:
    """The one policy of all of them; the third shop is another company's."""
    scheme, _, port = address.split(":")
    return {
        "site": {"id": "shops", "name": "Shops"},
        "controller": {"name": "One Ltd", "contact": "privacy@one.test"},
        "entities": [{"name": "Third BV", "contact": "privacy@third.test", "hosts": ["third.localhost"]}],
        "vendors": VENDORS,
        "domains": {
            "origin": f"{scheme}://keeper.localhost:{port}",
            "sites": [f"{scheme}://{shop}.localhost:{port}" for shop in SHOPS],
        },
        **changes,
    }


class Sites:
    """The apps, by the last part of their host but one. `asked` are the requests, in order.

    Those that are `down` do not answer; of those in `forgetting` no browser keeps a cookie.
    """

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder
        self.address = ""
        self.clock = Clock()
        self.down: set[str] = set()
        self.forgetting: set[str] = set()
        self.asked: list[str] = []
        self.apps: dict[str, ConsentMiddleware] = {}

    def build(self, name: str, **changes: Any) -> ConsentMiddleware:
        """One of them, anew if it is there already: with other declarations, on the same ledger."""
        declared, data = policy(self.address, **changes), self._folder / name
        app = ConsentMiddleware(_shop, declared, data=data, secret=SECRET, signing_key=KEY, clock=self.clock)
        self.apps[name] = app
        self._stack.callback(app._kit.close)
        return app

    def kit(self, name: str) -> ConsentKit:
        return self.apps[name]._kit

    def url(self, name: str, path: str = "/") -> str:
        return self.address.replace("127.0.0.1", f"{name}.localhost") + path

    def records(self, name: str) -> list[dict[str, Any]]:
        """What is in a site's ledger, oldest first."""
        entries = self.kit(name).ledger.store.entries(0)
        return [canonical.decode(entry.record) for entry in entries if entry.salt and entry.record]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        host = dict(scope["headers"])[b"host"].decode()
        name = host.split(".")[-2]
        query = scope["query_string"].decode()
        if query != "up=":
            self.asked.append(f"{name}{scope['path']}" + (f"?{query}" if query else ""))
        if name in self.down:
            await send({"type": "http.response.start", "status": 502, "headers": []})
            await send({"type": "http.response.body", "body": b"Away."})
        else:
            await self.apps[name](scope, receive, _forgetful(send) if name in self.forgetting else send)


def _forgetful(send: Any) -> Any:
    async def forgetting(message: Any) -> None:
        if message["type"] == "http.response.start":
            kept = [header for header in message["headers"] if header[0] != b"set-cookie"]
            message = {**message, "headers": kept}
        await send(message)

    return forgetting


async def _shop(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": PAGE})


@contextmanager
def sharing(folder: Path, certificate: Path | None = None) -> Iterator[Sites]:
    """All four, until the block ends."""
    with ExitStack() as stack:
        sites = Sites(stack, folder)
        sites.address = stack.enter_context(served(sites, certificate))
        for name in (*SHOPS, "keeper"):
            sites.build(name)
        yield sites
