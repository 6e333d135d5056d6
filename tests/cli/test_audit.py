"""`consentkit audit`: inviting, listing and revoking, and the pages served alone."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx

from consentkit import canonical
from consentkit.ledger.opening import open_ledger
from tests.waiting import until

from .conftest import Run, settings_of


def test_invite_list_revoke(run: Run, site: Path) -> None:
    """An owner invites somebody, sees who may look, and ends it; each is an entry of the access log."""
    link = run(
        "audit", "invite", "--name", "DPO", "--role", "eraser", "--expires", "12h", "--data", site
    ).stdout.strip()
    found = re.fullmatch(r"http://127\.0\.0\.1:8100/enter/([0-9a-f]{32})/([\w-]{43})", link)
    assert found
    listed = run("audit", "list", "--data", site).stdout
    assert f"{found[1]}  eraser  invited" in listed
    assert "DPO" in listed
    assert found[2] not in listed
    (grant,) = json.loads(run("audit", "list", "--json", "--data", site).stdout)
    assert grant["expires"] - grant["made"] == 12 * 3600
    run("audit", "revoke", found[1], "--data", site)
    run("audit", "revoke", found[1], "--data", site, code=1)
    assert "revoked" in run("audit", "list", "--data", site).stdout
    ledger = open_ledger(settings_of(site))
    stated = [canonical.decode(entry.statement) for entry in ledger.store.entries() if entry.statement]
    ledger.close()
    accesses = [(each["what"], each["by"]) for each in stated if each["kind"] == "access"]
    assert accesses == [("invitation", found[1]), ("revocation", found[1])]


def test_odd_invitations(run: Run, site: Path) -> None:
    """A time or a name that cannot be is wrong use, and nobody is invited."""
    for wrong in (
        ["--expires", "0d"],
        ["--expires", "1 week"],
        ["--role", "owner"],
        ["--name", "a\nb"],
        ["--name", " "],
    ):
        run("audit", "invite", "--name", "DPO", *wrong, "--data", site, code=2)
    assert run("audit", "list", "--data", site).stdout == ""


def answers(client: httpx.Client) -> bool:
    with suppress(httpx.ConnectError):
        return client.get("/style.css").is_success
    return False


def test_serve(site: Path) -> None:
    """The pages run alone, count what was chosen, let in whoever has the link, and say nothing of it in the log."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-W", "ignore", "-c", "from consentkit.cli import main; main()", "audit"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CONSENTKIT_")}
    invite = [*command, "invite", "--name", "DPO", "--url", base, "--data", str(site)]
    link = subprocess.run(invite, env=environ, capture_output=True, text=True, check=True).stdout.strip()
    serving = [*command, "serve", "--port", str(port), "--data", str(site)]
    with subprocess.Popen(serving, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            with httpx.Client(base_url=base, headers={"origin": base}, follow_redirects=True) as client:
                until(lambda: answers(client))
                assert client.get("/").status_code == 401
                _, _, grant, secret = link.removeprefix(base).split("/")
                assert client.get(link).status_code == 200
                page = client.post("/enter", data={"grant": grant, "secret": secret})
                assert page.status_code == 200
                assert 'id="f-funnel"' in page.text
        finally:
            server.terminate()
            said = server.communicate()[0]
    assert secret not in said
    assert base in said
