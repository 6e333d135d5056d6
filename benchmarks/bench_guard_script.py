"""What the guard script costs a page that builds 10,000 elements, in Chromium; beside the same page without it.

Run by hand: `python benchmarks/bench_guard_script.py`. Read the ratio.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from consentkit.decision import Decision
from consentkit.page import Pages
from consentkit.policy import Policy

sys.path.insert(0, str(Path(__file__).parents[1]))
from scripts.browser import find

WORK = """window.measure = () => { const start = performance.now()
for (let i = 0; i < 10000; i++) { const e = document.createElement(i % 5 ? "div" : "a")
  e.setAttribute("class", "x" + i); e.setAttribute("title", "y"); e.setAttribute("href", "/own/" + i)
  e.textContent = i }
const p = document.createElement("template"); p.innerHTML = "<p class=x>text</p>".repeat(10000)
return performance.now() - start }"""
SITE = "https://site.example/"


def quickest(page: Page, files: dict[str, str], body: str) -> float:
    """The quickest of nine runs, in milliseconds."""

    def answer(route: object) -> None:
        url = route.request.url  # type: ignore[attr-defined]
        name = url.removeprefix(SITE)
        kind = "text/javascript" if name in files else "text/html"
        route.fulfill(status=200, content_type=kind, body=files.get(name, body))  # type: ignore[attr-defined]

    page.route("**/*", answer)
    page.goto(SITE)
    times: list[float] = page.evaluate("[...Array(9)].map(measure)")
    page.unroute("**/*")
    return min(times)


def main() -> None:
    pages = Pages(Policy())
    tag = pages.guard(Decision(), "ck_s.00000000").decode()
    name = tag.partition('src="/')[2].partition('"')[0]
    files = {name: pages.guard_script.data.decode(), "work.js": WORK}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        plain = quickest(page, files, "<p><script src=work.js></script>")
        guarded = quickest(page, files, f"<p>{tag}<script src=work.js></script>")
        print(f"10,000 elements: {plain:.1f} ms, with the guard script {guarded:.1f} ms ({guarded / plain:.2f}x)")
        browser.close()


if __name__ == "__main__":
    main()
