"""What a first visit costs with our banner and with others', side by side in Chromium.

    python benchmarks/page_weight.py [scratch folder]

The others come from npm, in these versions, into the scratch folder. Each is set up as its own documents say, for one
purpose in each of three categories, in English. Bytes are what a server would send (brotli 11), without the article
itself; script time is the processor's, of the main thread; the banner is there when its box has a size.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import brotli
from playwright.sync_api import Browser, Route, sync_playwright

from consentkit.decision import Decision
from consentkit.law.regime import rules_for
from consentkit.page import Pages
from consentkit.policy import parse_policy

SITE = "http://site.test"
ROUNDS = 3
ARTICLE = "<h1>Slow bread</h1><p>" + "Flour, water, salt and time. " * 400 + "</p>"
PURPOSES = ("functional", "analytics", "marketing")
VERSIONS = {
    "orejime": "3.2.1",
    "vanilla-cookieconsent": "3.1.0",
    "klaro": "0.7.22",
    "tarteaucitronjs": "1.34.0",
    "cookieconsent": "3.1.1",
}
WATCH = """
window.seen = { shifts: 0, shown: null };
new PerformanceObserver(list => list.getEntries().forEach(entry => { seen.shifts += entry.value }))
  .observe({ type: 'layout-shift', buffered: true });
const look = () => {
  const box = document.querySelector(SELECTOR)?.getBoundingClientRect();
  if (box?.width && box.height) seen.shown = performance.now(); else requestAnimationFrame(look);
};
look();
"""


class Contender(NamedTuple):
    """A banner: what goes into the head and first into the body of a page, and by what it is found there."""

    name: str
    head: str
    body: str
    selector: str


def of_npm(name: str, files: list[str], setup: str, selector: str) -> Contender:
    tags = [f'<link rel="stylesheet" href="/{name}/{file}">' for file in files if file.endswith(".css")]
    tags += [f'<script src="/{name}/{file}"></script>' for file in files if file.endswith(".js")]
    return Contender(name, "", "".join(tags) + setup, selector)


def others() -> list[Contender]:
    listed = [{"id": each, "title": each, "cookies": []} for each in PURPOSES]
    orejime = (
        f"<script>window.orejimeConfig={json.dumps({'purposes': listed, 'privacyPolicyUrl': '/privacy'})}</script>"
    )
    klaro = {"version": 1, "privacyPolicy": "/privacy", "services": [{"name": e, "purposes": [e]} for e in PURPOSES]}
    texts = {"title": "We ask for your consent", "description": "We use cookies.", "acceptAllBtn": "Accept all",
             "acceptNecessaryBtn": "Refuse all", "showPreferencesBtn": "Choose"}  # fmt: skip
    cookies = {"hideFromBots": False, "categories": {"necessary": {"readOnly": True}, **{e: {} for e in PURPOSES}},
               "language": {"default": "en", "translations": {"en": {"consentModal": texts, "preferencesModal": {
                   "title": "Choose", "sections": []}}}}}  # fmt: skip
    osano = '<script>cookieconsent.initialise({type:"opt-in",content:{href:"/privacy"}})</script>'
    settings = {"privacyUrl": "/privacy", "orientation": "bottom", "showIcon": False}
    tarteaucitron = f'<script>tarteaucitron.init({json.dumps(settings)});tarteaucitron.job=["youtube"]</script>'
    first = of_npm("orejime", ["dist/orejime-standard.css", "dist/orejime-standard-en.js"], "", ".orejime-Banner")
    return [
        first._replace(body=orejime + first.body),
        of_npm("vanilla-cookieconsent", ["dist/cookieconsent.css", "dist/cookieconsent.umd.js"],
               f"<script>CookieConsent.run({json.dumps(cookies)})</script>", "#cc-main .cm"),
        of_npm("cookieconsent", ["build/cookieconsent.min.css", "build/cookieconsent.min.js"], osano, ".cc-window"),
        of_npm("tarteaucitronjs", ["tarteaucitron.min.js"], tarteaucitron, "#tarteaucitronAlertBig"),
        Contender("klaro", "", f"<script>window.klaroConfig={json.dumps(klaro)}</script>"
                  '<script defer src="/klaro/dist/klaro.js"></script>', "#klaro .cookie-notice"),
    ]  # fmt: skip


def ours() -> tuple[Contender, Pages]:
    vendors = [{"id": each, "name": each.title(), "category": each, "purpose": "Purpose."} for each in PURPOSES]
    controller = {"name": "Site Ltd", "contact": "privacy@site.test"}
    policy = parse_policy({"privacy_policy": "/privacy", "controller": controller, "vendors": vendors}, "benchmark")
    pages = Pages(policy)
    banner = pages.banner(pages.notice("banner", "en", rules_for(policy, None)), token="x" * 180, return_to="/")
    widget = pages.widget("ck_s.01234567", later=pages.reopen("en"))
    guard = pages.guard(Decision(), "ck_s.01234567")
    return Contender("consentkit", guard.decode(), (banner + widget).decode(), ".ck-first"), pages


def measure(browser: Browser, contender: Contender, folder: Path, pages: Pages) -> dict[str, Any]:
    """One first visit."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en")
    page, sent = context.new_page(), []

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/":
            html = f"<!doctype html><html lang=en><head><title>Site</title>{contender.head}</head><body>"
            extra = contender.head + contender.body
            sent.append(len(brotli.compress(extra.encode())))
            route.fulfill(content_type="text/html; charset=utf-8", body=html + contender.body + ARTICLE)
            return
        asset = pages.static(path.rpartition("/")[2]) if path.startswith("/_privacy/") else None
        file = folder / "node_modules" / path[1:]
        if asset is None and not file.is_file():
            route.fulfill(status=404)
            return
        body = asset.data if asset else file.read_bytes()
        sent.append(len(brotli.compress(body)))
        kind = {".css": "text/css", ".js": "text/javascript"}.get(path[path.rfind(".") :], "application/octet-stream")
        route.fulfill(content_type=kind, body=body)

    page.route("**/*", answer)
    page.add_init_script(WATCH.replace("SELECTOR", json.dumps(contender.selector)))
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(f"{SITE}/", wait_until="load")
    page.wait_for_function("seen.shown !== null", timeout=10_000)
    page.wait_for_timeout(300)
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    shifts, shown = page.evaluate("[seen.shifts, seen.shown]")
    context.close()
    return {"bytes": sum(sent), "requests": len(sent) - 1, "script": metrics["ScriptDuration"] * 1000,
            "shown": shown, "shifts": shifts}  # fmt: skip


def install(folder: Path) -> None:
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": VERSIONS}))
    command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    subprocess.run(command, cwd=folder, check=True)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(mkdtemp(prefix="weight"))
    if not (folder / "node_modules").is_dir():
        install(folder)
    mine, pages = ours()
    print(f"{'':24}{'bytes':>8}{'requests':>10}{'script ms':>11}{'shown ms':>10}{'shifts':>8}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        for contender in (mine, *others()):
            rounds = [measure(browser, contender, folder, pages) for _ in range(ROUNDS)]
            best = {name: min(each[name] for each in rounds) for name in rounds[0]}
            print(f"{contender.name:24}{best['bytes']:>8,}{best['requests']:>10}{best['script']:>11.1f}"
                  f"{best['shown']:>10.0f}{best['shifts']:>8.3f}", flush=True)  # fmt: skip
        browser.close()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from scripts.browser import find

    main()
