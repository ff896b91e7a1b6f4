"""Who is refused at the gate can do nothing, whichever route is tried."""

from datetime import datetime, timedelta

from sqlalchemy import insert, update

from cronbeats.domain.access import Role
from cronbeats.domain.keys import new_api_key
from cronbeats.storage import api_keys, users, workspaces
from cronbeats.storage.database import Transaction
from cronbeats.storage.schema import members, request_counts
from tests.api.answers import problem_of
from tests.api.furnished import ask, furnish
from tests.api.routes import all_routes
from tests.support.stored_rows import stored_rows, without
from tests.support.world import World


async def test_who_has_no_key_that_works_changes_nothing_and_is_not_counted(world: World) -> None:
    ada = await furnish(world, world.api_key, "ada")
    refused = await keys_that_do_not_work(world)
    before, sent = await stored_rows(world.db), len(world.sender.attempts)
    for why, key in refused.items():
        headers = {} if key is None else {"X-API-Key": key}
        for route in sorted(all_routes(world.senders)):
            answer = await ask(world, route, ada.ids, headers)
            assert answer.status_code == 401, (why, route)
            problem_of(answer, 401, "invalid_api_key")
        assert await stored_rows(world.db) == before, why
    assert len(world.sender.attempts) == sent


async def test_on_a_plan_without_the_api_an_owner_changes_nothing(world: World) -> None:
    ada = await furnish(world, world.api_key, "ada")
    for plan in ("free", "pro"):
        async with world.db.write() as tx:
            await workspaces.set_plan(tx, world.workspace_id, plan)
        before, sent = await stored_rows(world.db), len(world.sender.attempts)
        world.clock.turn(1)
        for route in sorted(all_routes(world.senders)):
            answer = await ask(world, route, ada.ids, {"X-API-Key": ada.key})
            problem_of(answer, 403, "business_plan_required")
        after = await stored_rows(world.db)
        assert without(after, request_counts) == without(before, request_counts), plan
        assert len(world.sender.attempts) == sent


async def keys_that_do_not_work(world: World) -> dict[str, str | None]:
    """Make keys of the workspace, all with the role owner, and let each end in its own way."""
    now = world.clock()
    async with world.db.write() as tx:
        revoked, revoked_id = await made_key(tx, world, created_by=1)
        await api_keys.revoke(tx, revoked_id, now)
        expired, _ = await made_key(tx, world, created_by=1, expires_at=now + timedelta(seconds=1))
        left = await users.find_or_add(tx, "left@example.com", now)
        of_who_left, _ = await made_key(tx, world, created_by=left)
        demoted = await users.find_or_add(tx, "demoted@example.com", now)
        await tx.execute(insert(members).values(member_of(world, demoted, Role.OWNER)))
        of_demoted, _ = await made_key(tx, world, created_by=demoted)
        to_admin = update(members).where(members.c.user_id == demoted)
        await tx.execute(to_admin.values(role=Role.ADMIN))
    world.clock.turn(1)
    return {
        "no key": None,
        "an unknown key": new_api_key().secret,
        "a revoked key": revoked,
        "an expired key": expired,
        "the key of an owner who left": of_who_left,
        "the key of an owner who is an admin now": of_demoted,
    }


async def made_key(
    tx: Transaction, world: World, *, created_by: int, expires_at: datetime | None = None
) -> tuple[str, int]:
    """Make a key with the role owner; return its secret and its id."""
    key = new_api_key()
    key_id = await api_keys.add(
        tx,
        world.workspace_id,
        key,
        name="k",
        role=Role.OWNER,
        created_by=created_by,
        now=world.clock(),
        expires_at=expires_at,
    )
    return key.secret, key_id


def member_of(world: World, user_id: int, role: Role) -> dict[str, object]:
    return {
        "workspace_id": world.workspace_id,
        "user_id": user_id,
        "role": role,
        "created_at": world.clock(),
    }
