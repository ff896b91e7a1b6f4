"""People join by a link that works once, for whom it is meant, as long as it may."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from cronbeats.domain.access import Role
from cronbeats.domain.audit import Actor
from cronbeats.domain.errors import (
    ConflictError,
    InvalidValueError,
    LinkGoneError,
    NotAllowedError,
    NotFoundError,
    ThrottledError,
)
from cronbeats.domain.membership import MOST_INVITATIONS
from cronbeats.domain.one_time_link import LinkPurpose
from cronbeats.domain.throttle import BY_ADDRESS, BY_INVITATION
from cronbeats.services.invite_people import (
    Invited,
    Joined,
    Newcomer,
    accept,
    browse_invitations,
    invite,
    join_as_newcomer,
    look_at_invitation,
    withdraw,
)
from cronbeats.services.manage_members import browse_members
from cronbeats.services.manage_workspaces import create_workspace
from cronbeats.services.recognize_visitor import recognize_visitor
from cronbeats.services.set_up import set_up
from cronbeats.storage import one_time_links
from cronbeats.storage.schema import one_time_links as links
from tests.support.audit import told
from tests.support.people import HASHES, HOME, PASSWORD, add_person, knock, person
from tests.support.world import World

ADA = person(1)


async def invited(
    world: World, role: Role = Role.MEMBER, email: str = "", by: Actor = ADA
) -> Invited:
    return await invite(world.db, world.workspace_id, role, email=email, by=by, now=world.clock())


async def join(
    world: World, token: str, email: str = "bob@example.com", password: str = PASSWORD
) -> Joined:
    newcomer = Newcomer(email, password, "Bob")
    return await join_as_newcomer(world.db, HASHES, token, newcomer, client=HOME, now=world.clock())


async def roles(world: World) -> dict[str, Role]:
    found = await browse_members(world.db, world.workspace_id)
    return {each.email: each.role for each in found}


async def test_somebody_new_joins_and_is_signed_in(world: World) -> None:
    made = await invited(world, Role.ADMIN)
    seen = await look_at_invitation(world.db, made.token, world.clock())
    assert (seen.workspace_name, seen.role, seen.created_by) == (
        "Home",
        Role.ADMIN,
        "ada@example.com",
    )
    joined = await join(world, made.token, " Bob@Example.com ")
    assert (await roles(world))["bob@example.com"] is Role.ADMIN
    assert joined.signed_in is not None
    visitor = await recognize_visitor(world.db, joined.signed_in.session, HOME, world.clock())
    assert visitor is not None
    assert (visitor.user.id, visitor.user.name) == (joined.user_id, "Bob")
    assert (await knock(world.db, email="bob@example.com", now=world.clock())).user_id
    assert (await told(world.db))[-2:] == [
        "ada@example.com member.invited Anybody with the link",
        "bob@example.com member.joined bob@example.com",
    ]


async def test_somebody_with_an_account_joins_as_who_they_are(world: World) -> None:
    bob = person(await add_person(world.db, "bob@example.com"), "bob@example.com")
    made = await invited(world, Role.VIEWER, "Bob@example.com")
    assert await accept(world.db, made.token, by=bob, now=world.clock()) == world.workspace_id
    assert (await roles(world))["bob@example.com"] is Role.VIEWER
    again = await invited(world)
    with pytest.raises(ConflictError):
        await accept(world.db, again.token, by=bob, now=world.clock())
    await look_at_invitation(world.db, again.token, world.clock())


async def test_a_link_works_once_however_many_use_it_at_once(world: World) -> None:
    made = await invited(world)
    ended = await asyncio.gather(
        *(join(world, made.token, f"p{number}@example.com") for number in range(4)),
        return_exceptions=True,
    )
    assert len([each for each in ended if isinstance(each, Joined)]) == 1
    assert len([each for each in ended if isinstance(each, LinkGoneError)]) == 3
    assert len(await roles(world)) == 2


async def test_a_link_that_is_used_withdrawn_expired_or_made_up_looks_alike(world: World) -> None:
    used, withdrawn, expired = [await invited(world) for _ in range(3)]
    await join(world, used.token)
    await withdraw(world.db, world.workspace_id, withdrawn.invitation.id, by=ADA, now=world.clock())
    async with world.db.write() as tx:
        other = await one_time_links.add(
            tx, LinkPurpose.RESET, lasts=timedelta(days=30), now=world.clock(), user_id=1
        )
    world.clock.turn(timedelta(days=7).total_seconds())
    for token in (used.token, withdrawn.token, expired.token, other, "", "x" * 5000):
        with pytest.raises(LinkGoneError):
            await look_at_invitation(world.db, token, world.clock())
        with pytest.raises(LinkGoneError):
            await join(world, token, "eve@example.com")
        with pytest.raises(LinkGoneError):
            await accept(world.db, token, by=person(2), now=world.clock())
    assert await browse_invitations(world.db, world.workspace_id, world.clock()) == []


async def test_an_invitation_with_an_address_is_for_nobody_else(world: World) -> None:
    made = await invited(world, email="bob@example.com")
    eve = person(await add_person(world.db, "eve@example.com"), "eve@example.com")
    with pytest.raises(NotAllowedError):
        await accept(world.db, made.token, by=eve, now=world.clock())
    with pytest.raises(NotAllowedError):
        await join(world, made.token, "mallory@example.com")
    await join(world, made.token, "bob@example.com")


async def test_nobody_takes_over_an_account_by_signing_up(world: World) -> None:
    # That of `ada`, made at the command line, has no password yet.
    made = await invited(world)
    with pytest.raises(InvalidValueError) as caught:
        await join(world, made.token, "ada@example.com")
    assert set(caught.value.errors) == {"email"}
    await look_at_invitation(world.db, made.token, world.clock())


async def test_what_breaks_a_rule_is_told_by_its_field(world: World) -> None:
    made = await invited(world)
    with pytest.raises(InvalidValueError) as caught:
        await join(world, made.token, "nobody", "short")
    assert set(caught.value.errors) == {"email", "password"}
    with pytest.raises(InvalidValueError) as caught:
        await invited(world, email="nobody")
    assert set(caught.value.errors) == {"email"}
    with pytest.raises(InvalidValueError) as caught:
        await invited(world, email="Ada@example.com")
    assert caught.value.errors == {"email": ["Is a member of this workspace already."]}
    for lasts in (timedelta(0), timedelta(days=31)):
        with pytest.raises(InvalidValueError) as caught:
            await invite(
                world.db, world.workspace_id, Role.VIEWER, lasts=lasts, by=ADA, now=world.clock()
            )
        assert set(caught.value.errors) == {"expires"}


async def test_nobody_invites_to_more_than_they_may(world: World) -> None:
    people = {}
    for role in Role:
        token = (await invited(world, role)).token
        joined = await join(world, token, f"{role}@example.com")
        people[role] = person(joined.user_id, f"{role}@example.com")
    for own, role in (
        (Role.ADMIN, Role.ADMIN),
        (Role.ADMIN, Role.OWNER),
        (Role.MEMBER, Role.VIEWER),
        (Role.VIEWER, Role.VIEWER),
    ):
        with pytest.raises(NotAllowedError):
            await invited(world, role, by=people[own])
    made = await invited(world, Role.ADMIN)
    with pytest.raises(NotAllowedError):
        await withdraw(
            world.db,
            world.workspace_id,
            made.invitation.id,
            by=people[Role.ADMIN],
            now=world.clock(),
        )
    await invited(world, Role.MEMBER, by=people[Role.ADMIN])


async def test_another_workspaces_invitations_are_not_found(world: World) -> None:
    other = await set_up(world.db, "Elsewhere", "eve@example.com", world.clock())
    made = await invited(world)
    eve = person(2, "eve@example.com")
    for workspace_id in (other.workspace_id, world.workspace_id):
        with pytest.raises(NotFoundError):
            await withdraw(world.db, workspace_id, made.invitation.id, by=eve, now=world.clock())
    assert await browse_invitations(world.db, other.workspace_id, world.clock()) == []


async def test_the_token_is_kept_nowhere(world: World) -> None:
    made = await invited(world)
    async with world.db.read() as tx:
        assert made.token not in str((await tx.execute(select(links))).all())
    assert made.token not in repr(made)


async def test_invitations_are_not_without_number(world: World) -> None:
    made = [await invited(world, email=f"{n}@example.com") for n in range(MOST_INVITATIONS)]
    assert all(each.may_be_mailed for each in made)
    with pytest.raises(InvalidValueError) as caught:
        await invited(world)
    assert set(caught.value.errors) == {"workspace"}
    await withdraw(world.db, world.workspace_id, made[0].invitation.id, by=ADA, now=world.clock())
    await invited(world)
    # Another workspace is no way to send more letters.
    other = await create_workspace(world.db, "Elsewhere", by=ADA, now=world.clock())
    beyond = await invite(
        world.db, other, Role.VIEWER, email="x@example.com", by=ADA, now=world.clock()
    )
    assert not beyond.may_be_mailed


async def test_accounts_cannot_be_guessed_behind_an_invitation(world: World) -> None:
    await add_person(world.db, "bob@example.com")
    made, other = await invited(world), await invited(world)
    for number in range(BY_INVITATION.burst):
        with pytest.raises(InvalidValueError):
            await join(world, made.token, f"bob@example.com{' ' * number}")
    for email in ("bob@example.com", "eve@example.com"):
        with pytest.raises(ThrottledError) as caught:
            await join(world, made.token, email)
        assert caught.value.retry_after_seconds == 60
    await join(world, other.token, "zoe@example.com")
    world.clock.turn(60)
    await join(world, made.token, "eve@example.com")


async def test_who_mistypes_or_joins_uses_up_no_tries(world: World) -> None:
    made = await invited(world)
    for _ in range(BY_INVITATION.burst + 1):
        with pytest.raises(InvalidValueError):
            await join(world, made.token, password="short")
    await join(world, made.token)
    for number in range(BY_ADDRESS.burst + 1):
        await join(world, (await invited(world)).token, f"p{number}@example.com")


async def test_many_invitations_do_not_help_an_address_to_guess(world: World) -> None:
    await add_person(world.db, "bob@example.com")
    tokens = [(await invited(world)).token for _ in range(4)]
    for number in range(BY_ADDRESS.burst):
        with pytest.raises(InvalidValueError):
            await join(world, tokens[number // BY_INVITATION.burst], "bob@example.com")
    with pytest.raises(ThrottledError):
        await join(world, tokens[3], "bob@example.com")
