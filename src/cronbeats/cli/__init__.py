"""The door at which operators knock: the command `cronbeats`."""

from __future__ import annotations

from cronbeats.cli.importing import importing


def main() -> None:
    """Run the command line."""
    with importing():
        from cronbeats.cli.commands import app  # noqa: PLC0415 - the collector must rest before

    app()
