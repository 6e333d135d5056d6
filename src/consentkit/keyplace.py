"""Where a key must not lie: in a folder that is served to everybody, or that git would commit.

Knows files and folders; not keys. Errs on the side of a warning: a key that got out cannot be called back.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

# Names that frameworks and servers give to what they serve as it is.
_SERVED = frozenset({"htdocs", "media", "public", "public_html", "static", "staticfiles", "wwwroot"})
# How near such a name must be: a home of that name far above serves nothing.
_NEAR = 3


def served_folder(file: Path) -> Path | None:
    """The folder around a file that looks as if it were served; None if none does."""
    folder = file.absolute().parent
    for each in [folder, *folder.parents][:_NEAR]:
        if each.name.lower() in _SERVED or (each / "index.html").exists():
            return each
    return None


def work_tree(file: Path) -> Path | None:
    """The git work tree that would commit a file; None if there is none, or it is told to leave the file alone."""
    path, ignored = file.absolute(), None
    for folder in path.parents:
        if ignored is None:  # the nearest word counts (gitignore(5))
            ignored = _ignores(folder, path)
        if ignored:
            return None
        if (folder / ".git").exists():
            return folder
    return None


def _ignores(folder: Path, path: Path) -> bool | None:
    """What a folder's .gitignore says of a path below it; None if nothing. The last line that fits counts.

    The plain spellings are enough: the rest is a warning.
    """
    try:
        lines = (folder / ".gitignore").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return None
    below, said = path.relative_to(folder).parts, None
    for line in map(str.strip, lines):
        pattern = line.removeprefix("!")
        parts = below[:1] if pattern.startswith("/") else below
        if pattern and not line.startswith("#") and any(fnmatchcase(part, pattern.strip("/")) for part in parts):
            said = pattern == line
    return said
