"""The demo command."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-data"),
    show_default=True,
    help="Where policy, keys and ledger are kept; with --site, in a folder of the site's name there.",
)
@click.option("--site", metavar="NAME", help="In the guise of a real organisation: bigeno, belimon, …")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def demo(port: int, data: Path, site: str | None, no_browser: bool) -> None:
    """Serve a small learning platform full of trackers, under consentkit.

    With --site it is a site in the guise of one of five real organisations, none of them affiliated; nothing reaches
    their vendors.
    """
    from consentkit.demo.guise import site_names
    from consentkit.demo.serve import run

    if site is not None and site not in site_names():
        raise click.BadParameter(f"there is no {site!r}; use one of: {', '.join(site_names())}", param_hint="--site")
    run(port, data / site if site else data, not no_browser, site)
