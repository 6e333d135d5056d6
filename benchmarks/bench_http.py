"""Durable choices per second over HTTP: consentkit, its peers, and the least that a database asks for. By hand.

    python benchmarks/bench_http.py [FOLDER]

At 1, 16 and 64 clients, interleaved in one run, each client in turn sending a choice of somebody new. Every server has
one process, and a PostgreSQL beside it where it says so:

    floor         uvicorn, one raw INSERT and its commit per request
    consentkit    uvicorn, the whole journey: token, decision, record, hashes, ledger, cookies
    c15t          @c15t/backend under Node's own server
    django        django-cookie-consent under gunicorn, with as many threads as serve it best

What is needed is installed into FOLDER (default: build/peers), with the exact versions below; nothing of it is kept in
the project. Databases lie in a folder of the run.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import median
from time import monotonic, sleep
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
PARTS = Path(__file__).parent / "choosers"
PYTHON_PEERS = ["django-cookie-consent==1.0.0", "gunicorn==27.0.1", "uvicorn[standard]==0.54.0"]
NODE_PEERS = ["@c15t/backend@2.2.1", "pg@8.23.1", "kysely@0.28.18"]
CROWDS = (1, 16, 64)
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS", "2"))
DJANGO_THREADS = 8
_FORM = "Content-Type: application/x-www-form-urlencoded"


class Peer(NamedTuple):
    """How one server is started and asked; `tokens` finds in its page what a choice must return."""

    name: str
    command: list[str]
    environment: dict[str, str]
    page: str
    request: str
    body: str
    status: tuple[int, ...] = (200,)
    tokens: str = ""


def install(folder: Path) -> tuple[Path, Path]:
    """A Python and a folder for Node with the peers, made when they are first asked for."""
    python, node = folder / "venv" / "bin" / "python", folder / "node"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PYTHON_PEERS, "-e", f"{ROOT}[postgres]"], check=True)
    if not (node / "node_modules").exists():
        node.mkdir(parents=True)
        (node / "package.json").write_text('{"private": true}')
        quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
        subprocess.run(["npm", "install", *quiet, "--save-exact", *NODE_PEERS], cwd=node, check=True)
    # Node looks for packages beside the file that imports them.
    (node / "c15t.mjs").write_text((PARTS / "c15t.mjs").read_text())
    return python, node


def peers(python: Path, node: Path, folder: Path, postgres: Any, stack: ExitStack) -> list[Peer]:
    """All servers that are measured."""

    def database() -> str:
        return str(stack.enter_context(postgres.database())).replace("postgresql+psycopg", "postgresql")

    uvicorn = [str(python), "-m", "uvicorn", "--log-level", "warning", "--no-access-log", "--port", "@PORT@"]
    gunicorn = [str(python), "-m", "gunicorn", "--worker-class", "gthread", "--threads", str(DJANGO_THREADS)]
    gunicorn += ["--keep-alive", "60", "--log-level", "warning", "--bind", "127.0.0.1:@PORT@", "django_peer"]
    ours = "choice=custom&category=analytics&vendor=hotjar&return_to=%2F&token=@TOKEN@"
    here = "Host: 127.0.0.1\r\nX-Forwarded-For: @NETWORK@\r\nSec-Fetch-Site: same-origin"
    here = f"POST /_privacy/choice HTTP/1.1\r\n{here}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n{_FORM}"
    django_url = database()
    django = {"DATABASE_HOST": str(postgres.folder), "DATABASE_NAME": re.findall(r"/(ck_\w+)", django_url)[0]}
    subprocess.run([python, PARTS / "django_peer.py"], env={**os.environ, **django}, check=True)
    accepted = "csrfmiddlewaretoken=@TOKEN@&cookie_groups=functional&cookie_groups=analytics"
    accept = "POST /cookies/accept/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Requested-With: XMLHttpRequest"
    preferences = {"necessary": True, "measurement": True, "marketing": False}
    choice = {"type": "cookie_banner", "subjectId": "sub_@ID@", "domain": "example.com", "preferences": preferences}
    choice |= {"givenAt": 1_800_000_000_000, "metadata": {}}
    posted = "POST /subjects HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\nContent-Type: application/json"
    accept += f"\r\nCookie: csrftoken=@TOKEN@\r\n{_FORM}"
    c15t = ["node", str(node / "c15t.mjs")]
    made = [
        Peer("django on PostgreSQL", gunicorn, django, "/", accept, accepted, (200,), r"^(\w{64})$"),
        Peer(
            "c15t on PostgreSQL",
            c15t,
            {"DATABASE": database(), "PORT": "@PORT@"},
            "/status",
            posted,
            json.dumps(choice),
        ),
    ]
    for kind, url in (("SQLite", None), ("PostgreSQL", database())):
        data = folder / kind
        environment = {"CONSENTKIT_DATA": str(data), "CONSENTKIT_DATABASE": url or f"sqlite:///{data / 'ledger.db'}"}
        token = r'name="?token"? value="?([\w.=-]+)'
        app = [*uvicorn, "ours:app"]
        made.append(Peer(f"consentkit on {kind}", app, environment, "/_privacy/notice", here, ours, (303,), token))
        least = {"DATABASE": database() if url else str(folder / "floor.db")}
        plain = "POST / HTTP/1.1\r\nHost: 127.0.0.1"
        made.append(Peer(f"floor on {kind}", [*uvicorn, "floor:app"], least, "/", plain, "x" * 400))
    return made


@contextmanager
def served(peer: Peer) -> Iterator[dict[str, Any]]:
    """The task for the client: where the server listens, and what to send to it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    command = [word.replace("@PORT@", str(port)) for word in peer.command]
    added = {name: value.replace("@PORT@", str(port)) for name, value in peer.environment.items()}
    process = subprocess.Popen(command, cwd=PARTS, env={**os.environ, **added})
    try:
        page = _page(f"http://127.0.0.1:{port}{peer.page}", process)
        found = re.search(peer.tokens, page) if peer.tokens else None
        if peer.tokens and not found:
            raise SystemExit(f"{peer.name} shows no token: {page[:300]}")
        token = found[1] if found else ""
        body = peer.body.replace("@TOKEN@", token)
        length = len(body.replace("@ID@", "0" * 24))
        head = f"{peer.request}\r\nContent-Length: {length}".replace("@TOKEN@", token)
        yield {"port": port, "process": process.pid, "request": f"{head}\r\n\r\n{body}", "status": peer.status}
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _page(address: str, process: subprocess.Popen[bytes]) -> str:
    """A page of a server's, as soon as it answers."""
    deadline = monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError):
            if process.poll() is not None or monotonic() > deadline:
                raise
            sleep(0.1)


