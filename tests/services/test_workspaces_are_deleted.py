"""A workspace goes at once and for everybody, whatever is under way in it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import func, select, text

from cronbeats.domain.access import Role
from cronbeats.domain.audit import OPERATOR, Actor, AuditAction, FieldChange
from cronbeats.domain.blind_window import ALWAYS_HEARD
from cronbeats.domain.delivery import Delivered
from cronbeats.domain.errors import (
    InvalidValueError,
    LinkGoneError,
    NotAllowedError,
    WorkspaceGoneError,
)
from cronbeats.domain.hint import Gathered
from cronbeats.domain.job import Rules, new_state
from cronbeats.domain.job_wish import JobWish
from cronbeats.domain.schedule import Every
from cronbeats.services.delete_workspaces import clear_deleted_workspaces, delete_workspace
from cronbeats.services.invite_people import accept, invite
from cronbeats.services.manage_api_keys import create_api_key
from cronbeats.services.manage_integrations import save_alert_rules, save_integration
from cronbeats.services.manage_jobs import create_job, declare_job
from cronbeats.services.manage_workspaces import rename_workspace
from cronbeats.services.run_drill import run_drill
from cronbeats.services.set_up import set_up
from cronbeats.storage import api_keys, jobs, ledger, members, reminders, workspaces
from cronbeats.storage.database import Database
from cronbeats.storage.jobs import NewJob
from cronbeats.storage.schema import audit_log, job_states
from cronbeats.storage.schema import jobs as all_jobs
from tests.support.databases import CIPHER
from tests.support.outbox import endings, fail_a_job
from tests.support.people import add_person, person
from tests.support.pruning import in_all, pace
from tests.support.stored_rows import stored_rows
from tests.support.world import Json, World

ADA = person(1)
DONE = 200
Act = Callable[[World, Json, str, Actor], Awaitable[object]]


async def delete(world: World, name: str = "Home", by: Actor = ADA) -> str:
    return await delete_workspace(world.db, world.workspace_id, name, by=by, now=world.clock())


async def ping(world: World, job: Json, _token: str, _bob: Actor) -> object:
    return (await world.ping(job, "/end/fail")).status_code


async def declare(world: World, _job: Json, _token: str, _bob: Actor) -> object:
    wishes = {"expected_interval_seconds": 60}
    return (await world.api("PUT", "/jobs/by-name/Fresh", wishes)).status_code


async def make(world: World, _job: Json, _token: str, _bob: Actor) -> object:
    wishes = {"name": "Fresh", "expected_interval_seconds": 60}
    headers = {"Idempotency-Key": "once"}
    return (await world.api("POST", "/jobs", wishes, headers=headers)).status_code


async def join(world: World, _job: Json, token: str, bob: Actor) -> object:
    await accept(world.db, token, by=bob, now=world.clock())
    return DONE


async def make_key(world: World, _job: Json, _token: str, _bob: Actor) -> object:
    await create_api_key(world.db, world.workspace_id, name="k", by=OPERATOR, now=world.clock())
    return DONE


async def set_up_webhook(world: World, _job: Json, _token: str, _bob: Actor) -> object:
    hook = {"url": "https://receiver.test/new"}
    return (await world.api("PUT", "/integrations/webhook", hook)).status_code


async def choose_rules(world: World, _job: Json, _token: str, _bob: Actor) -> object:
    rules = {"reminder_interval_seconds": 600}
    return (await world.api("PUT", "/integrations/alert-rules", rules)).status_code


# What is done, and what comes of it when the workspace went before.
ACTS: dict[Act, object] = {
    ping: 404,
    declare: 401,
    make: 401,
    set_up_webhook: 401,
    choose_rules: 401,
    join: LinkGoneError,
    make_key: WorkspaceGoneError,
}


async def count_living_jobs(world: World) -> tuple[int, int]:
    """Return how many jobs are in some list, and how many the clock would look at."""
    async with world.db.read() as tx:
        listed = await tx.scalar(
            select(func.count()).select_from(all_jobs).where(all_jobs.c.deleted_at.is_(None))
        )
        armed = await tx.scalar(
            select(func.count()).select_from(job_states).where(job_states.c.wake_at.is_not(None))
        )
    return listed or 0, armed or 0


async def test_a_deleted_workspace_is_there_for_nobody(world: World) -> None:
    job = await world.make_job()
    made = await invite(world.db, world.workspace_id, Role.ADMIN, by=ADA, now=world.clock())
    other = await set_up(world.db, "Office", "ada@example.com", world.clock())
    assert await delete(world, " Home ") == "Home"
    assert (await world.ping(job)).status_code == 404
    assert (await world.api("GET", "/jobs")).status_code == 401
    bob = person(await add_person(world.db, "bob@example.com", None), "bob@example.com")
    with pytest.raises(LinkGoneError):
        await accept(world.db, made.token, by=bob, now=world.clock())
    async with world.db.read() as tx:
        [left] = await members.memberships_of(tx, 1)
        assert [each.name for each in await workspaces.browse(tx)] == ["Office"]
    assert left.workspace_id == other.workspace_id
    assert (await world.api("GET", "/jobs", key=other.api_key)).status_code == 200
    with pytest.raises(WorkspaceGoneError):
        await delete(world)
    await set_up(world.db, "Home", "ada@example.com", world.clock())


async def test_a_request_that_was_let_in_before_comes_too_late(world: World) -> None:
    await delete(world)
    before = await stored_rows(world.db)
    db, here, now = world.db, world.workspace_id, world.clock()
    wish = JobWish("Fresh", expected_interval_seconds=60)
    hook = {"url": "https://receiver.test/new"}
    too_late: list[Awaitable[object]] = [
        create_job(db, here, wish, now, by=ADA),
        declare_job(db, here, wish, now, by=ADA, blind=ALWAYS_HEARD),
        save_integration(db, world.sender, here, hook, is_enabled=True, by=ADA, now=now),
        save_alert_rules(db, here, {"alert_on_late": True}, now, by=ADA),
        create_api_key(db, here, name="k", by=OPERATOR, now=now),
        invite(db, here, Role.ADMIN, by=OPERATOR, now=now),
        rename_workspace(db, here, "Office", by=OPERATOR, now=now),
        run_drill(
            db, here, world.clock, by=ADA, alerts_are_owed=lambda: None, pause=world.pass_time
        ),
    ]
    for each in too_late:
        with pytest.raises(WorkspaceGoneError):
            await each
    assert await stored_rows(world.db) == before


async def test_open_pages_hear_that_it_is_gone(world: World) -> None:
    await world.make_job()
    heard = list[Gathered]()
    world.db.listen(heard.append)
    await delete(world)
    [hints] = [each[world.workspace_id] for each in heard]
    assert hints.is_any
    assert hints.are_readers_new, "whoever listens is looked at first"


async def test_who_deleted_it_is_kept_in_no_workspace(world: World) -> None:
    await world.make_job()
    await delete(world)
    async with world.db.read() as tx:
        [row] = await tx.execute(select(audit_log).where(audit_log.c.workspace_id.is_(None)))
    assert (row.action, row.actor_id, row.target_id) == (AuditAction.WORKSPACE_DELETED, 1, 1)
    assert row.target_name == "Home"
    told = [FieldChange(**change) for change in row.changes]
    assert told == [FieldChange(what, "1") for what in ("jobs", "api_keys", "members")]


async def test_whoever_may_not_or_mistypes_changes_nothing(world: World) -> None:
    await world.make_job()
    admin = await add_person(world.db, "bob@example.com", None)
    async with world.db.write() as tx:
        await members.add(tx, world.workspace_id, admin, Role.ADMIN, world.clock())
    before = await stored_rows(world.db)
    for name in ("", "home", "Hom"):
        with pytest.raises(InvalidValueError) as caught:
            await delete(world, name)
        assert set(caught.value.errors) == {"name"}
    with pytest.raises(NotAllowedError):
        await delete(world, by=person(admin))
    assert await stored_rows(world.db) == before


async def test_nothing_is_sent_afterwards_and_what_is_on_its_way_is_settled(world: World) -> None:
    await world.api("PUT", "/integrations/alert-rules", {"reminder_interval_seconds": 60})
    await world.make_job(name="Quiet")
    await fail_a_job(world)
    await world.deliver_all()
    await fail_a_job(world)
    [claimed] = await world.claim()
    await fail_a_job(world)
    sent = len(world.sender.configs)
    await delete(world)
    assert (await world.settle(claimed, Delivered(200, 1))).was_lost
    await world.pass_time(300, step=30)
    assert len(world.sender.configs) == sent
    assert sorted(await endings(world)) == [
        ("job.down", "sent"),
        ("job.down", "superseded"),
        ("job.down", "superseded"),
    ]
    assert await count_living_jobs(world) == (0, 0)


@pytest.mark.parametrize("is_last", [True, False])
async def test_what_happens_at_the_same_moment_leaves_nothing_behind(
    world: World, database_url: str, *, is_last: bool
) -> None:
    job, other = await world.make_job(), Database(database_url)
    made = await invite(world.db, world.workspace_id, Role.ADMIN, by=ADA, now=world.clock())
    bob = person(await add_person(world.db, "bob@example.com", None), "bob@example.com")
    under_way: list[Awaitable[object]] = [act(world, job, made.token, bob) for act in ACTS]
    under_way.insert(len(ACTS) if is_last else 0, delete(world))
    begun: list[asyncio.Future[object]] = []
    async with other.write() as tx:
        # Somebody else is at it, so that all of them queue up.
        await workspaces.lock(tx, world.workspace_id)
        for each in under_way:
            begun.append(asyncio.ensure_future(each))
            await asyncio.sleep(0.05)
    async with asyncio.timeout(10):
        ended = await asyncio.gather(*begun, return_exceptions=True)
    assert ended.pop(len(ACTS) if is_last else 0) == "Home"
    for (act, gone), came in zip(ACTS.items(), ended, strict=True):
        went_before = type(came) if isinstance(came, Exception) else came
        assert came in {DONE, 201} or went_before == gone, (act, came)
    await other.close()
    assert await count_living_jobs(world) == (0, 0)
    assert await world.claim() == []
    async with world.db.read() as tx:
        assert await members.count(tx, world.workspace_id) == 0
        assert await api_keys.browse(tx, world.workspace_id) == []
    world.clock.turn(1)
    assert await in_all(clear_deleted_workspaces(world.db, pace(), world.clock())) > 0
    assert {row.workspace_id for row in await stored_rows(world.db)} == {None}


async def test_a_ping_that_plans_reminders_and_a_deletion_do_not_block_one_another(
    world: World, database_url: str
) -> None:
    job, other = await world.make_job(), Database(database_url)
    async with other.write() as tx:
        await jobs.lock_one(tx, world.workspace_id, job["id"])
        deletion = asyncio.create_task(delete(world))
        await asyncio.sleep(0.05)
        async with asyncio.timeout(5):
            await reminders.hold_rules(tx, [world.workspace_id])
    assert await deletion == "Home"
    await other.close()


async def somebody_waits(db: Database) -> None:
    """Wait until a transaction of the database waits for another one."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    async with asyncio.timeout(10):
        count = 0
        while not count:
            await asyncio.sleep(0.01)
            async with db.read() as tx:
                count = (await tx.execute(waiting)).scalar_one()


