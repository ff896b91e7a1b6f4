"""`cronbeats init`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from cronbeats.cli.common import load_settings, open_database, print_json
from cronbeats.clock import system_clock
from cronbeats.services.set_up import NewWorkspace, set_up
from cronbeats.settings import Settings
from cronbeats.storage.migrate import migrate


def init(
    workspace: Annotated[str, typer.Option(help="The name of the workspace to make.")],
    email: Annotated[str, typer.Option(help="The address of its owner.")],
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON only.")] = False,
) -> None:
    """Make a workspace, its owner and its first API key (and the database, if need be)."""
    settings = load_settings()
    made = asyncio.run(_init(settings, workspace, email))
    if json:
        print_json({"workspace_id": made.workspace_id, "api_key": made.api_key})
    else:
        typer.echo(_welcome(settings, workspace, made))


async def _init(settings: Settings, workspace: str, email: str) -> NewWorkspace:
    async with open_database(settings) as db:
        await migrate(db)
        return await set_up(db, workspace, email, system_clock())


def _welcome(settings: Settings, workspace: str, made: NewWorkspace) -> str:
    return f"""\
The workspace {workspace} is ready. This is its API key; it is shown only now:

    {made.api_key}

Make your first job, expected every minute:

    curl -X POST {settings.base_url}/api/v1/jobs \\
      -H "X-API-Key: {made.api_key}" \\
      -H "Content-Type: application/json" \\
      -d '{{"name": "First job", "expected_interval_seconds": 60, "grace_seconds": 30}}'

The answer holds its ping_url. Let the job call it whenever it has run: curl PING_URL"""
