"""Where templates come from: our package, and before it a folder of the site's own.

Knows files and Jinja2; not what a template shows. The folder is read once, so that what is shown all the time is what
was checked, and hashed, at the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from jinja2 import ChoiceLoader, DictLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined

from consentkit.texts import colon, direction

# Under this name a template of the site's finds ours: {% include "consentkit/banner.html" %}.
OURS = "consentkit"
# What a site may show in its own way. The rest is for our scripts.
PARTS = frozenset(
    f"{part}.html"
    for part in (
        "banner", "preferences", "age", "table", "declaration", "receipt", "erase", "message", "layout", "embed",
        "reopen",
    )
)  # fmt: skip


def environment(folder: str | None) -> Environment:
    """The templates, ours or the site's, with what goes for all of them: everything is text until said otherwise."""
    package = PackageLoader("consentkit.page")
    templates = Environment(
        loader=ChoiceLoader([DictLoader(own_templates(folder)), package, PrefixLoader({OURS: package})]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # no look at the disk for each page
    )
    templates.filters["direction"] = direction
    templates.filters["colon"] = colon
    return templates


@lru_cache(32)
def own_templates(folder: str | None) -> Mapping[str, str]:
    """The site's templates by name, as they were when first asked for. Raises OSError and UnicodeDecodeError."""
    if folder is None:
        return {}
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(folder).glob("*.html"))}
