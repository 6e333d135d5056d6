"""The command preview: a link by which the owner sees the banner, whatever they have decided themselves."""

from __future__ import annotations

import time
from pathlib import Path
from typing import get_args
from urllib.parse import quote

import click

from consentkit.cli.common import data_option, settings_for
from consentkit.policy import Regime
from consentkit.policy.theme import PLACES, Layout, Position, Scheme
from consentkit.preview import PARAMETER, Preview, format_preview
from consentkit.seal import Sealer


@click.command()
@click.argument("page", default="/")
@click.option("--lang", help="The language; the site's first, unless you say otherwise.")
@click.option("--regime", type=click.Choice([r.value for r in Regime]), default=Regime.OPT_IN.value, show_default=True)
@click.option("--layout", type=click.Choice(list(PLACES)), help="The policy's, unless you say otherwise.")
@click.option("--position", type=click.Choice(get_args(Position)), help="Where it stands; the layout's own place.")
@click.option("--scheme", type=click.Choice(get_args(Scheme)), help="The policy's, unless you say otherwise.")
@click.option("--minutes", type=click.IntRange(1, 24 * 60), default=60, show_default=True, help="How long it works.")
@data_option
def preview(
    page: str,
    lang: str | None,
    regime: str,
    layout: str | None,
    position: str | None,
    scheme: str | None,
    minutes: int,
    data: Path | None,
) -> None:
    """Print a link to PAGE (a path, or a whole address) that shows the banner.

    It works for whoever has it, until it ends. Nothing is recorded, and the buttons do nothing.
    """
    settings = settings_for(data)
    theme = settings.policy.theme
    chosen: Layout = layout or theme.layout  # type: ignore[assignment]
    if position and position not in PLACES[chosen]:
        raise click.UsageError(f"--position: {chosen} stands at one of {', '.join(PLACES[chosen])}.")
    look = Preview(
        until=int(time.time()) + minutes * 60,
        language=lang or settings.policy.first_language,
        regime=Regime(regime),
        layout=chosen,
        position=position or (theme.position if chosen == theme.layout else None),
        scheme=scheme or theme.scheme,  # type: ignore[arg-type]
    )
    value = format_preview(Sealer(settings.secrets, "preview", settings.policy.site.id), look)
    click.echo(f"{page}{'&' if '?' in page else '?'}{PARAMETER}={quote(value, safe='')}")
