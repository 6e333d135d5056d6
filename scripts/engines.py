"""Find Firefox and WebKit for the tests, or get them; say in one line what was done.

    found       firefox-esr or firefox; WebKitWebDriver with its MiniBrowser, and Xvfb, as WebKit needs a display
    installed   as root on Debian by apt

Without one the tests that need it are skipped by name, and fail where CI=true.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from glob import glob
from typing import NamedTuple

PACKAGES = ("firefox-esr", "webkit2gtk-driver", "xvfb")


class WebKit(NamedTuple):
    """What it takes to run WebKitGTK: its driver, the browser it drives, and a display that nobody looks at."""

    driver: str
    browser: str
    display: str


def find_firefox() -> str | None:
    """The path of a Firefox that is here already."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


def find_webkit() -> WebKit | None:
    """The paths of WebKitGTK's parts, if all are here already."""
    browsers = sorted(glob("/usr/lib*/*/webkit2gtk-4*/MiniBrowser") + glob("/usr/libexec/webkit2gtk-4*/MiniBrowser"))
    driver, display = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    return WebKit(driver, browsers[-1], display) if driver and display and browsers else None


def install() -> None:
    """Get them, quietly; what cannot be had is not."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
            subprocess.run(["apt-get", "--quiet=2", *command], env=environment, stdout=subprocess.DEVNULL, check=False)


def main() -> None:
    if not (find_firefox() and find_webkit()):
        install()
    firefox, webkit = find_firefox(), find_webkit()
    missing = "none could be had; its tests will be skipped"
    print(f"firefox: {firefox or missing}")
    print(f"webkit: {webkit.browser if webkit else missing}")


if __name__ == "__main__":
    main()
