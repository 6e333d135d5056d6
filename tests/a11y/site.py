"""A shop with a long page, a held script and a held frame: what people with every kind of browser walk through."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from consentkit.texts import direction

POLICY: dict[str, Any] = {
    "version": "1",
    "site": {"id": "shop", "name": "Shop"},
    "controller": {"name": "Shop Ltd", "contact": "privacy@shop.test"},
    "privacy_policy": "/privacy",
    "imprint": "/legal",
    "vendors": [
        {
            "id": "count",
            "name": "Counter",
            "category": "analytics",
            "purpose": "Counts visits.",
            "country": "US",
            "privacy_url": "https://count.test/privacy",
            "hosts": ["count.test"],
            "cookies": [{"name": "_ct", "purpose": "Tells visitors apart.", "retention": "13 months"}],
        },
        {"id": "tube", "name": "Tube", "category": "functional", "purpose": "Shows films.", "hosts": ["tube.test"]},
        {"id": "ads", "name": "Ads & Co", "category": "marketing", "purpose": "Advertises.", "hosts": ["ads.test"]},
    ],
    "cookies": [
        {"name": "lang", "purpose": "Remembers your language.", "retention": "1 year", "category": "functional"}
    ],
}

_LINES = "".join(f"<p>Paragraph {n} with <a href=/page-{n}>link {n}</a>.</p>" for n in range(40))
PAGE = f"""<!doctype html>
<html lang="LANGUAGE" dir="DIRECTION">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title>
<script src="https://count.test/count.js"></script>
</head>
<body>
<header><nav aria-label="Main"><a href="/">Home</a> <a href="/next">Next</a></nav></header>
<main><h1>Shop</h1>
<iframe src="https://tube.test/film" title="Film" width="300" height="200"></iframe>
{_LINES}
<form><label>Name <input id="name"></label></form>
<a href="/end">end</a>
</main>
</body>
</html>
"""


async def _page(request: Request) -> HTMLResponse:
    """Every page, in the language that its address asks for."""
    language = request.query_params.get("lang", "en")
    return HTMLResponse(PAGE.replace("LANGUAGE", language, 1).replace("DIRECTION", direction(language), 1))


APP = Starlette(routes=[Route("/{path:path}", _page)])
