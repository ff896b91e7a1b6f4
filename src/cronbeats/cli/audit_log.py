"""`cronbeats audit-log`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

import typer

from cronbeats.cli.common import fail, load_settings, open_ready_database, print_json, print_table
from cronbeats.cli.moments import parse_since
from cronbeats.clock import system_clock
from cronbeats.services.browse_audit_log import browse_everywhere
from cronbeats.services.manage_workspaces import browse_workspaces, find_workspace
from cronbeats.settings import Settings
from cronbeats.storage.audit_log import StoredEntry

_HEAD = ("AT (UTC)", "WHO", "FROM", "DID", "TO", "CHANGED", "WORKSPACE")
_MOST = 100_000
_TOO_MUCH = "--no-workspace asks for what is in none: leave --workspace out."


def audit_log(
    since: Annotated[
        str | None, typer.Option(help="From then on: 12h, 7d, 2027-01-31 or 2027-01-31T12:00:00Z.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="How many, of the newest.")] = 50,
    workspace: Annotated[str | None, typer.Option(help="Only in this one.")] = None,
    no_workspace: Annotated[
        bool, typer.Option("--no-workspace", help="Only accounts, and workspaces that are gone.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Tell who did what, when and from where, the newest first."""
    if workspace is not None and no_workspace:
        fail(_TOO_MUCH)
    names, found = asyncio.run(_browse(load_settings(), since, limit, workspace, no_workspace))
    if json:
        print_json([_as_json(each, names) for each in found])
    elif not found:
        typer.echo("Nothing was done.")
    else:
        print_table(_HEAD, [_row(each, names) for each in found])


async def _browse(
    settings: Settings, since: str | None, limit: int, workspace: str | None, is_of_none: bool
) -> tuple[dict[int, str], list[StoredEntry]]:
    async with open_ready_database(settings) as db:
        begin = None if since is None else parse_since(since, system_clock())
        only = None if workspace is None else (await find_workspace(db, workspace)).id
        names = {each.id: each.name for each in await browse_workspaces(db)}
        found = await browse_everywhere(
            db, limit, since=begin, workspace_id=only, is_of_none=is_of_none
        )
        return names, found


def _row(stored: StoredEntry, names: dict[int, str]) -> tuple[str, ...]:
    entry = stored.entry
    return (
        entry.at.strftime("%Y-%m-%d %H:%M:%S"),
        entry.actor.name,
        entry.actor.address or "-",
        entry.action,
        entry.target.name,
        ", ".join(change.field for change in entry.changes) or "-",
        _workspace(stored, names) or "-",
    )


def _as_json(stored: StoredEntry, names: dict[int, str]) -> dict[str, Any]:
    entry = stored.entry
    actor, target = entry.actor, entry.target
    return {
        "id": stored.id,
        "at": entry.at,
        "action": entry.action,
        "actor": {
            "type": actor.kind,
            "id": actor.id,
            "name": actor.name,
            "address": actor.address,
        },
        "target": {"type": target.kind, "id": target.id, "name": target.name},
        "changes": [asdict(change) for change in entry.changes],
        "workspace_id": entry.workspace_id,
        "workspace": _workspace(stored, names),
    }


def _workspace(stored: StoredEntry, names: dict[int, str]) -> str | None:
    """Return what the workspace is called now; its number, while it is being cleared away."""
    number = stored.entry.workspace_id
    return None if number is None else names.get(number, str(number))
