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
    help="Where policy, keys and ledger are kept.",
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def demo(port: int, data: Path, no_browser: bool) -> None:
    """Serve a small learning platform full of trackers, under consentkit."""
    from consentkit.demo.serve import run

    run(port, data, not no_browser)
