"""A site behind a real cache: nginx with a folder of its own, in front of a real server, both on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.nginx import find
from tests.waiting import PATIENCE

# Nothing said, nginx keeps nothing: `proxy_cache_valid` makes it keep whatever it is not told to leave alone.
_CONFIG = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    proxy_cache_path {folder}/cache keys_zone=pages:1m;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass {site};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_cache pages;
            proxy_cache_key $request_uri;
            proxy_cache_valid 200 10m;
            proxy_cache_revalidate on;
            add_header X-Cache $upstream_cache_status always;
        }}
    }}
}}
"""


@pytest.fixture(scope="session")
def nginx() -> str:
    """The path of an nginx. Without one the test is skipped, and fails where CI promises one."""
    path = find()
    if path is None:
        reason = "no nginx found: install one, or name it in CONSENTKIT_NGINX"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@contextmanager
def cached(nginx: str, site: str, folder: Path) -> Iterator[str]:
    """The address of a cache in front of `site`, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    user = "user root;" if os.geteuid() == 0 else ""  # its workers write into our folder
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, user=user, port=port, site=site), encoding="ascii")
    process = subprocess.Popen([nginx, "-p", str(folder), "-c", str(config), "-e", str(folder / "error.log")])
    try:
        _await(port, process, folder / "error.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"nginx did not start: {log.read_text() if log.exists() else ''}")
