"""`cronbeats workspace`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from cronbeats.cli.common import load_settings, open_ready_database, print_json, print_table
from cronbeats.clock import system_clock
from cronbeats.domain.access import PLANS, find_plan
from cronbeats.domain.audit import OPERATOR
from cronbeats.services.manage_workspaces import browse_workspaces, set_plan
from cronbeats.settings import Settings
from cronbeats.storage.workspaces import Workspace

workspace = typer.Typer(help="List workspaces, and choose their plan.", no_args_is_help=True)


@workspace.command("list")
def browse(
    json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """List every workspace."""
    found = asyncio.run(_browse(load_settings()))
    if json:
        print_json([asdict(each) for each in found])
    elif not found:
        typer.echo("There is no workspace.")
    else:
        print_table(
            ("ID", "NAME", "PLAN"), [(str(each.id), each.name, each.plan) for each in found]
        )


@workspace.command("plan")
def plan(
    name: Annotated[str, typer.Argument(help="The workspace's name, or its id.")],
    plan: Annotated[str, typer.Argument(help=f"One of {', '.join(PLANS)}.")],
) -> None:
    """Give a workspace another plan, from its next request on."""
    found = asyncio.run(_set_plan(load_settings(), name, plan))
    api = "with" if find_plan(PLANS, found.plan).has_api else "without"
    typer.echo(f"The workspace {found.name} is on the plan {found.plan}, {api} the Management API.")


async def _browse(settings: Settings) -> list[Workspace]:
    async with open_ready_database(settings) as db:
        return await browse_workspaces(db)


async def _set_plan(settings: Settings, name: str, plan: str) -> Workspace:
    async with open_ready_database(settings) as db:
        return await set_plan(db, name, plan, system_clock(), by=OPERATOR)
