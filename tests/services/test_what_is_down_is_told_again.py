"""Reminders: as long as a job stays down, people are told of it every interval."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text

from cronbeats.domain.job import Rules, State, Status
from cronbeats.domain.schedule import Every
from cronbeats.services.check_deadlines import check_deadlines, next_deadline
from cronbeats.services.set_up import set_up
from cronbeats.services.stay_aware import stay_aware
from cronbeats.storage.jobs import NewJob, add, due_reminders_query
from cronbeats.storage.ledger import open_account
from cronbeats.storage.schema import reminders
from tests.support.explain import plan_of
from tests.support.world import Json, World

HOUR = 3_600
MANY = 2_000
DOWN, REMINDER, RECOVERED = "job.down", "job.reminder", "job.recovered"


async def test_a_job_that_stays_down_is_told_again_every_interval(world: World) -> None:
    await ask_for_reminders(world, HOUR)
    job = await fail_a_job(world)
    await world.pass_time(3 * HOUR - 1, step=60)
    assert world.sender.told == [DOWN, REMINDER, REMINDER]
    await world.pass_time(1)
    await world.ping(job)
    await world.pass_time(5 * HOUR, step=600)
    assert world.sender.told[:5] == [DOWN, REMINDER, REMINDER, REMINDER, RECOVERED]
    assert REMINDER not in world.sender.told[5:6]


async def test_nobody_is_told_again_who_did_not_ask_for_it(world: World) -> None:
    await fail_a_job(world)
    await world.pass_time(20 * HOUR, step=HOUR)
    assert world.sender.told == [DOWN]
    assert await next_deadline(world.db) is None


async def test_a_reminder_says_for_how_long_how_many_and_why(world: World) -> None:
    await ask_for_reminders(world, HOUR)
    job = await world.make_job(expected_interval_seconds=1_200, grace_seconds=0)
    await world.ping(job)
    await world.pass_time(1_200 + HOUR, step=20)
    alert = world.sender.delivered[-1]
    assert alert.kind == REMINDER
    assert alert.text == (
        "Backup is still down, for 1 h, 4 runs missed: "
        "expected at 2026-03-02 12:20 UTC, it did not run."
    )
    assert alert.incident is not None
    assert (alert.incident.missed_runs, alert.incident.ended_at) == (4, None)
    assert alert.job is not None
    assert alert.job.status == "down"


@pytest.mark.parametrize("ending", ["pause", "delete"])
async def test_a_job_that_is_paused_or_deleted_is_not_told_again(world: World, ending: str) -> None:
    await ask_for_reminders(world, HOUR)
    job = await fail_a_job(world)
    await world.api("POST", f"/jobs/{job['id']}/{ending}")
    await world.pass_time(3 * HOUR, step=HOUR)
    assert world.sender.told == [DOWN]
    assert await next_deadline(world.db) is None
    async with world.db.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(reminders)) == 0


async def test_after_a_long_absence_of_ours_one_reminder_comes_for_all(world: World) -> None:
    await ask_for_reminders(world, HOUR)
    await fail_a_job(world)
    await world.deliver_all()
    world.clock.turn(7.9 * HOUR)
    looks = [(await world.look()).owed_alerts for _ in range(3)]
    assert looks == [1, 0, 0]
    await world.pass_time(1.05 * HOUR, step=60)
    assert world.sender.told == [DOWN, REMINDER]
    await world.pass_time(0.1 * HOUR, step=60)
    assert world.sender.told == [DOWN, REMINDER, REMINDER]


async def test_a_look_for_another_reason_takes_no_reminder_away(world: World) -> None:
    await ask_for_reminders(world, HOUR)
    job = await world.make_job(max_runtime_seconds=HOUR - 10)
    await world.ping(job, "/end/fail")
    await world.ping(job, "/start")
    await world.pass_time(HOUR, step=10)
    assert world.sender.told == [DOWN, REMINDER]


async def test_reminders_do_not_need_that_the_incident_was_told(world: World) -> None:
    await save_rules(world, alert_on_down=False, reminder_interval_seconds=HOUR)
    await fail_a_job(world)
    await world.pass_time(HOUR, step=60)
    assert world.sender.told == [REMINDER]


async def test_a_new_rule_holds_for_what_is_down_already(world: World) -> None:
    await fail_a_job(world)
    await world.pass_time(5.5 * HOUR, step=HOUR)
    await ask_for_reminders(world, HOUR)
    await world.pass_time(0.5 * HOUR - 1, step=60)
    assert world.sender.told == [DOWN]
    await world.pass_time(1)
    assert world.sender.told == [DOWN, REMINDER]
    await ask_for_reminders(world, 60)
    await world.pass_time(60)
    assert world.sender.told == [DOWN, REMINDER, REMINDER]
    await ask_for_reminders(world, None)
    await world.pass_time(2 * HOUR, step=600)
    assert world.sender.told == [DOWN, REMINDER, REMINDER]


async def test_a_rule_that_is_saved_takes_no_reminder_away_that_is_due(world: World) -> None:
    await ask_for_reminders(world, HOUR)
    await fail_a_job(world)
    await world.deliver_all()
    world.clock.turn(HOUR + 0.2)
    await save_rules(world, alert_on_late=True)
    assert (await world.look()).owed_alerts == 1


async def test_one_workspaces_rule_is_not_anothers(world: World) -> None:
    others = await set_up(world.db, "Other", "bob@example.com", world.clock())
    await fail_a_job(world)
    ours, world.api_key = world.api_key, others.api_key
    await save_rules(world, alert_on_late=True)
    await fail_a_job(world)
    world.api_key = ours
    await ask_for_reminders(world, HOUR)
    async with world.db.read() as tx:
        planned = select(reminders.c.workspace_id, reminders.c.due_at.is_not(None))
        assert {tuple(row) for row in await tx.execute(planned)} == {
            (world.workspace_id, True),
            (others.workspace_id, False),
        }


async def test_a_second_incident_is_counted_from_its_own_beginning(world: World) -> None:
    await ask_for_reminders(world, HOUR)
    job = await fail_a_job(world)
    await world.pass_time(0.9 * HOUR, step=60)
    await world.ping(job)
    await world.ping(job, "/end/fail")
    await world.pass_time(0.9 * HOUR, step=60)
    assert REMINDER not in world.sender.told
    await world.pass_time(0.1 * HOUR, step=60)
    assert world.sender.told[-1] == REMINDER


async def test_a_clock_that_was_set_back_silences_no_reminder(world: World) -> None:
    await ask_for_reminders(world, HOUR)
    await stay_aware(world.db, world.clock)
    world.clock.turn(1_000 * HOUR)
    await stay_aware(world.db, world.clock)
    await fail_a_job(world)
    world.clock.turn(-1_000 * HOUR)
    await stay_aware(world.db, world.clock)
    await world.pass_time(HOUR, step=60)
    assert world.sender.told == [DOWN, REMINDER]


async def test_what_is_to_be_told_again_is_found_through_an_index(world: World) -> None:
    state = State(Status.DOWN, since=world.clock())
    later = world.clock() + timedelta(days=1)
    async with world.db.write() as tx:
        for number in range(MANY):
            new = NewJob(world.workspace_id, f"{number:08}", "Dead", Rules(Every(60)))
            job = await add(tx, new, state)
            await open_account(tx, job)
            planned = {"announced_at": state.since, "told_at": state.since, "due_at": later}
            values = {"job_id": job.id, "workspace_id": world.workspace_id, **planned}
            await tx.execute(insert(reminders).values(values))
        await tx.execute(text("ANALYZE"))
        plan = await plan_of(tx, due_reminders_query(world.clock(), limit=500))
    assert "ix_reminders_due_at" in plan
    assert "Seq Scan" not in plan
    assert "SCAN jobs" not in plan


async def test_a_job_that_cannot_be_judged_keeps_no_other_from_being_told(world: World) -> None:
    await ask_for_reminders(world, HOUR)
    broken = await fail_a_job(world)
    await fail_a_job(world)
    await world.deliver_all()
    async with world.db.write() as tx:
        await tx.execute(
            text("UPDATE jobs SET cron_expression = 'no such' WHERE id = :id"), {"id": broken["id"]}
        )
    world.clock.turn(HOUR)
    look = await check_deadlines(world.db, world.clock())
    assert (look.owed_alerts, [job_id for job_id, _ in look.failed]) == (1, [broken["id"]])


async def ask_for_reminders(world: World, seconds: int | None) -> None:
    await save_rules(world, reminder_interval_seconds=seconds)


async def save_rules(world: World, **rules: object) -> None:
    answer = await world.api("PUT", "/integrations/alert-rules", rules)
    assert answer.status_code == 200, answer.text


async def fail_a_job(world: World) -> Json:
    job = await world.make_job()
    await world.ping(job, "/end/fail")
    return job
