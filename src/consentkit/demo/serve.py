"""The demo, ready to run: the website, the one line that adds consentkit, a server, and what to try.

Knows where things lie and how to start them; not what the pages hold (site.py) nor how consent works.
"""

from __future__ import annotations

import shlex
import shutil
import socket
import sys
import warnings
import webbrowser
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import NoReturn

from starlette.applications import Starlette
from starlette.types import ASGIApp

from consentkit.asgi import ConsentMiddleware
from consentkit.demo.guise import SITES, Guise, site_of
from consentkit.demo.site import HERE, build_site
from consentkit.demo.standin import OVERVIEW, StandIn, Together, on_loopback, redirected, with_stand_in
from consentkit.policy import load_policy

TRY = """
  Linden Academy is open at {url}   (Ctrl+C closes it)

  Before you choose   Open the browser's network panel, then the page: nothing goes to
                      Google, Meta or Hotjar, and no cookie is set that you did not need.
  Choose              Refuse; look again. Accept; look again. Change your mind.
  Sign in             {url}sign-in, under any name: logins work whatever you chose.
  JavaScript off      Everything above works the same.
  Sec-GPC: 1          curl -si -H 'Sec-GPC: 1' {url}
  Your rights         {url}_privacy/preferences
                      {url}_privacy/declaration
                      {url}_privacy/receipt
  The rules           {policy}   (edit it and start again)

  Then, as an auditor would, in a second terminal:

    {command} export --format bundle -o demo.bundle --data {data}
    {command} verify demo.bundle --vkey "$({command} ledger vkey --data {data})"
"""

TRY_GUISE = """
  A site in the guise of {name} is open (Ctrl+C closes it), at
    {hosts}
  {line}

  Its promises        docs/sites.md lists them; each one that is enforced has a test.
  Before you choose   Where the law asks for a yes, nothing that needs one is asked for or stored.
  What vendors get    http://{overview}:{port}/
                      No vendor is asked: a stand-in on this machine records what each would have got.
  Your rights         {url}_privacy/preferences
                      {url}_privacy/declaration
                      {url}_privacy/receipt
  The rules           {policy}   (edit it and start again)
"""


def build_app(data: Path) -> Starlette:
    """The website under consentkit, with policy, keys and ledger in the folder `data`.

    Raises ConfigError where the policy there has been edited and no longer holds together.
    """
    app = build_site()
    app.add_middleware(ConsentMiddleware, policy=load_policy(_own_policy(data, HERE / "consent.toml")), data=data)
    return app


def build_guise(name: str, data: Path, port: int) -> Together:
    """The same in the guise of an organisation, to be served at this port; a stand-in answers for its vendors."""
    policy = with_stand_in(load_policy(_own_policy(data, SITES / name / "consent.toml")), port)
    guise = Guise(name, policy, redirected)
    app = guise.app()
    app.add_middleware(ConsentMiddleware, policy=policy, data=data, minor=guise.is_minor)
    return Together(app, StandIn(policy))


def _own_policy(data: Path, original: Path) -> Path:
    """The policy in the demo's folder, where its visitor may edit it."""
    policy = data / "consent.toml"
    if not policy.exists():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(original, policy)
    return policy


def run(port: int, data: Path, open_browser: bool, site: str | None = None) -> None:
    """Serve the demo on this machine until Ctrl+C. Exits with status 2 where it cannot be started."""
    try:
        import python_multipart  # noqa: F401  reads the forms
        import uvicorn
    except ImportError as error:
        _refuse(f'The demo needs {error.name}: pip install "consentkit[demo]"')
    # Keys made here are for trying things out, and the owner of this folder knows.
    warnings.filterwarnings("ignore", "consentkit made its keys")
    with _listening(port) as listening, suppress(KeyboardInterrupt):
        port = listening.getsockname()[1]
        app: ASGIApp = build_guise(site, data, port) if site else build_app(data)
        url, said = _what_to_try(port, data, site)
        print(said, file=sys.stderr)
        if open_browser:
            # The socket listens already, so a fast browser waits. Some keep this call until they are closed.
            Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


def _what_to_try(port: int, data: Path, site: str | None) -> tuple[str, str]:
    """Where the demo is, and what to do there."""
    policy = data / "consent.toml"
    if site is None:
        url = f"http://127.0.0.1:{port}/"
        return url, TRY.format(url=url, data=shlex.quote(str(data)), policy=policy, command=runnable())
    guise, hosts = site_of(site), load_policy(policy).site.hosts
    urls = [f"http://{on_loopback(host)}:{port}/" for host in hosts] or [f"http://127.0.0.1:{port}/"]
    values = {"url": urls[0], "hosts": "\n    ".join(urls), "port": port, "policy": policy, "overview": OVERVIEW}
    return urls[0], TRY_GUISE.format(name=guise["name"], line=guise["line"], **values)


def runnable() -> str:
    """The `consentkit` of this environment as a shell finds it: by its name where that is the one, else by its path."""
    beside = Path(sys.executable).with_name("consentkit")
    known = shutil.which("consentkit") == str(beside) or not beside.exists()
    return "consentkit" if known else shlex.quote(str(beside))


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        _refuse(f"Port {port} cannot be used ({error.strerror}); try {runnable()} demo --port {port + 1}")


def _refuse(reason: str) -> NoReturn:
    print(reason, file=sys.stderr)
    raise SystemExit(2)
