"""`cronbeats migrate`."""

from __future__ import annotations

import asyncio

import typer

from cronbeats.cli.common import load_settings, open_database
from cronbeats.settings import Settings
from cronbeats.storage.migrate import head
from cronbeats.storage.migrate import migrate as bring_up_to_date


def migrate() -> None:
    """Bring the database up to this version (serve and init do so by themselves)."""
    asyncio.run(_migrate(load_settings()))
    typer.echo(f"The database is at step {head()}, the newest.")


async def _migrate(settings: Settings) -> None:
    async with open_database(settings) as db:
        await bring_up_to_date(db)
