"""Find an nginx for the tests of caches, or get one; say in one line what was done.

    found       CONSENTKIT_NGINX, or nginx
    installed   as root on Debian by apt

Without one the tests that need it are skipped by name, and fail where CI=true.
"""

from __future__ import annotations

import os
import shutil
import subprocess


def find() -> str | None:
    """The path of an nginx that is here already; Debian's stands where only root looks."""
    path = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"
    return shutil.which(os.environ.get("CONSENTKIT_NGINX") or "nginx", path=path)


def install() -> None:
    """Get one, quietly, and without a server that starts by itself; what cannot be had is not."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", "nginx-light"]):
            subprocess.run(["apt-get", "--quiet=2", *command], env=environment, stdout=subprocess.DEVNULL, check=False)


def main() -> None:
    path = find()
    if path:
        print(f"nginx: {path}")
        return
    install()
    path = find()
    print(f"nginx: installed {path}" if path else "nginx: none could be had; its tests will be skipped")


if __name__ == "__main__":
    main()
