"""What the demo's sites have in common: forms that come from their own pages, and values that are fit for a cookie.

Knows Starlette's requests; not which site asks, nor what is in a form.
"""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

DAY = 86400


def plain(value: str | None) -> str:
    """What of a value from outside may go into a cookie."""
    return re.sub(r"[^A-Za-z0-9_.-]", "", value or "")[:64]


def form_token(request: Request) -> str:
    """What the hidden field of a form holds, and the readable cookie with it (double submit)."""
    return plain(request.cookies.get("csrftoken")) or secrets.token_urlsafe(24)


async def read_form(request: Request) -> FormData:
    """What was sent, once its hidden field agrees with the cookie."""
    form = await request.form()
    sent, kept = str(form.get("csrftoken", "")), request.cookies.get("csrftoken", "")
    if not kept or not secrets.compare_digest(sent.encode(), kept.encode()):
        raise HTTPException(
            403, "This form did not come from our own page. Go back, reload the page and send it again."
        )
    return form


def wished_language(request: Request, spoken: tuple[str, ...]) -> str:
    """The language a page is in: as its address says, else the cookie, else the browser; the first where none fits."""
    accepted = [part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    wished = [request.query_params.get("lang"), request.cookies.get("lang"), *accepted]
    return next((language for language in wished if language in spoken), spoken[0])
