"""`cronbeats users`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from cronbeats.cli.common import load_settings, open_ready_database, print_json, print_table
from cronbeats.clock import system_clock
from cronbeats.domain.account import User
from cronbeats.services.link_accounts import unlink_for
from cronbeats.services.manage_second_factor import take_away_second_factor
from cronbeats.services.recover_accounts import browse_people, make_reset_link
from cronbeats.settings import Settings

users = typer.Typer(help="List people, and help them in again.", no_args_is_help=True)

_ONCE = (
    "CRONBEATS_PASSWORD_SIGN_IN is false: the link signs this person in once; the password that "
    "they set there lets nobody in until that setting is true again."
)
_Email = Annotated[str, typer.Argument(help="The person's e-mail address.")]


@users.command("list")
def browse(
    json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """List everybody who has an account."""
    found = asyncio.run(_browse(load_settings()))
    if json:
        print_json([_as_json(user) for user in found])
    elif not found:
        typer.echo("There is nobody.")
    else:
        head = ("ID", "EMAIL", "NAME", "PASSWORD", "SECOND FACTOR", "LINKED")
        print_table(head, [_row(user) for user in found])


@users.command("reset-link")
def reset_link(email: _Email) -> None:
    """Print a link that sets a new password, once, within 24 hours."""
    settings = load_settings()
    token = asyncio.run(_make_reset_link(settings, email))
    typer.echo(f"{settings.base_url}/reset/{token}")
    if not settings.password_sign_in:
        typer.echo(_ONCE, err=True)


@users.command("remove-second-factor")
def remove_second_factor(email: _Email) -> None:
    """Ask somebody for no second factor any more who lost the app and the recovery codes."""
    asyncio.run(_remove_second_factor(load_settings(), email))
    typer.echo("No second factor is asked of this person any more.")


@users.command("unlink")
def unlink(email: _Email) -> None:
    """Let the provider's word let somebody in no more, until the account is linked anew."""
    asyncio.run(_unlink(load_settings(), email))
    typer.echo("The account is linked to nobody at the provider now.")


def _as_json(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "has_password": user.has_password,
        "has_second_factor": user.has_second_factor,
        "is_linked": user.linked_issuer is not None,
    }


def _row(user: User) -> tuple[str, ...]:
    words = {True: "yes", False: "no"}
    return (
        str(user.id),
        user.email,
        user.name or "",
        words[user.has_password],
        words[user.has_second_factor],
        words[user.linked_issuer is not None],
    )


async def _browse(settings: Settings) -> list[User]:
    async with open_ready_database(settings) as db:
        return await browse_people(db)


async def _make_reset_link(settings: Settings, email: str) -> str:
    async with open_ready_database(settings) as db:
        return await make_reset_link(db, email, system_clock())


async def _remove_second_factor(settings: Settings, email: str) -> None:
    async with open_ready_database(settings) as db:
        await take_away_second_factor(db, email, system_clock())


async def _unlink(settings: Settings, email: str) -> None:
    async with open_ready_database(settings) as db:
        await unlink_for(db, email, system_clock())
