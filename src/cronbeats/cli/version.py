"""`cronbeats version`."""

from __future__ import annotations

import typer

from cronbeats import __version__


def version() -> None:
    """Print the version."""
    typer.echo(__version__)
