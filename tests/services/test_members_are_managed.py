"""People of a workspace are given roles and let go, by whoever may, and an owner always stays."""

import asyncio
from itertools import product

import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.audit import OPERATOR, Actor, FieldChange
from cronbeats.domain.errors import (
    ConflictError,
    InvalidValueError,
    LinkGoneError,
    NotAllowedError,
    NotFoundError,
)
from cronbeats.domain.membership import may_manage
from cronbeats.services.invite_people import accept, browse_invitations, invite
from cronbeats.services.manage_api_keys import create_api_key
from cronbeats.services.manage_members import (
    browse_members,
    change_role,
    leave,
    remove_member,
    transfer_ownership,
)
from cronbeats.services.set_up import set_up
from cronbeats.storage import members, users
from tests.api.answers import data_of, problem_of
from tests.support.audit import entries, told
from tests.support.people import person
from tests.support.world import World

ADA = person(1)


async def join(world: World, role: Role, email: str = "bob@example.com") -> Actor:
    async with world.db.write() as tx:
        user_id = await users.find_or_add(tx, email, world.clock())
        await members.add(tx, world.workspace_id, user_id, role, world.clock())
    return person(user_id, email)


async def give(world: World, to: Actor, role: Role, by: Actor) -> None:
    await change_role(world.db, world.workspace_id, to.id or 0, role, by=by, now=world.clock())


async def remove(world: World, who: Actor, by: Actor) -> None:
    await remove_member(world.db, world.workspace_id, who.id or 0, by=by, now=world.clock())


async def open_invitations(world: World) -> list[int]:
    found = await browse_invitations(world.db, world.workspace_id, world.clock())
    return [each.id for each in found]


async def roles(world: World) -> dict[str, Role]:
    found = await browse_members(world.db, world.workspace_id)
    return {each.email: each.role for each in found}


async def test_who_may_change_whom(world: World) -> None:
    askers = {role: await join(world, role, f"{role}@asks.test") for role in Role}
    other = await join(world, Role.VIEWER, "other@example.com")
    for own, before, after in product(Role, Role, Role):
        await give(world, other, before, OPERATOR)
        if may_manage(own, before) and may_manage(own, after):
            await give(world, other, after, askers[own])
            assert (await roles(world))["other@example.com"] is after
        else:
            with pytest.raises(NotAllowedError):
                await give(world, other, after, askers[own])
            assert (await roles(world))["other@example.com"] is before


async def test_who_may_remove_whom(world: World) -> None:
    askers = {role: await join(world, role, f"{role}@asks.test") for role in Role}
    for own, role in product(Role, Role):
        other = await join(world, role, "other@example.com")
        if may_manage(own, role):
            await remove(world, other, askers[own])
        else:
            with pytest.raises(NotAllowedError):
                await remove(world, other, askers[own])
            await remove(world, other, OPERATOR)
        assert "other@example.com" not in await roles(world)


async def test_the_last_owner_stays_whatever_is_asked(world: World) -> None:
    await join(world, Role.ADMIN)
    for attempt in (
        give(world, ADA, Role.ADMIN, ADA),
        remove(world, ADA, ADA),
        leave(world.db, world.workspace_id, by=ADA, now=world.clock()),
    ):
        with pytest.raises(ConflictError):
            await attempt
    assert (await roles(world))["ada@example.com"] is Role.OWNER


async def test_what_somebody_may_invite_to_no_more_is_withdrawn(world: World) -> None:
    bob, every = await join(world, Role.OWNER), (Role.OWNER, Role.ADMIN, Role.MEMBER)
    own = [await invite(world.db, 1, each, by=bob, now=world.clock()) for each in every]
    others = await invite(world.db, 1, Role.OWNER, by=ADA, now=world.clock())
    await give(world, bob, Role.ADMIN, ADA)
    assert await open_invitations(world) == [own[2].invitation.id, others.invitation.id]
    assert (await told(world.db))[-2:] == [
        "ada@example.com invitation.withdrawn Anybody with the link"
    ] * 2
    await remove(world, bob, ADA)
    assert await open_invitations(world) == [others.invitation.id]
    for made in own:
        with pytest.raises(LinkGoneError):
            await accept(world.db, made.token, by=bob, now=world.clock())


