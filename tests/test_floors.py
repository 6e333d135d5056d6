"""The architecture, held as two tables: which floor a module stands on, and who may import what from outside."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "consentkit"

# A module imports from lower floors only; the longest name that fits a module counts.
FLOORS = {
    0: "__init__ category errors http canonical seal limit later once sightings.hearsay texts tlog",
    1: "policy law catalog classification.learned",
    2: "law.ages law.regime decision classification foreign signals visitor.network visitor.geo "
    "keyfile keyplace settings",
    3: "crossing.errand crossing.takeover crossing.ticket carried cookie tc_cookie accounts.mark accounts.merging "
    "token preview choice visitor.device replies sightings.reports lint page guard ledger",
    4: "app_cookies foreign.adopting framing crossing leftovers accounts keeping recording rights "
    "embedding sightings shelf choosing routes showing versions visitor exchange kit placing",
    5: "asgi wsgi starlette fastapi flask django",
    6: "audit export cli demo testing",
}
FLOOR = {module: floor for floor, modules in FLOORS.items() for module in modules.split()}

# And on its own floor from these.
SAME_FLOOR = {
    "__init__": "errors",
    "classification.learned": "catalog",
    "policy": "law",
    "canonical": "errors",
    "seal": "errors",
    "tlog": "errors",
    "decision": "law.regime",
    "law.regime": "law.ages",
    "kit": "crossing exchange shelf sightings versions visitor",
    "http": "once",
    "exchange": "crossing embedding keeping leftovers routes showing visitor",
    "routes": "choosing crossing foreign.adopting rights",
    "foreign.adopting": "keeping recording",
    "crossing": "choosing foreign.adopting framing keeping recording shelf",
    "keeping": "leftovers",
    "accounts": "keeping recording",
    "choosing": "crossing framing keeping recording",
    "rights": "keeping",
    "placing": "exchange",
    "flask": "wsgi",
    "visitor.geo": "visitor.network",
    "settings": "keyfile keyplace",
    "showing": "framing",
    "signals": "decision law.regime",
    "django": "wsgi",
    "audit": "export",
    "cli": "audit demo export",
}

OUTSIDE = {
    "alembic": "ledger.migrations",
    "asgiref": "django",
    "click": "cli",
    "cryptography": "tlog.keys tlog.note ledger.timestamp",
    "django": "cli.wiring django testing",
    "fastapi": "fastapi",
    "flask": "flask",
    "itsdangerous": "seal",
    "jinja2": "page audit demo export.summary",
    "maxminddb": "visitor.geo",
    "markupsafe": "page placing audit",
    "pydantic": "policy settings",
    "pydantic_core": "policy settings",
    "publicsuffixlist": "catalog.domains",
    "pyarrow": "export.parquet",
    "python_multipart": "demo",
    "rfc3161_client": "ledger.timestamp",
    "sqlalchemy": "ledger django.conf",
    "sqlmodel": "ledger",
    "starlette": "asgi starlette fastapi audit demo testing",
    "user_agents": "visitor.device",
    "uvicorn": "audit demo",
}


def module_name(path: Path) -> str:
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(SRC.rglob("*.py"))}


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but what only a type checker reads."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        yield node
        yield from nodes(node)


def imported(path: Path) -> Iterator[str]:
    """The full names of all that a file imports, at its head or inside a function."""
    package = ["consentkit", *path.relative_to(SRC).parts[:-1]]
    for node in nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *filter(None, [node.module])])
            # `from consentkit import cookie` names a module, `from consentkit import __version__` does not.
            yield from (f"{source}.{alias.name}" if alias.name in MODULES else source for alias in node.names)


def among(module: str, names: str) -> bool:
    """Whether a module is one of these, or within one."""
    return any(f"{module}.".startswith(f"{name}.") for name in names.split())


def home(module: str) -> str:
    """The room of the tables that a module is in; "" if it is in none."""
    parts = module.split(".")
    names = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((name for name in names if name in FLOOR), "")


def faults(module: str, target: str) -> str | None:
    """What is wrong with one import; None if nothing is."""
    top, _, rest = target.partition(".")
    if top != "consentkit":
        allowed = top in sys.stdlib_module_names or among(module, OUTSIDE.get(top, ""))
        return None if allowed else f"{module} may not import {top}"
    own, other = home(module), home(rest or "__init__")
    if own == other or FLOOR[other] < FLOOR[own] or among(other, SAME_FLOOR.get(own, "")):
        return None
    return f"{module} (floor {FLOOR[own]}) may not import {target} (floor {FLOOR[other]})"


def test_floors() -> None:
    """Whoever reads a module need only know those below it."""
    homeless = [module for module in MODULES if not home(module)]
    assert not homeless, f"no floor in FLOORS: {homeless}"
    found = [
        fault for module, path in MODULES.items() for target in imported(path) if (fault := faults(module, target))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("module", "target"),
    [
        ("http", "consentkit.policy"),
        ("cookie", "consentkit.kit"),
        ("page.render", "consentkit.guard.html"),
        ("crossing.ticket", "consentkit.crossing.leaving"),
        ("routes", "consentkit.exchange"),
        ("policy.model", "starlette.requests"),
        ("ledger.record", "requests"),
        ("tlog.tree", "cryptography"),
    ],
)
def test_floors_hold(module: str, target: str) -> None:
    """An import that climbs a floor, or that brings in an outsider, is found."""
    assert faults(module, target)


def test_relative_and_lazy_imports_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import cannot hide by being relative, inside a function, or one name of several; only types may."""
    path = SRC / "guard" / "sample.py"
    text = (
        "from .. import kit\nfrom .tokens import A\ndef f():\n    import starlette.types\n"
        "if TYPE_CHECKING:\n    import flask\nfrom consentkit import __version__, cookie\n"
    )
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: text)
    assert list(imported(path)) == [
        "consentkit.kit",
        "consentkit.guard.tokens",
        "starlette.types",
        "consentkit",
        "consentkit.cookie",
    ]


def test_nothing_is_listed_in_vain() -> None:
    """The second table names no package that nobody imports: it is the list of what an owner takes on."""
    used = {target.partition(".")[0] for path in MODULES.values() for target in imported(path)}
    assert set(OUTSIDE) <= used


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_import_is_light() -> None:
    """Importing consentkit drags in no web framework, no database and no tables of devices."""
    heavy = {"starlette", "django", "flask", "fastapi", "sqlmodel", "sqlalchemy", "jinja2", "user_agents", "click"}
    assert not heavy & loaded_by("import consentkit")


def test_core_knows_no_framework() -> None:
    """The whole core, up to one request and its response, runs without any web framework, and tells devices late."""
    strangers = {"starlette", "django", "flask", "fastapi", "user_agents", "click", "uvicorn"}
    assert not strangers & loaded_by("import consentkit.kit, consentkit.settings")
