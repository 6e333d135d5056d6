"""How an app is put together, from outside in: where our middleware stands, and what stands around it.

Knows apps and their middleware by class and attribute, and runs none of them. Each finding is a Problem with a stable
id; what `manage.py check` finds as well has the id that it has there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from consentkit import asgi, wsgi
from consentkit.errors import Problem
from consentkit.policy import Policy, load_policy
from consentkit.settings import POLICY

_OURS = (asgi.ConsentMiddleware, wsgi.ConsentMiddleware)
_OUR_DJANGO = "consentkit.django.ConsentMiddleware"
_ADD = (
    "Add ConsentMiddleware last (Starlette, FastAPI), write Consent(app) (Flask), put it first in MIDDLEWARE (Django), "
    "or wrap the app in it."
)
# Under which names an app keeps the one it wraps.
_INNER = ("_app", "app", "wsgi_app", "asgi_app", "application", "_application", "inner")
_PACKS = re.compile(r"gzip|brotli|compress|zstd", re.I)
# What does harm outside of us, by what its class is called; the first that fits counts.
_OUTSIDE = (
    (re.compile(r"conditional|etag", re.I), "W003", "browsers' conditions are compared with the wrong ETag"),
    (re.compile(r"cache", re.I), "W002", "pages that were rendered for a visitor come to be cached"),
    (re.compile(r"session|csrf|xsrf|cookie|locale|login|auth|flash", re.I), "W004", "its cookies leave unguarded"),
    (re.compile(r"debug|toolbar|html|minif|inject|reload", re.I), "W009", "the HTML that it writes leaves unguarded"),
)


class Layer(NamedTuple):
    """One middleware: its class by full name, and whether it is ours."""

    name: str
    ours: bool = False


class Wiring(NamedTuple):
    """The middleware around an app, outermost first; what it wraps in the end; the policy ours works under.

    `live` says that the framework calls this production, whatever CONSENTKIT_ENV says.
    """

    layers: list[Layer]
    core: Any
    policy: Policy | None
    live: bool = False


def read_wiring(app: Any) -> Wiring:
    """Look at an app. Raises ConfigError where ours is given a policy that cannot be used."""
    layers: list[Layer] = []
    policies: list[Policy] = []
    live = False
    while (inner := _inner(app)) is not None:
        if isinstance(app, _OURS):
            policies.append(app._kit.policy)
        if not hasattr(app, "url_map"):  # Flask and Quart wrap only what they are themselves
            layers.append(Layer(_name(type(app)), isinstance(app, _OURS)))
        app = inner
    for each in getattr(app, "user_middleware", ()):  # Starlette builds these with its first request
        layers.append(Layer(_name(each.cls), each.cls in _OURS))
        if each.cls in _OURS:
            policies.append(_policy_of(each.kwargs.get("policy")))
    if type(app).__module__.startswith("django.core.handlers"):
        from django.conf import settings

        from consentkit.django.conf import site_settings

        layers += [Layer(name, name == _OUR_DJANGO) for name in settings.MIDDLEWARE]
        if _OUR_DJANGO in settings.MIDDLEWARE:
            policies.append(site_settings().policy)
        live = not settings.DEBUG
    return Wiring(layers, app, policies[0] if policies else None, live)


def wiring_problems(wiring: Wiring, *, production: bool) -> list[Problem]:
    """Everything about this wiring that lets something past us, or costs more than it should."""
    places = [place for place, layer in enumerate(wiring.layers) if layer.ours]
    if not places:
        message = "our middleware is not in it: nothing is held."
        return [_problem("W001", _name(type(wiring.core)), message, _ADD)]
    found = list(_misplaced(wiring.layers[: places[0]], wiring.layers[places[0] + 1 :]))
    if len(places) > 1:
        found.append(_problem("W006", wiring.layers[places[1]].name, "it is at work twice.", "Take one of them out."))
    if (production or wiring.live) and wiring.policy is not None and wiring.policy.mode == "report":
        remedy = 'Write mode = "enforce" when the log names nothing new.'
        found.append(
            _problem("W007", "mode", "in production the policy only reports: nothing is held.", remedy, "report")
        )
    return found


def _misplaced(outside: list[Layer], inside: list[Layer]) -> Iterator[Problem]:
    for layer in outside:
        for name, ident, consequence in _OUTSIDE:
            if name.search(layer.name.rpartition(".")[2]):
                yield _problem(
                    ident, layer.name, f"it stands around consentkit: {consequence}.", "Put it inside of ours."
                )
                break
    for layer in inside:
        if _PACKS.search(layer.name.rpartition(".")[2]):
            message = "it stands inside of consentkit: each page is packed, unpacked and packed again."
            yield _problem("W005", layer.name, message, "Put it around ours.")


def _inner(app: Any) -> Any:
    """The app that this one wraps; None for one that wraps none."""
    if hasattr(app, "user_middleware"):
        return None
    kept = (vars(app).get(name) for name in _INNER) if hasattr(app, "__dict__") else ()
    return next((each for each in kept if callable(each) and getattr(each, "__self__", None) is not app), None)


def _policy_of(given: Any) -> Policy:
    source = given if given is not None else POLICY if POLICY.exists() else {}
    return source if isinstance(source, Policy) else load_policy(source)


def _name(kind: Any) -> str:
    return f"{getattr(kind, '__module__', '')}.{getattr(kind, '__qualname__', repr(kind))}"


def _problem(number: str, place: str, message: str, remedy: str, value: str = "") -> Problem:
    return Problem(f"consentkit.{number}", place, message, remedy, value)
