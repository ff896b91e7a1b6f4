"""`cronbeats secrets`."""

from __future__ import annotations

import asyncio

import typer

from cronbeats.cli.common import WRONG_SETTING, fail, load_settings, open_ready_database
from cronbeats.cli.secret_key import cipher_for, new_secret_key
from cronbeats.domain.errors import CronBeatsError
from cronbeats.services.seal_secrets import Sealing, seal_secrets
from cronbeats.settings import SettingError, Settings

secrets = typer.Typer(help="The key that secrets are encrypted with.", no_args_is_help=True)


@secrets.command("new")
def new() -> None:
    """Print a new random key, for CRONBEATS_SECRET_KEY; nothing else changes."""
    typer.echo(new_secret_key())


@secrets.command("rotate")
def rotate() -> None:
    """Encrypt every secret with the first key (serve does so, too, when it starts)."""
    sealing = asyncio.run(_rotate(load_settings()))
    integrations = "1 integration" if sealing.sealed == 1 else f"{sealing.sealed} integrations"
    typer.echo(f"Encrypted the secrets of {integrations} with the first key.")
    if sealing.sealed_factors:
        typer.echo(f"The same for {sealing.sealed_factors} second factors of people.")
    if unreadable := sealing.unreadable + sealing.unreadable_factors:
        fail(
            f"the secrets of {unreadable} more cannot be read with any of the keys, "
            "and were left as they are"
        )
    typer.echo("Every secret is encrypted with it; older keys are no longer needed.")


async def _rotate(settings: Settings) -> Sealing:
    try:
        cipher = cipher_for(settings)
    except SettingError as error:
        fail(str(error), WRONG_SETTING)
    except CronBeatsError as error:
        fail(str(error))
    async with open_ready_database(settings, cipher) as db:
        return await seal_secrets(db)
