"""What two people change of a job at the same time, and what it tells meanwhile, is all kept."""

import asyncio
from dataclasses import replace

from cronbeats.domain.job import Rules
from cronbeats.domain.schedule import Every
from cronbeats.domain.state_machine import on_edit
from cronbeats.storage import jobs, ledger, reminders
from cronbeats.storage.database import Database
from tests.support.world import World


async def test_edits_of_different_fields_are_all_kept(world: World) -> None:
    job = await world.make_job()
    changes = {
        "name": "New",
        "description": "New",
        "tags": ["new"],
        "grace_seconds": 7,
        "down_after_seconds": 8,
        "failure_tolerance": 9,
        "recovery_threshold": 10,
    }
    path = f"/jobs/{job['id']}"
    edits = [world.api("PATCH", path, {name: value}) for name, value in changes.items()]
    assert {answer.status_code for answer in await asyncio.gather(*edits)} == {200}
    edited = await world.get_job(job)
    assert {name: edited[name] for name in changes} == changes


async def test_a_ping_that_waited_for_an_edit_is_judged_by_the_new_rules(
    world: World, database_url: str
) -> None:
    job, other = await world.make_job(expected_interval_seconds=60), Database(database_url)
    async with other.write() as tx:
        before = await jobs.lock_one(tx, world.workspace_id, job["id"])
        assert before is not None
        edited = replace(before, rules=Rules(Every(3_600)))
        change = on_edit(before, edited, world.clock())
        await jobs.save_configuration(tx, change.job)
        await ledger.record(tx, [ledger.Entry(change)], world.clock())
        ping = asyncio.create_task(world.ping(job))
        await asyncio.sleep(0.05)
    assert (await ping).status_code == 200
    state = (await world.get_job(job))["state"]
    assert state["next_expected_at"] == "2026-03-02T13:00:00Z"
    await other.close()


async def test_a_ping_that_plans_reminders_and_a_declaration_do_not_block_one_another(
    world: World, database_url: str
) -> None:
    job, other = await world.make_job(), Database(database_url)
    async with other.write() as tx:
        assert await jobs.lock_one(tx, world.workspace_id, job["id"]) is not None
        wishes = {"expected_interval_seconds": 120}
        declaration = asyncio.create_task(world.api("PUT", "/jobs/by-name/Backup", wishes))
        await asyncio.sleep(0.05)
        async with asyncio.timeout(5):
            await reminders.hold_rules(tx, [world.workspace_id])
    assert (await declaration).status_code == 200
    await other.close()
