"""Find a Chromium for the tests, or get one; say in one line what was done.

    found       CONSENTKIT_CHROMIUM, chromium, google-chrome, or the one Playwright keeps
    installed   as root on Debian by apt, elsewhere by Playwright

Without one the tests that need it are skipped by name, and fail where CI=true.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """The path of a Chromium that is here already."""
    named = os.environ.get("CONSENTKIT_CHROMIUM")
    found = (shutil.which(name) for name in ([named] if named else NAMES))
    return next((path for path in found if path), None) or playwrights_own()


def playwrights_own() -> str | None:
    """The browser that Playwright downloaded for itself, if it did."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Get one, quietly; what cannot be had is not."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        packages = ["chromium", "fonts-noto-core"]
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
            subprocess.run(["apt-get", "--quiet=2", *command], env=environment, stdout=subprocess.DEVNULL, check=False)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> None:
    path = find()
    if path:
        print(f"browser: {path}")
        return
    install()
    path = find()
    print(f"browser: installed {path}" if path else "browser: none could be had; its tests will be skipped")


if __name__ == "__main__":
    main()
