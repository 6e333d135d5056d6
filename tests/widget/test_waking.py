"""What was held runs after a yes: in its author's order, as its author wrote it, in the page that is there."""

from __future__ import annotations

from tests.waiting import until

from .conftest import Stage, Visitor


def inline(name: str, vendor: str = "count") -> str:
    """A script written in the page that would be held: it loads something of the vendor's."""
    return f"<script>(window.ran ||= []).push('{name}'); new Image().src = 'https://{vendor}.test/pixel'</script>"


def external(name: str, attributes: str = "", vendor: str = "count") -> str:
    return f"<script {attributes} src='https://{vendor}.test/{name}'></script>"


def test_nothing_runs_before_and_nothing_is_reloaded_after(stage: Stage, visitor: Visitor) -> None:
    """What a visitor has typed and where they are stays as it was while the trackers they allowed start."""
    stage.write(f"<input id=name>{external('a')}{inline('b')}")
    page = visitor.open()
    page.evaluate("window.kept = 'from before'")
    page.locator("#name").fill("Ada")
    assert visitor.ran() == []
    assert visitor.asked == []
    visitor.press("Accept all")
    assert visitor.wait_for(2) == ["a", "b"]
    assert page.evaluate("window.kept") == "from before"
    assert page.locator("#name").input_value() == "Ada"


def test_the_authors_order_holds_however_slow_the_network(stage: Stage, visitor: Visitor) -> None:
    """Scripts wait for those before them, even when the later one arrives first, and one that fails holds up nobody."""
    stage.write(
        inline("0") + external("1") + inline("2") + external("broken") + inline("3") + external("4") + inline("5")
    )
    visitor.later = {"1", "4"}
    visitor.open()
    visitor.press("Accept all")
    visitor.answer("4")
    visitor.page.wait_for_timeout(100)
    assert visitor.ran() == ["0"]
    visitor.answer("1")
    assert visitor.wait_for(6) == ["0", "1", "2", "3", "4", "5"]


def test_each_kind_of_script_waits_for_what_its_author_said(stage: Stage, visitor: Visitor) -> None:
    """`async` waits for nobody; `defer` and modules come last, in their order; `nomodule` stays out."""
    module = "<script type=module>(window.ran ||= []).push('module'); import('https://count.test/inner')</script>"
    stage.write(
        external("defer", "defer")
        + module
        + external("defer2", "defer")
        + external("plain")
        + external("async", "async")
        + external("amodule", "type=module async")
        + external("old", "nomodule")
        + inline("inline")
    )
    visitor.later = {"plain"}
    visitor.open()
    visitor.press("Accept all")
    assert set(visitor.wait_for(2)) == {"async", "amodule"}
    visitor.answer("plain")
    ran = visitor.wait_for(8)
    ran.remove("inner")  # what a module imports later, on its own
    assert ran[2:] == ["plain", "inline", "defer", "module", "defer2"]
    assert "old" not in visitor.asked


def test_a_woken_script_is_what_its_author_wrote(stage: Stage, visitor: Visitor) -> None:
    """Every attribute is back as it was, in the same place of the page, and nothing of ours is left in it."""
    script = '<script id="s" type="text/javascript" data-site-id="7" src="https://count.test/a" crossorigin></script>'
    stage.write(f'<div id="box"><p>before</p>{script}<p>after</p></div>')
    page = visitor.open()
    page.evaluate("window.before = document.querySelector('#s')")
    visitor.press("Accept all")
    visitor.wait_for(1)
    written = "els => els.map(el => [...el.attributes].map(a => [a.name, a.value]).sort())"
    assert page.locator("#s").evaluate_all(written) == [
        [
            ["crossorigin", ""],
            ["data-site-id", "7"],
            ["id", "s"],
            ["src", "https://count.test/a"],
            ["type", "text/javascript"],
        ]
    ]
    places = "[...document.querySelector('#box').children].map(el => el.dataset.ckDecision ? 'ours' : el.localName)"
    assert page.evaluate(places) == ["p", "ours", "script", "p"]
    assert page.evaluate("window.before === document.querySelector('#s')")


def test_everything_else_that_fetches_wakes_too(stage: Stage, visitor: Visitor) -> None:
    """Frames, pictures, stylesheets, media and SVG get their addresses back; what is in noscript stays text."""
    image = "<image width=9 height=9 xlink:href=https://map.test/svg />"
    stage.write(
        "<h1>x</h1><iframe src=https://map.test/frame></iframe><img src=https://map.test/img>"
        "<picture><source srcset='https://map.test/set 1x'><img src=/own.png></picture>"
        "<object data=https://map.test/object type=text/html></object>"
        f"<svg>{image}</svg><svg><script href=https://map.test/script></script></svg>"
        "<video><source src=https://map.test/video></video><input type=image src=https://map.test/input>"
        "<iframe srcdoc='<img src=https://map.test/doc>'></iframe>"
        "<noscript><img src=https://map.test/noscript></noscript>",
        head="<link rel=stylesheet href=https://map.test/css>",
    )
    page = visitor.open()
    assert visitor.asked == []
    visitor.press("Accept all")
    wanted = {"frame", "img", "set", "object", "svg", "script", "video", "input", "doc", "css"}
    until(lambda: wanted <= set(visitor.asked), page)
    assert set(visitor.asked) == wanted
    assert page.locator("[data-ck]").count() == 0
    assert page.locator("h1").evaluate("el => getComputedStyle(el).color") == "rgb(1, 2, 3)"
    assert visitor.ran() == ["script"]


