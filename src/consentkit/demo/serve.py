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

from consentkit.asgi import ConsentMiddleware
from consentkit.demo.site import HERE, build_site
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

    consentkit export --format bundle -o demo.bundle --data {data}
    consentkit verify demo.bundle --vkey "$(consentkit ledger vkey --data {data})"
"""


def build_app(data: Path) -> Starlette:
    """The website under consentkit, with policy, keys and ledger in the folder `data`.

    Raises ConfigError where the policy there has been edited and no longer holds together.
    """
    policy = data / "consent.toml"
    if not policy.exists():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(HERE / "consent.toml", policy)
    app = build_site()
    app.add_middleware(ConsentMiddleware, policy=load_policy(policy), data=data)
    return app


def run(port: int, data: Path, open_browser: bool) -> None:
    """Serve the demo on this machine until Ctrl+C. Exits with status 2 where it cannot be started."""
    try:
        import python_multipart  # noqa: F401  reads the forms
        import uvicorn
    except ImportError as error:
        _refuse(f'The demo needs {error.name}: pip install "consentkit[demo]"')
    # Keys made here are for trying things out, and the owner of this folder knows.
    warnings.filterwarnings("ignore", "consentkit made its keys")
    app = build_app(data)
    with _listening(port) as listening, suppress(KeyboardInterrupt):
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        print(TRY.format(url=url, data=shlex.quote(str(data)), policy=data / "consent.toml"), file=sys.stderr)
        if open_browser:
            # The socket listens already, so a fast browser waits. Some keep this call until they are closed.
            Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        _refuse(f"Port {port} cannot be used ({error.strerror}); try consentkit demo --port {port + 1}")


def _refuse(reason: str) -> NoReturn:
    print(reason, file=sys.stderr)
    raise SystemExit(2)
