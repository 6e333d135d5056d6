"""Find Go and its transparency log for the tests, or get them; say in one line what was done.

    found       go, and golang.org/x/mod/sumdb under /usr/share/gocode (Debian's golang-golang-x-mod-dev)
    installed   as root on Debian by apt

Without them the tests that need them are skipped by name, and fail where CI=true.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

GOPATH = Path("/usr/share/gocode")
PACKAGES = ("golang-go", "golang-golang-x-mod-dev")


def find() -> str | None:
    """The path of a Go that can build against x/mod without fetching anything."""
    path = shutil.which("go")
    return path if path and (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir() else None


def install() -> None:
    """Get them, quietly; what cannot be had is not."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
            subprocess.run(["apt-get", "--quiet=2", *command], env=environment, stdout=subprocess.DEVNULL, check=False)


def main() -> None:
    path = find()
    if path:
        print(f"go: {path}")
        return
    install()
    path = find()
    print(f"go: installed {path}" if path else "go: none could be had; its tests will be skipped")


if __name__ == "__main__":
    main()
