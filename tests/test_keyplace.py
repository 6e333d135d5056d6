"""Keys stay out of what is served and of what is committed."""

from __future__ import annotations

import subprocess
import warnings
from pathlib import Path

import pytest

from consentkit.errors import ConfigError
from consentkit.keyplace import served_folder, work_tree
from consentkit.settings import load_settings
from consentkit.tlog import Signer

KEY = Signer.generate("shop.example/consent-log").to_text()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("folder", ["static", "public/keys", "htdocs/a/b", "app/Static"])
def test_no_key_where_it_is_served(folder: str) -> None:
    """A site whose keys would lie among its static files does not start, and no key is made there."""
    with pytest.raises(ConfigError) as refused:
        load_settings(data=folder, environ={})
    assert [problem.ident for problem in refused.value.problems] == ["consentkit.E037"]
    assert not Path(folder).exists()


def test_no_key_file_where_it_is_served(tmp_path: Path) -> None:
    """Nor does it start with a signing key beside an index.html."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("")
    (tmp_path / "site" / "signing.key").write_text(KEY)
    environ = {"CONSENTKIT_SIGNING_KEY": "site/signing.key", "CONSENTKIT_SECRET": "a-secret-of-some-length"}
    with pytest.raises(ConfigError, match=r"E037 CONSENTKIT_SIGNING_KEY: .*site, which looks as if it were served"):
        load_settings(environ=environ)


@pytest.mark.parametrize("folder", ["keys", "statics", "a/b/c/keys"])
def test_other_folders_are_fine(folder: str) -> None:
    """A folder that only sounds alike, or is far away, is no reason."""
    assert served_folder(Path(folder) / "key") is None
    assert served_folder(Path("/public/home/me/app/keys/key")) is None


def test_key_that_git_would_commit() -> None:
    """An owner is warned of a key that the next commit would publish, until git is told to leave it alone."""
    subprocess.run(["git", "init", "-q"], check=True)
    Path("signing.key").write_text(KEY)
    environ = {"CONSENTKIT_SIGNING_KEY": "signing.key", "CONSENTKIT_SECRET": "a-secret-of-some-length"}
    with pytest.warns(UserWarning, match=r"signing\.key lies in a git work tree"):
        load_settings(environ=environ)
    Path(".gitignore").write_text("*.key\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_settings(environ=environ)


@pytest.mark.parametrize(
    ("ignore", "ignored"),
    [
        ("*", True),
        ("data/", True),
        ("/data", True),
        ("signing.key", True),
        ("*.key", True),
        ("other", False),
        ("/signing.key", False),
        ("# no signing.key here", False),
        ("*.key\n!signing.key", False),
        ("!signing.key\n*.key", True),
    ],
)
def test_agrees_with_git(ignore: str, ignored: bool) -> None:
    """What we say of git's rules git says too."""
    subprocess.run(["git", "init", "-q"], check=True)
    Path(".gitignore").write_text(f"{ignore}\n")
    Path("data").mkdir()
    Path("data/signing.key").write_text(KEY)
    said = subprocess.run(["git", "check-ignore", "-q", "data/signing.key"], check=False).returncode == 0
    assert said is ignored
    assert (work_tree(Path("data/signing.key")) is None) is ignored


def test_no_key_is_made_where_git_commits() -> None:
    """In a folder that was there git is told of our own files alone; where it was told otherwise no key is made."""
    subprocess.run(["git", "init", "-q"], check=True)
    for name in ("ours", "theirs"):
        Path(name).mkdir()
        Path(name, "page.html").touch()
    Path("theirs", ".gitignore").write_text("# secret\n")
    with pytest.warns(UserWarning, match="made its keys"):
        load_settings(data="ours", environ={})
    untracked = ["git", "ls-files", "--others", "--exclude-standard"]
    seen = subprocess.run(untracked, capture_output=True, text=True, check=True).stdout.split()
    assert sorted(seen) == ["ours/.gitignore", "ours/page.html", "theirs/.gitignore", "theirs/page.html"]
    with pytest.raises(ConfigError, match=r"E038 CONSENTKIT_DATA: .*git would commit.*Add secret to"):
        load_settings(data="theirs", environ={})
    assert not Path("theirs", "secret").exists()


def test_keys_of_development_are_left_alone_by_git() -> None:
    """The folder that is made for a developer's keys is none of git's business, so nobody is warned."""
    subprocess.run(["git", "init", "-q"], check=True)
    with pytest.warns(UserWarning, match="made its keys") as caught:
        load_settings(environ={})
    assert not [each for each in caught if "git work tree" in str(each.message)]