@pytest.mark.parametrize(
    ("act", "left"), [(delete, 0), (lambda world: declare(world, {}, "", ADA), 1)]
)
async def test_a_ping_of_a_job_made_meanwhile_blocks_nobody_who_wants_its_workspace(
    postgres_database_url: str, act: Callable[[World], Awaitable[object]], left: int
) -> None:
    world, pinging = (
        World(Database(postgres_database_url, cipher=CIPHER)),
        Database(postgres_database_url),
    )
    await world.settle_in()
    async with pinging.write() as ping_tx:
        async with world.db.write() as tx:
            await workspaces.lock(tx, world.workspace_id)
            waiting = asyncio.ensure_future(act(world))
            await somebody_waits(world.db)
            fresh = NewJob(world.workspace_id, "abcdefgh", "Fresh", Rules(Every(60), 0))
            async with world.db.write() as making:
                made = await jobs.add(making, fresh, new_state(world.clock()))
                await ledger.open_account(making, made)
            assert await jobs.lock_by_keys(ping_tx, [made.key]) != []
        await somebody_waits(world.db)
        async with asyncio.timeout(5):
            await reminders.hold_rules(ping_tx, [world.workspace_id])
    assert await waiting in {"Home", DONE}
    assert (await count_living_jobs(world))[0] == left
    for each in (world.db, pinging):
        await each.close()