async def test_who_hands_a_workspace_over_keeps_no_way_back(world: World) -> None:
    bob = await join(world, Role.ADMIN)
    for role in (Role.OWNER, Role.VIEWER):
        await invite(world.db, 1, role, by=ADA, now=world.clock())
    await transfer_ownership(world.db, 1, bob.id or 0, by=ADA, now=world.clock())
    assert await open_invitations(world) == [2]


@pytest.mark.parametrize("how", ["demote one another", "leave", "remove one another"])
async def test_two_owners_who_go_at_the_same_time_leave_one(world: World, how: str) -> None:
    bob = await join(world, Role.OWNER)
    for _ in range(5):
        tries = {
            "demote one another": (
                give(world, bob, Role.ADMIN, ADA),
                give(world, ADA, Role.ADMIN, bob),
            ),
            "leave": (
                leave(world.db, world.workspace_id, by=ADA, now=world.clock()),
                leave(world.db, world.workspace_id, by=bob, now=world.clock()),
            ),
            "remove one another": (remove(world, bob, ADA), remove(world, ADA, bob)),
        }
        for unused in {*tries} - {how}:
            for each in tries[unused]:
                each.close()
        ended = await asyncio.gather(*tries[how], return_exceptions=True)
        assert len([each for each in ended if each is None]) == 1
        left = await roles(world)
        assert list(left.values()).count(Role.OWNER) == 1
        for who in (ADA, bob):
            if who.name in left:
                await give(world, who, Role.OWNER, OPERATOR)
            else:
                await join(world, Role.OWNER, who.name)


async def test_strangers_find_nothing_and_nobody(world: World) -> None:
    bob = await join(world, Role.VIEWER)
    await set_up(world.db, "Elsewhere", "eve@example.com", world.clock())
    async with world.db.read() as tx:
        [eve] = [each for each in await members.browse(tx, 2) if each.email == "eve@example.com"]
    stranger = person(eve.user_id, eve.email)
    for attempt in (
        give(world, bob, Role.MEMBER, stranger),
        remove(world, bob, stranger),
        give(world, stranger, Role.ADMIN, ADA),
        remove(world, stranger, ADA),
        leave(world.db, world.workspace_id, by=stranger, now=world.clock()),
        transfer_ownership(world.db, 999, bob.id or 0, by=ADA, now=world.clock()),
    ):
        with pytest.raises(NotFoundError):
            await attempt
    assert await roles(world) == {"ada@example.com": Role.OWNER, "bob@example.com": Role.VIEWER}


async def test_a_workspace_is_handed_over_with_its_keys(world: World) -> None:
    bob = await join(world, Role.MEMBER)
    made = await create_api_key(world.db, world.workspace_id, name="CI", by=ADA, now=world.clock())
    await transfer_ownership(world.db, world.workspace_id, bob.id or 0, by=ADA, now=world.clock())
    assert await roles(world) == {"ada@example.com": Role.ADMIN, "bob@example.com": Role.OWNER}
    data_of(await world.api("GET", "/jobs", key=made.secret))
    with pytest.raises(NotAllowedError):
        await transfer_ownership(world.db, world.workspace_id, 1, by=ADA, now=world.clock())
    with pytest.raises(InvalidValueError):
        await transfer_ownership(
            world.db, world.workspace_id, bob.id or 0, by=bob, now=world.clock()
        )
    last = (await entries(world.db))[-1]
    assert last.changes == (FieldChange("owner", "ada@example.com", "bob@example.com"),)


async def test_an_owner_who_leaves_takes_their_keys_along(world: World) -> None:
    bob = await join(world, Role.OWNER)
    made = await create_api_key(world.db, world.workspace_id, name="CI", by=bob, now=world.clock())
    await leave(world.db, world.workspace_id, by=bob, now=world.clock())
    problem_of(await world.api("GET", "/jobs", key=made.secret), 401, "invalid_api_key")


async def test_every_change_is_written_down_once(world: World) -> None:
    bob, zoe = await join(world, Role.VIEWER), await join(world, Role.VIEWER, "zoe@example.com")
    before = len(await told(world.db))
    for _ in range(2):
        await give(world, bob, Role.MEMBER, ADA)
    await leave(world.db, world.workspace_id, by=bob, now=world.clock())
    await remove(world, zoe, ADA)
    with pytest.raises(NotFoundError):
        await remove(world, zoe, ADA)
    assert (await told(world.db))[before:] == [
        "ada@example.com member.role_changed bob@example.com",
        "bob@example.com member.left bob@example.com",
        "ada@example.com member.removed zoe@example.com",
    ]
