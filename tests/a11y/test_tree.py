"""What a screen reader is told: names, roles and their order, from Chromium's own accessibility tree."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.serving import Visitor

# Roles that carry nothing a person meets.
SILENT = {
    "none",
    "generic",
    "form",
    "InlineTextBox",
    "StaticText",
    "paragraph",
    "list",
    "listitem",
    "ListMarker",
    "strong",
}


def tree(page: Page) -> list[tuple[str, str, dict[str, object]]]:
    """Role, name and properties of all that is there, in the order in which it is read."""
    session = page.context.new_cdp_session(page)
    nodes = {node["nodeId"]: node for node in session.send("Accessibility.getFullAXTree")["nodes"]}
    found: list[tuple[str, str, dict[str, object]]] = []

    def walk(node: dict[str, object]) -> None:
        role = node.get("role", {}).get("value")  # type: ignore[attr-defined]
        if not node["ignored"] and role not in SILENT:
            properties = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}  # type: ignore[attr-defined]
            found.append((role, node.get("name", {}).get("value", ""), properties))  # type: ignore[attr-defined]
        for child in node.get("childIds", []):  # type: ignore[attr-defined]
            if child in nodes:
                walk(nodes[child])

    walk(next(iter(nodes.values())))
    return found


def test_the_banner_is_heard_first_and_as_what_it_is(visit: Callable[..., Visitor]) -> None:
    """An empty status, then a region with its heading, links and three buttons, then the page; nothing is modal."""
    page = visit().open("/")
    page.wait_for_function("window.consentkit")
    heard = [(role, name) for role, name, _ in tree(page)]
    assert heard[:12] == [
        ("RootWebArea", "Shop"),
        ("status", ""),
        ("region", "We ask for your consent"),
        ("heading", "We ask for your consent"),
        ("link", "Privacy policy"),
        ("link", "Legal notice"),
        ("link", "All vendors in detail"),
        ("link", "What is stored"),
        ("button", "Accept all"),
        ("button", "Refuse all"),
        ("button", "Choose"),
        ("banner", ""),  # the page's own header
    ]
    assert not any(properties.get("modal") for _, _, properties in tree(page))
    assert ("Iframe", "Film") in heard


def test_the_dialog_is_heard_alone(visit: Callable[..., Visitor]) -> None:
    """A modal dialog by its heading; what is essential is said, not ticked; each switch has a name and is off."""
    page = visit().open("/")
    page.get_by_role("button", name="Choose").click()
    page.locator("dialog").wait_for()
    heard = tree(page)
    (dialog,) = [properties for role, name, properties in heard if (role, name) == ("dialog", "Your privacy choices")]
    assert dialog["modal"]
    # The page behind is inert.
    assert ("button", "Choose") not in [(role, name) for role, name, _ in heard]
    switches = [(name, properties["checked"]) for role, name, properties in heard if role == "checkbox"]
    assert switches == [(f"Allow all of {name}", "false") for name in ("Functional", "Analytics", "Marketing")]
    assert [name for role, name, _ in heard if role == "heading"] == [
        "Your privacy choices", "Essential", "Functional", "Analytics", "Marketing",
    ]  # fmt: skip
    assert [name for role, name, _ in heard if role == "button"] == [
        "Back to the site", "Save my choice", "Accept all", "Refuse all",
    ]  # fmt: skip
    expect(page.locator("dialog section").first).to_contain_text("Always active")


def test_tables_stay_tables_on_a_telephone(visit: Callable[..., Visitor]) -> None:
    """Where the cells stand below each other, the declaration is still read as a table with its columns' names."""
    visitor = visit(viewport={"width": 320, "height": 640})
    heard = tree(visitor.open("/_privacy/declaration"))
    columns = [name for role, name, _ in heard if role == "columnheader"]
    assert columns[:5] == ["Name", "Provider", "Purpose", "Kept for", "Set by"]
    assert any(role == "cell" and name.endswith("13 months") for role, name, _ in heard)
    assert ("table", "Analytics") in [(role, name) for role, name, _ in heard]


def test_what_was_chosen_is_said_once(visit: Callable[..., Visitor]) -> None:
    """The words come into a region that was there before, and stay until the page is left (WCAG 4.1.3)."""
    visitor = visit()
    page = visitor.open("/")
    page.evaluate(
        """window.said = []; new MutationObserver(() => said.push(document.querySelector('[role=status]').textContent))
        .observe(document.querySelector('[role=status]'), { childList: true, subtree: true, characterData: true }); 0"""
    )
    visitor.press("accept_all")
    page.locator(".ck-first").wait_for(state="detached")
    assert page.evaluate("said") == ["You accepted all."]
    assert ("status", "") in [(role, name) for role, name, _ in tree(page)]
