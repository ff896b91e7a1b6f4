"""Owners make, list and revoke the API keys of their workspace, and so does the command line."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from cronbeats.domain.access import Role
from cronbeats.domain.api_key import KeyStatus, MadeKey
from cronbeats.domain.audit import OPERATOR, Actor
from cronbeats.domain.errors import InvalidValueError, NotAllowedError, NotFoundError
from cronbeats.services.manage_api_keys import (
    MOST_KEYS,
    browse_api_keys,
    create_api_key,
    find_api_key,
    revoke_api_key,
)
from cronbeats.services.set_up import set_up
from cronbeats.storage import users
from cronbeats.storage.schema import api_keys, members
from tests.api.answers import data_of, problem_of
from tests.support.people import person
from tests.support.world import World

OWNER = person(1)
NO_ROLE = "insufficient_permissions"
# Joined letters and a joined emoji, which Python does not take for printable.
JOINED = ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0646", "👩\u200d💻")


async def make(
    world: World, name: str = "CI", role: Role = Role.ADMIN, by: Actor = OWNER
) -> MadeKey:
    return await create_api_key(
        world.db, world.workspace_id, name=name, role=role, by=by, now=world.clock()
    )


async def add_member(world: World, role: Role, email: str = "bob@example.com") -> int:
    async with world.db.write() as tx:
        user_id = await users.find_or_add(tx, email, world.clock())
        values = {"workspace_id": world.workspace_id, "user_id": user_id, "role": role}
        await tx.execute(insert(members).values(**values, created_at=world.clock()))
    return user_id


async def test_a_new_key_works_at_once_with_its_role(world: World) -> None:
    made = await make(world, "  Viewer's own ", Role.VIEWER)
    assert (made.key.name, made.key.created_by) == ("Viewer's own", "ada@example.com")
    data_of(await world.api("GET", "/jobs", key=made.secret))
    problem_of(await world.api("POST", "/jobs", {}, key=made.secret), 403, NO_ROLE)
    admin = await make(world)
    data_of(await world.api("PUT", "/integrations/alert-rules", {}, key=admin.secret))


async def test_the_secret_is_kept_nowhere(world: World) -> None:
    made = await make(world)
    async with world.db.read() as tx:
        rows = (await tx.execute(select(api_keys))).all()
    assert made.secret not in str(rows)
    assert made.secret not in str(await browse_api_keys(world.db, world.workspace_id))


async def test_only_owners_and_the_command_line_make_and_revoke_keys(world: World) -> None:
    existing = await make(world, by=OPERATOR)
    elsewhere = await set_up(world.db, "Office", "eve@example.com", world.clock())
    strangers = [await add_member(world, role, f"{role}@x.test") for role in Role]
    owner_too = strangers.pop(list(Role).index(Role.OWNER))
    assert elsewhere.workspace_id != world.workspace_id
    refused = [(each, NotAllowedError) for each in strangers] + [(2, NotFoundError)]
    for stranger, error in refused:
        with pytest.raises(error):
            await make(world, by=person(stranger))
        with pytest.raises(error):
            await revoke_api_key(
                world.db,
                world.workspace_id,
                existing.key.id,
                by=person(stranger),
                now=world.clock(),
            )
    assert (await make(world, by=person(owner_too))).key.created_by == "owner@x.test"
    data_of(await world.api("GET", "/jobs", key=existing.secret))


async def test_a_revoked_key_stops_at_once_and_stays_revoked_since_then(world: World) -> None:
    made = await make(world)
    first = world.clock()
    for _ in range(2):
        ended = await revoke_api_key(
            world.db, world.workspace_id, made.key.id, by=OWNER, now=world.clock()
        )
        assert ended.revoked_at == first
        problem_of(await world.api("GET", "/jobs", key=made.secret), 401, "invalid_api_key")
        world.clock.turn(5)
    data_of(await world.api("GET", "/jobs"))


async def test_another_workspaces_key_cannot_be_revoked(world: World) -> None:
    made = await make(world)
    other = await set_up(world.db, "Office", "ada@example.com", world.clock())
    for key_id in (made.key.id, 999):
        with pytest.raises(NotFoundError):
            await revoke_api_key(world.db, other.workspace_id, key_id, by=OWNER, now=world.clock())
    data_of(await world.api("GET", "/jobs", key=made.secret))
    assert {each.workspace_id for each in await browse_api_keys(world.db, 2)} == {2}
    assert len(await browse_api_keys(world.db, None)) == 3


async def test_a_key_works_as_long_as_its_maker_is_an_owner(world: World) -> None:
    bob = await add_member(world, Role.OWNER)
    by_bob, by_nobody = await make(world, by=person(bob)), await make(world, by=OPERATOR)
    data_of(await world.api("GET", "/jobs", key=by_bob.secret))
    own = members.c.user_id == bob
    async with world.db.write() as tx:
        await tx.execute(update(members).where(own).values(role=Role.ADMIN))
    problem_of(await world.api("GET", "/jobs", key=by_bob.secret), 401, "invalid_api_key")
    async with world.db.write() as tx:
        await tx.execute(members.delete().where(own))
    problem_of(await world.api("GET", "/jobs", key=by_bob.secret), 401, "invalid_api_key")
    data_of(await world.api("GET", "/jobs", key=by_nobody.secret))
    [_, shown, _] = await browse_api_keys(world.db, world.workspace_id)
    assert shown.status(world.clock()) is KeyStatus.ORPHANED
    assert shown.created_by == "bob@example.com"


async def test_what_breaks_a_rule_is_told_by_its_field(world: World) -> None:
    name_rule = ["Must be 1 to 200 printable characters long."]
    for name in ("", " ", "two\nlines", "a\0", "\udcff", "x" * 201):
        with pytest.raises(InvalidValueError) as caught:
            await make(world, name)
        assert caught.value.errors == {"name": name_rule}, name
    for past in (timedelta(0), timedelta(days=-1)):
        with pytest.raises(InvalidValueError) as caught:
            await create_api_key(
                world.db,
                world.workspace_id,
                name="CI",
                expires_at=world.clock() + past,
                by=OPERATOR,
                now=world.clock(),
            )
        assert caught.value.errors == {"expires": ["Must be in the future."]}
    with pytest.raises(NotFoundError):
        await create_api_key(world.db, 999, name="CI", by=OPERATOR, now=world.clock())
    for name in ("x" * 200, *JOINED):
        assert (await make(world, name)).key.name == name


async def test_keys_are_not_without_number_but_ended_ones_do_not_count(world: World) -> None:
    first = await make(world)
    await asyncio.gather(*(make(world, f"Key {n}") for n in range(MOST_KEYS - 3)))
    results = await asyncio.gather(*(make(world) for _ in range(4)), return_exceptions=True)
    refused = [each for each in results if isinstance(each, InvalidValueError)]
    assert len(refused) == 3
    assert str(refused[0]) == (
        f"workspace: A workspace has at most {MOST_KEYS} API keys; revoke one first."
    )
    await revoke_api_key(world.db, world.workspace_id, first.key.id, by=OWNER, now=world.clock())
    await make(world)


async def test_a_key_is_found_by_its_id_its_beginning_or_all_of_it(world: World) -> None:
    made = await make(world)
    for text in (str(made.key.id), made.key.prefix, made.secret):
        assert (await find_api_key(world.db, text)).id == made.key.id
    for text in ("999", "9" * 30, "cb_", "nonsense", made.secret[:-1], "٣", made.key.prefix[3:]):
        if text != "cb_":
            with pytest.raises(NotFoundError):
                await find_api_key(world.db, text)
    with pytest.raises(InvalidValueError) as caught:
        await find_api_key(world.db, "cb_")
    assert f"2 ({made.key.prefix}…, CI)" in str(caught.value)


async def test_the_case_of_a_beginning_counts(world: World) -> None:
    made = await make(world)
    async with world.db.write() as tx:
        own = api_keys.c.id == made.key.id
        await tx.execute(update(api_keys).where(own).values(prefix="cb_aBcDe"))
    assert (await find_api_key(world.db, "cb_aBcDe")).id == made.key.id
    with pytest.raises(NotFoundError):
        await find_api_key(world.db, "cb_abcde")


async def test_a_revoked_key_is_meant_only_when_no_other_begins_so(world: World) -> None:
    made = [await make(world) for _ in range(2)]
    async with world.db.write() as tx:
        await tx.execute(update(api_keys).values(prefix="cb_aaaaa"))
    for each in (1, made[0].key.id):
        await revoke_api_key(world.db, world.workspace_id, each, by=OPERATOR, now=world.clock())
    assert (await find_api_key(world.db, "cb_aaaaa")).id == made[1].key.id
    await revoke_api_key(
        world.db, world.workspace_id, made[1].key.id, by=OPERATOR, now=world.clock()
    )
    with pytest.raises(InvalidValueError):
        await find_api_key(world.db, "cb_aaaaa")
