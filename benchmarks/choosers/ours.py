"""consentkit around an app with one page. CONSENTKIT_DATABASE and CONSENTKIT_DATA come from the environment."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from consentkit.asgi import ConsentMiddleware

POLICY = {
    "site": {"id": "bench", "name": "Bench"},
    "controller": {"name": "Bench", "contact": "bench@example.com"},
    # Visitors are told apart by the network that a proxy names, as behind any load balancer.
    "trusted_proxies": ["127.0.0.1"],
    "vendors": [
        {"id": "hotjar", "name": "Hotjar", "category": "analytics", "purpose": "Heat maps"},
        {"id": "meta", "name": "Meta", "category": "marketing", "purpose": "Advertising"},
    ],
}


async def page(_: Request) -> HTMLResponse:
    return HTMLResponse("<!doctype html><title>Page</title><p>A page.</p>")


app = Starlette(routes=[Route("/", page)])
app.add_middleware(ConsentMiddleware, policy=POLICY)
