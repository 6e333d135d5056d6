"""consentkit for FastAPI. Translation only: decisions are the core's.

    @app.get("/")
    async def home(consent: ConsentDecision) -> Page: ...

The middleware itself is `consentkit.asgi`'s.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from consentkit.decision import Decision


async def read_decision(connection: HTTPConnection) -> Decision:
    """The visitor's decision; without our middleware nothing is granted."""
    decision: Decision = getattr(connection.state, "consent", None) or Decision()
    return decision


ConsentDecision = Annotated[Decision, Depends(read_decision)]
