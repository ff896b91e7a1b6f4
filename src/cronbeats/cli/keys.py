"""`cronbeats keys`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from cronbeats.cli.common import load_settings, open_ready_database, print_json, print_table
from cronbeats.cli.moments import parse_expiry
from cronbeats.clock import system_clock
from cronbeats.domain.access import Role
from cronbeats.domain.api_key import ApiKey, MadeKey
from cronbeats.domain.audit import OPERATOR
from cronbeats.services.manage_api_keys import (
    browse_api_keys,
    create_api_key,
    find_api_key,
    revoke_api_key,
)
from cronbeats.services.manage_workspaces import browse_workspaces, find_workspace
from cronbeats.settings import Settings
from cronbeats.storage.workspaces import Workspace

keys = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="Print JSON only.")]
_HEAD = ("ID", "PREFIX", "NAME", "ROLE", "WORKSPACE", "MADE BY", "LAST USED", "EXPIRES", "STATUS")


@keys.command("create")
def create(
    workspace: Annotated[str, typer.Option(help="The workspace that the key is for.")],
    name: Annotated[str, typer.Option(help="What it is for, to know it by.")],
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.ADMIN,
    expires: Annotated[
        str | None, typer.Option(help="As in 90d, 2027-01-31 or 2027-01-31T12:00:00Z; or never.")
    ] = None,
    json: _Json = False,
) -> None:
    """Make an API key, and show it: only now."""
    place, made = asyncio.run(_create(load_settings(), workspace, name, role, expires))
    if json:
        print_json({**_key_json(made.key, place.name), "api_key": made.secret})
        return
    key = made.key
    until = "until it is revoked" if key.expires_at is None else f"until {_shown(key.expires_at)}"
    typer.echo(
        f"The key {key.name} may do what a workspace's {key.role} may, in {place.name}, {until}.\n"
        f"It is shown only now:\n\n    {made.secret}"
    )


@keys.command("list")
def browse(
    workspace: Annotated[str | None, typer.Option(help="Only the keys of this one.")] = None,
    json: _Json = False,
) -> None:
    """List API keys, those that have ended too; of each, the first characters are known."""
    names, found = asyncio.run(_browse(load_settings(), workspace))
    if json:
        print_json([_key_json(key, names[key.workspace_id]) for key in found])
    elif not found:
        typer.echo("There are no API keys.")
    else:
        print_table(_HEAD, [_row(key, names[key.workspace_id]) for key in found])


@keys.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(help="Its id, its first characters, or all of it.")],
    json: _Json = False,
) -> None:
    """End an API key, at once and for good."""
    name, revoked = asyncio.run(_revoke(load_settings(), key))
    if json:
        print_json(_key_json(revoked, name))
    else:
        typer.echo(
            f"The key {revoked.prefix}… ({revoked.name}) of {name} is revoked "
            f"since {_shown(revoked.revoked_at)}."
        )


async def _create(
    settings: Settings, workspace: str, name: str, role: Role, expires: str | None
) -> tuple[Workspace, MadeKey]:
    async with open_ready_database(settings) as db:
        now = system_clock()
        expires_at = None if expires is None else parse_expiry(expires, now)
        place = await find_workspace(db, workspace)
        made = await create_api_key(
            db, place.id, name=name, role=role, expires_at=expires_at, by=OPERATOR, now=now
        )
        return place, made


async def _browse(settings: Settings, workspace: str | None) -> tuple[dict[int, str], list[ApiKey]]:
    async with open_ready_database(settings) as db:
        only = None if workspace is None else (await find_workspace(db, workspace)).id
        names = {each.id: each.name for each in await browse_workspaces(db)}
        return names, await browse_api_keys(db, only)


async def _revoke(settings: Settings, text: str) -> tuple[str, ApiKey]:
    async with open_ready_database(settings) as db:
        meant = await find_api_key(db, text)
        now = system_clock()
        revoked = await revoke_api_key(db, meant.workspace_id, meant.id, by=OPERATOR, now=now)
        names = {each.id: each.name for each in await browse_workspaces(db)}
        return names[meant.workspace_id], revoked


def _row(key: ApiKey, workspace: str) -> tuple[str, ...]:
    return (
        str(key.id),
        key.prefix,
        key.name,
        key.role,
        workspace,
        key.created_by or "command line",
        _shown(key.last_used_at),
        _shown(key.expires_at),
        key.status(system_clock()),
    )


def _key_json(key: ApiKey, workspace: str) -> dict[str, Any]:
    values = {name: value for name, value in asdict(key).items() if name != "is_backed"}
    return {**values, "workspace": workspace, "status": key.status(system_clock())}


def _shown(moment: datetime | None) -> str:
    return "never" if moment is None else moment.strftime("%Y-%m-%d %H:%M UTC")
