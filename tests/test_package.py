"""What is installed is what was tested: wheel and sdist, in empty environments, on every Python that is here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SITES = ("bigeno", "belimon", "bigstep", "learn-and-go", "selligent")
NEEDED = (
    *("page/static/first.css", "catalog/data/trackers.tsv", "policy/starter.toml", "py.typed"),
    *("texts/en.toml", "texts/locale/ro/cldr.json", "texts/locale/ro/LC_MESSAGES/consentkit.mo"),
    *(f"demo/sites/{name}/{file}.toml" for name in SITES for file in ("consent", "site")),
)
# One line in an app, as a person would try it first.
TRY = """
import asyncio, warnings
warnings.simplefilter("ignore")
from consentkit.asgi import ConsentMiddleware

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"<body><script src=https://connect.facebook.net/x.js></script>"})

sent = []
async def send(message): sent.append(message)
scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"a.example")]}
asyncio.run(ConsentMiddleware(app)(scope, None, send))
assert b"accept_all" in sent[1]["body"] and b'type="text/plain"' in sent[1]["body"], sent
"""


def run(*command: object, cwd: Path, **more: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONSENTKIT")} | more
    done = subprocess.run([*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def pythons() -> list[str]:
    """The Pythons that are here and run, by version; the one that runs the tests is always among them."""
    found = {f"{sys.version_info.major}.{sys.version_info.minor}": sys.executable}
    for version in ("3.11", "3.12", "3.13", "3.14"):
        path = shutil.which(f"python{version}")
        if path and subprocess.run([path, "-c", "import ensurepip"], capture_output=True, check=False).returncode == 0:
            found.setdefault(version, path)
    return list(found.values())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A wheel and an sdist made from the files that git would give a fresh clone, with no Node about."""
    folder = tmp_path_factory.mktemp("built")
    clone, path = folder / "clone", folder / "path"
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, clone / name)
    path.mkdir()
    for target in ("sdist", "wheel"):
        run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder, cwd=clone, PATH=str(path))
    return {"wheel": next(folder.glob("*.whl")), "sdist": next(folder.glob("*.tar.gz"))}


def test_wheel_and_sdist_carry_what_is_needed(built: dict[str, Path]) -> None:
    """Whoever installs it gets styles, texts, catalogue and starter policy, and no tests or tools."""
    with zipfile.ZipFile(built["wheel"]) as wheel:
        names = set(wheel.namelist())
    assert {f"consentkit/{name}" for name in NEEDED} <= names
    assert not [name for name in names if not name.startswith(("consentkit/", "consentkit-"))]
    with tarfile.open(built["sdist"]) as sdist:
        packed = {name.partition("/")[2] for name in sdist.getnames()}
    assert {f"src/consentkit/{name}" for name in NEEDED} | {"LICENSE", "NOTICE", "README.md"} <= packed


# That pip makes the same of the sdist is tried on one Python, with all that takes long.
CASES = [("wheel", python) for python in pythons()]
if os.environ.get("CONSENTKIT_TEST_MATRIX"):
    CASES.append(("sdist", sys.executable))


@pytest.mark.parametrize(("kind", "python"), CASES)
def test_it_installs_and_works_in_an_empty_environment(
    built: dict[str, Path], kind: str, python: str, tmp_path: Path
) -> None:
    """A developer who installs it into an empty environment has the command, and the one line works."""
    run(python, "-m", "venv", tmp_path / "env", cwd=tmp_path)
    bin_ = tmp_path / "env" / "bin"
    # Not compiled: most of what it brings along is never imported here.
    run(bin_ / "pip", "install", "--quiet", "--no-compile", built[kind], cwd=tmp_path)
    assert run(bin_ / "consentkit", "--version", cwd=tmp_path).startswith("consentkit, version")
    run(bin_ / "python", "-c", TRY, cwd=tmp_path)
    assert (tmp_path / ".consentkit" / "ledger.db").exists()
