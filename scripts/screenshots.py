"""Take the pictures in docs/images/: the demo's front page in each layout and scheme, in three languages, one of them
written from right to left, and the preferences.

    python scripts/screenshots.py            take them all
    python scripts/screenshots.py box        only those whose names have "box" in them

They are to be looked at: no test tells whether something looks right.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from consentkit.asgi import ConsentMiddleware
from consentkit.demo.site import HERE, build_site
from consentkit.settings import new_secret
from consentkit.tlog import Signer
from scripts.browser import find
from tests.serving import served

FOLDER = Path(__file__).parents[1] / "docs/images"
DESK, TELEPHONE = (1024, 760), (390, 680)
# Half of a desk is still legible, and small enough to be kept with the source.
SCALE = 0.45


class Shot(NamedTuple):
    """One picture; the preferences are opened where `second` says so."""

    layout: str
    scheme: str
    language: str
    size: tuple[int, int] = DESK
    second: bool = False

    @property
    def name(self) -> str:
        what = "preferences" if self.second else "telephone" if self.size == TELEPHONE else self.layout
        return f"{what}-{self.scheme}-{self.language}"


SHOTS = (
    Shot("bar", "light", "en"),
    Shot("bar", "dark", "ar"),
    Shot("box", "light", "de"),
    Shot("box", "dark", "en"),
    Shot("centre", "light", "ar"),
    Shot("centre", "dark", "de"),
    Shot("bar", "light", "ar", TELEPHONE),
    Shot("bar", "light", "en", second=True),
)


def policy(shot: Shot) -> dict[str, Any]:
    """The demo's, for one language, in one look."""
    declared = tomllib.loads((HERE / "consent.toml").read_text(encoding="utf-8"))
    if shot.language not in declared["languages"]:
        # What the site says in its own words is said in a few languages only.
        declared = in_english(declared | {"categories": {}})
    return declared | {"languages": [shot.language], "theme": {"layout": shot.layout, "scheme": shot.scheme}}


def in_english(value: Any) -> Any:
    """The same, with one text in place of one for each language."""
    if isinstance(value, list):
        return [in_english(item) for item in value]
    if not isinstance(value, dict):
        return value
    return value["en"] if "en" in value else {name: in_english(item) for name, item in value.items()}


def take(chromium: Browser, shot: Shot) -> Path:
    """Open the demo's front page as somebody who is new, and keep what they see."""
    width, height = shot.size
    key = Signer.generate("screenshots/log").to_text()
    with TemporaryDirectory() as data:
        site = ConsentMiddleware(
            build_site(), policy=policy(shot), data=Path(data), secret=new_secret(), signing_key=key
        )
        with served(site) as address:
            page = chromium.new_page(
                viewport={"width": width, "height": height}, device_scale_factor=SCALE, locale=shot.language
            )
            page.route(lambda url: not url.startswith(address), lambda route: route.abort())
            page.goto(address, wait_until="networkidle")
            if shot.second:
                open_second(page)
            path = FOLDER / f"{shot.name}.png"
            page.screenshot(path=path)
            page.close()
    return path


def open_second(page: Page) -> None:
    page.locator(".ck-first form:not([method]) button").click()
    page.locator("dialog").wait_for()
    page.locator("dialog summary").nth(1).click()


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox", "--disable-gpu"])
        for shot in SHOTS:
            if wanted in shot.name:
                path = take(chromium, shot)
                print(f"{path.name}: {path.stat().st_size:,} bytes")
        chromium.close()


if __name__ == "__main__":
    main()