def ask(python: Path, task: dict[str, Any]) -> dict[str, Any]:
    before = _busy(task["process"])
    done = subprocess.run(
        [python, PARTS / "client.py"], input=json.dumps(task).encode(), stdout=subprocess.PIPE, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    if answer["failed"]:
        raise SystemExit(f"{answer['failed']} were not answered as they should be: {answer['example']}")
    return answer | {"cost": (_busy(task["process"]) - before) / answer["count"] * 1e3}


def _busy(process: int) -> float:
    """Processor seconds that a server has taken, with the workers it started; the database's are not among them."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            pid, _, rest = stat.read_text().partition(" (")
            fields = rest.rpartition(") ")[2].split()
            if process in (int(pid), int(fields[1])):
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def report(results: dict[tuple[str, int], list[dict[str, Any]]], names: list[str]) -> None:
    print(f"\nmedians of {ROUNDS} rounds of {SECONDS:g} s; ms, and the server's processor ms for each choice (cpu)")
    print(" " * 26 + "  ".join(f"{f'{crowd} at once: /s     p50     p99    cpu':>32}" for crowd in CROWDS))
    for name in names:
        cells = []
        for crowd in CROWDS:
            found = results[name, crowd]
            rate = median(each["count"] / each["seconds"] for each in found)
            p50, p99, cost = (median(each[key] for each in found) for key in ("p50", "p99", "cost"))
            cells.append(f"{rate:7.0f} {p50:7.1f} {p99:7.1f} {cost:6.2f}")
        print(f"  {name:<26}" + "  ".join(f"{cell:>32}" for cell in cells))


def main() -> None:
    sys.path.append(str(ROOT))
    from tests.postgres import running

    python, node = install(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "peers").absolute())
    only = os.environ.get("ONLY", "")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        measured = peers(python, node, folder, stack.enter_context(running()), stack)
        measured = [peer for peer in measured if only in peer.name]
        tasks = {peer.name: stack.enter_context(served(peer)) for peer in measured}
        results: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
        first = 0
        for task in tasks.values():  # nobody is measured while still getting warm
            first += ask(python, {**task, "clients": 16, "seconds": 1, "first": first})["count"]
        for _ in range(ROUNDS):
            for crowd in CROWDS:
                for name, task in tasks.items():
                    answer = ask(python, {**task, "clients": crowd, "seconds": SECONDS, "first": first})
                    first += answer["count"]
                    results[name, crowd].append(answer)
        report(results, list(tasks))


if __name__ == "__main__":
    main()
