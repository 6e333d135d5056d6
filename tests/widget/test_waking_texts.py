"""What was held inside of a sheet, an attribute or a framed document wakes after a yes, and nothing else changes."""

from __future__ import annotations

from tests.waiting import until

from .conftest import Stage, Visitor

_HEAD = (
    "<style id=sheet>@import 'https://map.test/import'; "
    "#a { color: rgb(1, 2, 3); background: url(https://map.test/css) }</style>"
    "<style id=other>#a { margin-left: 7px; background-image: url(https://ads.test/css) }</style>"
)
_BODY = """<p id=a>x</p><p id=b style="padding-left: 5px; background: url('https://map.test/style')">x</p>
<iframe srcdoc="<p>in</p><img src=https://map.test/srcdoc><style>p { background: url(https://map.test/inner) }</style>">
</iframe><svg><image href=https://map.test/svg width=9 height=9 /></svg><table background=https://map.test/table><tr><td>x
</table><img src="data:," onerror="new Image().src = 'https://map.test/handler'">
<form id=f action="https://map.test/form" method=post target=there><input name=q value=1><button>Send</button></form>
<iframe name=there hidden></iframe>
<script type=importmap>{"imports": {"m": "https://map.test/module"}}</script>"""
_STYLE_OF = "id => getComputedStyle(document.getElementById(id))"


def test_a_page_looks_the_same_while_held_and_asks_nobody(stage: Stage, visitor: Visitor) -> None:
    """Layout and colours of a page survive; a form to a tracker keeps what was typed and sends nothing."""
    stage.write(_BODY, head=_HEAD)
    page = visitor.open()
    assert page.evaluate(f"({_STYLE_OF})('a').color") == "rgb(1, 2, 3)"
    assert page.evaluate(f"({_STYLE_OF})('a').marginLeft") == "7px"
    assert page.evaluate(f"({_STYLE_OF})('b').paddingLeft") == "5px"
    page.locator("#f input").fill("typed")
    page.locator("#f button").click()
    page.wait_for_timeout(150)
    assert page.locator("#f input").input_value() == "typed"
    assert page.locator("h1").count() == 0
    assert visitor.asked == []


def test_texts_wake_as_their_author_wrote_them(stage: Stage, visitor: Visitor) -> None:
    """After a yes every address is asked for, and the page's markup is its author's again."""
    stage.write(_BODY, head=_HEAD)
    page = visitor.open()
    visitor.press("Accept all")
    # The event of the handler has passed, and does not come again.
    wanted = {"import", "css", "style", "srcdoc", "inner", "svg", "table"}
    until(lambda: wanted <= set(visitor.asked), page)
    assert set(visitor.asked) == wanted
    assert "about:invalid" not in page.content()
    assert page.locator("[data-ck]").count() == 0
    assert page.locator("#f").evaluate("el => [el.method, el.getAttribute('action')]") == [
        "post",
        "https://map.test/form",
    ]
    page.evaluate("import('m').catch(() => 0)")
    page.locator("#f button").click()
    until(lambda: {"module", "form"} <= set(visitor.asked), page)
    assert {"module", "form"} <= set(visitor.asked)
