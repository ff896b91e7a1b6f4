"""People make workspaces of their own, rename them, and see what they use."""

import asyncio

import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.audit import OPERATOR, FieldChange
from cronbeats.domain.errors import InvalidValueError, NotAllowedError, NotFoundError
from cronbeats.domain.membership import MOST_WORKSPACES, Membership
from cronbeats.services.manage_workspaces import (
    create_workspace,
    measure_usage,
    rename_workspace,
)
from cronbeats.services.set_up import NewWorkspace, set_up
from cronbeats.storage import members, users
from tests.support.audit import entries, told
from tests.support.people import person
from tests.support.world import World

ADA = person(1)


async def test_whoever_makes_a_workspace_owns_it(world: World) -> None:
    made = await create_workspace(world.db, " Office ", by=ADA, now=world.clock())
    async with world.db.read() as tx:
        assert await members.memberships_of(tx, 1) == [
            Membership(world.workspace_id, "Home", "business", Role.OWNER),
            Membership(made, "Office", "business", Role.OWNER),
        ]
    assert await told(world.db, made) == ["ada@example.com workspace.created Office"]
    with pytest.raises(NotAllowedError):
        await create_workspace(world.db, "Office", by=OPERATOR, now=world.clock())


async def test_a_name_that_breaks_a_rule_is_refused(world: World) -> None:
    for name in ("", " ", "two\nlines", "x" * 201):
        with pytest.raises(InvalidValueError) as caught:
            await create_workspace(world.db, name, by=ADA, now=world.clock())
        assert set(caught.value.errors) == {"name"}
        with pytest.raises(InvalidValueError):
            await rename_workspace(world.db, world.workspace_id, name, by=ADA, now=world.clock())


async def test_nobody_owns_workspaces_without_number(world: World) -> None:
    tries = [
        create_workspace(world.db, f"Number {number}", by=ADA, now=world.clock())
        for number in range(MOST_WORKSPACES + 2)
    ]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert len([each for each in ended if isinstance(each, int)]) == MOST_WORKSPACES - 1
    assert len([each for each in ended if isinstance(each, InvalidValueError)]) == 3


async def test_admins_rename_a_workspace_and_others_do_not(world: World) -> None:
    people = {}
    for role in Role:
        async with world.db.write() as tx:
            user_id = await users.find_or_add(tx, f"{role}@x.test", world.clock())
            await members.add(tx, world.workspace_id, user_id, role, world.clock())
        people[role] = person(user_id, f"{role}@x.test")
    for role in (Role.MEMBER, Role.VIEWER):
        with pytest.raises(NotAllowedError):
            await rename_workspace(
                world.db, world.workspace_id, "Ours", by=people[role], now=world.clock()
            )
    for _ in range(2):
        await rename_workspace(
            world.db, world.workspace_id, "Ours", by=people[Role.ADMIN], now=world.clock()
        )
    last = (await entries(world.db))[-1]
    assert (last.action, last.target.name) == ("workspace.renamed", "Home")
    assert last.changes == (FieldChange("name", "Home", "Ours"),)
    with pytest.raises(NotFoundError):
        await rename_workspace(world.db, 999, "Ours", by=ADA, now=world.clock())


async def test_what_is_used_is_counted(world: World) -> None:
    await world.make_job()
    usage = await measure_usage(world.db, world.workspace_id, world.clock())
    assert (usage.job_count, usage.member_count, usage.key_count) == (1, 1, 1)
    assert usage.requests is not None


async def test_of_many_who_set_up_a_workspace_of_one_name_one_does(world: World) -> None:
    tries = [
        set_up(world.db, "Office", f"p{number % 2}@example.com", world.clock())
        for number in range(6)
    ]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert len([each for each in ended if isinstance(each, NewWorkspace)]) == 1
    assert len([each for each in ended if isinstance(each, InvalidValueError)]) == 5
