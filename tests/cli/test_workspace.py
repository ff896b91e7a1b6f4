"""`cronbeats workspace` lists workspaces and chooses their plan."""

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from cronbeats.domain.audit import OPERATOR
from cronbeats.domain.errors import InvalidValueError
from cronbeats.services.manage_workspaces import set_plan
from cronbeats.services.set_up import set_up
from cronbeats.storage.database import Database
from cronbeats.storage.schema import workspaces
from tests.api.answers import data_of, problem_of
from tests.cli.program import complaint, run
from tests.cli.test_keys import settle
from tests.support.program import Ended
from tests.support.turnable_clock import START
from tests.support.world import World


def workspace(directory: Path, url: str, *arguments: str) -> Ended:
    return run(directory, "workspace", *arguments, database_url=url)


async def test_a_plan_is_chosen_and_listed(tmp_path: Path, database_url: str) -> None:
    url = database_url
    await settle(url, "Home", "Office")
    told = workspace(tmp_path, url, "plan", "Office", "free")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == (
        "The workspace Office is on the plan free, without the Management API.\n"
    )
    shown = workspace(tmp_path, url, "list").stdout
    assert shown == "ID  NAME    PLAN\n1   Home    business\n2   Office  free\n"
    assert json.loads(workspace(tmp_path, url, "list", "--json").stdout) == [
        {"id": 1, "name": "Home", "plan": "business"},
        {"id": 2, "name": "Office", "plan": "free"},
    ]
    told = workspace(tmp_path, url, "plan", "2", "business")
    assert told.stdout == (
        "The workspace Office is on the plan business, with the Management API.\n"
    )


async def test_a_wrong_name_or_plan_is_told_in_one_line(
    tmp_path: Path, sqlite_database_url: str
) -> None:
    await settle(sqlite_database_url, "Home")
    told = complaint(workspace(tmp_path, sqlite_database_url, "plan", "Home", "gold"), 1)
    assert told == "plan: Must be one of free, pro, business."
    told = complaint(workspace(tmp_path, sqlite_database_url, "plan", "2", "free"), 1)
    assert told == "There is no workspace named '2'."


async def test_a_name_that_several_have_is_not_guessed_at(db: Database) -> None:
    for name in ("Home", "Office"):
        await set_up(db, name, "ada@example.com", START)
    async with db.write() as tx:
        await tx.execute(update(workspaces).values(name="Home"))
    with pytest.raises(InvalidValueError) as caught:
        await set_plan(db, "Home", "free", START, by=OPERATOR)
    assert str(caught.value) == "workspace: Several have this name; give an id: 1, 2."
    assert (await set_plan(db, "2", "free", START, by=OPERATOR)).id == 2


async def test_a_plan_holds_from_the_next_request_on(world: World) -> None:
    data_of(await world.api("GET", "/jobs"))
    for plan in ("free", "pro"):
        await set_plan(world.db, "Home", plan, world.clock(), by=OPERATOR)
        problem_of(await world.api("GET", "/jobs"), 403, "business_plan_required")
    await set_plan(world.db, "Home", "business", world.clock(), by=OPERATOR)
    data_of(await world.api("GET", "/jobs"))
