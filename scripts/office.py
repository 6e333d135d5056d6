"""Find LibreOffice for the test of what a spreadsheet makes of our tables, or get it; say in one line what was done.

    found       soffice or libreoffice
    installed   as root on Debian by apt, without a display

Only `make test-long` asks for it: it is large. Without one the test is skipped by name.
"""

from __future__ import annotations

import os
import shutil
import subprocess

PACKAGE = "libreoffice-calc-nogui"


def find() -> str | None:
    """The path of a LibreOffice that is here already."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def install() -> None:
    """Get one, quietly; what cannot be had is not."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", PACKAGE]):
            subprocess.run(["apt-get", "--quiet=2", *command], env=environment, stdout=subprocess.DEVNULL, check=False)


def main() -> None:
    if not find():
        install()
    print(f"libreoffice: {find() or 'none could be had; its test will be skipped'}")


if __name__ == "__main__":
    main()