def test_a_mark_of_somebody_elses_runs_nothing(stage: Stage, visitor: Visitor) -> None:
    """What visitors write may carry our marks past a sanitizer: they give back an address, and nothing that runs."""
    run = "(window.ran ||= []).push(0)"
    stage.write(
        f'<p data-ck="essential" data-ck-onclick="{run}" id=p>x</p><a data-ck="marketing" data-ck-href="/b" id=b>x</a>'
        f'<img data-ck="analytics" src=/none data-ck-onerror="{run}">'
        f'<a data-ck="marketing" data-ck-href=" JavaScript:{run}" id=a>x</a>'
        f'<iframe data-ck="marketing" data-ck-srcdoc="<script>parent.{run}</script>"></iframe>'
        f'<iframe data-ck="marketing" data-ck-src="java\tscript:{run}"></iframe>'
    )
    page = visitor.open()
    visitor.press("Accept all")
    page.locator("#b[href]").wait_for()
    page.locator("#p").click()
    page.locator("#a").click()
    assert page.evaluate("window.ran") is None
    assert page.locator("[onclick],[onerror],[srcdoc],[href*=cript],[src*=cript]").count() == 0


def test_only_what_was_allowed_wakes(stage: Stage, visitor: Visitor) -> None:
    """A visitor who allowed one vendor in another tab wakes that vendor here, and no other."""
    stage.write(external("a", vendor="count") + external("b", vendor="test") + external("c", vendor="ads"))
    page = visitor.open()
    other = page.context.new_page()
    other.goto(stage.address + "/_privacy/preferences")
    other.locator("details:has([value=test]) summary").click()
    other.locator("input[value=test]").check()
    other.get_by_role("button", name="Save my choice").click()
    other.wait_for_load_state()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert visitor.wait_for(1) == ["b"]
    assert page.evaluate("consentkit.decision()") == {"granted": ["essential"], "vendors": ["test"]}
    assert page.locator(".ck-first").count() == 0
    assert set(visitor.asked) == {"b"}


def test_refusing_wakes_nothing(stage: Stage, visitor: Visitor) -> None:
    """After a refusal everything stays as it was held."""
    stage.write(external("a") + inline("b"))
    visitor.open()
    visitor.press("Refuse all")
    visitor.page.wait_for_timeout(100)
    assert visitor.ran() == []
    assert visitor.asked == []
    assert visitor.page.locator("[data-ck]").count() == 2


def test_writing_into_a_finished_page_does_not_wipe_it(stage: Stage, visitor: Visitor) -> None:
    """A held script that writes into the page leaves the page whole, and is listed as one that needs a fresh load."""
    stage.write("<h1>Shop</h1><script id=w>document.write('<script src=https://count.test/a></scr' + 'ipt>')</script>")
    page = visitor.open()
    visitor.press("Accept all")
    assert page.locator("h1").inner_text() == "Shop"
    assert page.evaluate("consentkit.unwritten().map(el => el.id)") == ["w"]
    assert page.evaluate("document.write === Document.prototype.write")
    visitor.open()
    assert visitor.wait_for(1) == ["a"]


def test_a_site_can_keep_an_element_asleep(stage: Stage, visitor: Visitor) -> None:
    """A site's own script may stop single elements from waking, and is told by whom they are."""
    listen = "document.addEventListener('consentkit:wake', e => {(window.labels ||= []).push(e.detail.label);"
    stage.write(
        f"<script>{listen} if (e.detail.element.id === 'stop') e.preventDefault() }})</script>"
        + external("a", "id=stop")
        + external("b", vendor="ads")
    )
    page = visitor.open()
    visitor.press("Accept all")
    assert visitor.wait_for(1) == ["b"]
    assert page.evaluate("window.labels") == ["analytics count", "marketing ads"]
    assert page.locator("#stop[data-ck]").count() == 1


def test_a_nonce_is_kept(stage: Stage, visitor: Visitor) -> None:
    """Under a policy that asks for a nonce the widget runs, and woken scripts run by the nonce their author gave."""
    stage.headers["Content-Security-Policy"] = "script-src 'nonce-r4nd0m'; require-trusted-types-for 'script'"
    stage.write(external("a", "nonce=r4nd0m") + inline("b").replace("<script", "<script nonce=r4nd0m") + external("c"))
    visitor.open()
    visitor.press("Accept all")
    assert visitor.wait_for(2) == ["a", "b"]
    assert visitor.page.evaluate("document.querySelectorAll('[nonce]')[1].nonce") == "r4nd0m"
    visitor.page.wait_for_timeout(50)
    assert visitor.ran() == ["a", "b"]
