"""A muted job is judged as ever; people are told of it when the mute is over."""

import pytest

from cronbeats.domain.delivery import Unreachable
from cronbeats.services.check_deadlines import next_deadline
from cronbeats.services.stay_aware import stay_aware
from tests.support.outbox import endings
from tests.support.world import Json, World

HOUR = 3_600
DOWN, LATE, REMINDER, RECOVERED = "job.down", "job.late", "job.reminder", "job.recovered"


async def test_nothing_is_told_of_a_muted_job_but_it_is_judged(world: World) -> None:
    await save_rules(world, alert_on_late=True, reminder_interval_seconds=60)
    job = await armed_job(world)
    await mute(world, job, HOUR)
    await world.pass_time(HOUR - 1, step=10)
    assert world.sender.told == []
    assert (await world.get_job(job))["status"] == "down"


async def test_a_job_that_went_down_is_told_when_the_mute_ends_once(world: World) -> None:
    job = await armed_job(world)
    await mute(world, job, HOUR)
    await world.pass_time(HOUR - 1, step=10)
    assert world.sender.told == []
    await world.pass_time(1)
    assert world.sender.told == [DOWN]
    await world.pass_time(10 * HOUR, step=600)
    assert world.sender.told == [DOWN]
    [alert] = world.sender.delivered
    assert alert.text == (
        "Backup is down: expected at 2026-03-02 12:01 UTC, it had not run by 2026-03-02 12:02 UTC. "
        "It was muted until 2026-03-02 13:00 UTC."
    )
    assert alert.incident is not None
    assert alert.occurred_at == alert.incident.started_at
    await world.ping(job)
    await world.deliver_all()
    assert world.sender.told == [DOWN, RECOVERED]


async def test_however_rarely_one_looks_it_is_the_same(world: World) -> None:
    job = await armed_job(world)
    await mute(world, job, HOUR)
    world.clock.turn(10 * HOUR)
    await world.look()
    await world.deliver_all()
    assert world.sender.told == [DOWN]
    assert "muted until 2026-03-02 13:00 UTC" in world.sender.delivered[0].text


async def test_what_began_and_ended_under_a_mute_is_told_to_nobody(world: World) -> None:
    job = await armed_job(world)
    await mute(world, job, HOUR)
    await world.ping(job, "/end/fail")
    await world.ping(job)
    await world.deliver_all()
    assert world.sender.told == []
    assert await next_deadline(world.db) == world.clock.turn(90)


async def test_a_recovery_from_what_people_know_of_is_told_in_spite_of_the_mute(
    world: World,
) -> None:
    job = await armed_job(world)
    await world.ping(job, "/end/fail")
    await world.deliver_all()
    await mute(world, job, HOUR)
    await world.ping(job)
    await world.deliver_all()
    assert world.sender.told == [DOWN, RECOVERED]


async def test_what_was_owed_before_the_mute_leaves_in_spite_of_it(world: World) -> None:
    job = await armed_job(world)
    await world.ping(job, "/end/fail")
    world.sender.answers.append(Unreachable("no answer"))
    await world.deliver()
    await mute(world, job, HOUR)
    await world.pass_time(10)
    assert world.sender.told == [DOWN]


async def test_what_became_true_before_the_mute_is_told_although_nobody_had_looked(
    world: World,
) -> None:
    job = await armed_job(world)
    world.clock.turn(120)
    await mute(world, job, HOUR)
    await world.deliver_all()
    assert world.sender.told == [DOWN]


async def test_the_end_of_a_mute_is_before_a_recovery_although_nobody_had_looked(
    world: World,
) -> None:
    job = await armed_job(world)
    await mute(world, job, HOUR)
    await world.ping(job, "/end/fail")
    world.clock.turn(HOUR)
    await world.ping(job)
    # Nobody could be told of the down before its end, so nobody is told of it afterwards.
    await world.deliver_all()
    assert await endings(world) == [(DOWN, "superseded"), (RECOVERED, "superseded")]


async def test_who_ends_a_mute_is_told_at_once_what_it_held_back(world: World) -> None:
    job = await armed_job(world)
    await mute(world, job, HOUR)
    await world.ping(job, "/end/fail")
    world.clock.turn(60)
    assert (await unmute(world, job))["muted_until"] is None
    await unmute(world, job)
    await world.deliver_all()
    assert world.sender.told == [DOWN]
    assert "muted until 2026-03-02 12:01 UTC" in world.sender.delivered[0].text


async def test_a_mute_can_be_made_longer_and_shorter(world: World) -> None:
    job = await armed_job(world)
    await mute(world, job, HOUR)
    await world.ping(job, "/end/fail")
    await world.pass_time(HOUR / 2, step=60)
    await mute(world, job, HOUR)
    await world.pass_time(HOUR - 1, step=60)
    assert world.sender.told == []
    await mute(world, job, 3 * HOUR)
    await mute(world, job, 30)
    await world.pass_time(30)
    assert world.sender.told == [DOWN]


async def test_reminders_go_on_after_a_mute(world: World) -> None:
    await save_rules(world, reminder_interval_seconds=HOUR)
    job = await armed_job(world)
    await world.ping(job, "/end/fail")
    await mute(world, job, 2.5 * HOUR)
    await world.pass_time(3 * HOUR - 1, step=60)
    assert world.sender.told == [DOWN]
    await world.pass_time(1)
    assert world.sender.told == [DOWN, REMINDER]


async def test_reminders_count_from_the_end_of_a_mute_that_held_the_news_back(
    world: World,
) -> None:
    await save_rules(world, reminder_interval_seconds=HOUR)
    job = await armed_job(world)
    await mute(world, job, 1.5 * HOUR)
    await world.ping(job, "/end/fail")
    await world.pass_time(2.5 * HOUR - 1, step=60)
    assert world.sender.told == [DOWN]
    await world.pass_time(1)
    assert world.sender.told == [DOWN, REMINDER]


async def test_a_rule_that_is_saved_during_a_mute_ends_none(world: World) -> None:
    job = await armed_job(world)
    await mute(world, job, HOUR)
    await world.ping(job, "/end/fail")
    await save_rules(world, reminder_interval_seconds=60)
    await world.pass_time(HOUR - 1, step=60)
    assert world.sender.told == []
    await world.pass_time(1)
    assert world.sender.told == [DOWN]


async def test_a_job_that_was_late_under_a_mute_is_told_only_when_it_is_down(world: World) -> None:
    await save_rules(world, alert_on_late=True)
    job = await armed_job(world, down_after_seconds=HOUR)
    await mute(world, job, 300)
    await world.pass_time(HOUR, step=60)
    assert (await world.get_job(job))["status"] == "late"
    assert world.sender.told == []
    await world.pass_time(100)
    assert world.sender.told == [DOWN]


@pytest.mark.parametrize("ending", ["pause", "delete"])
async def test_a_pause_forgets_what_a_mute_held_back(world: World, ending: str) -> None:
    job = await armed_job(world)
    await mute(world, job, HOUR)
    await world.ping(job, "/end/fail")
    await world.api("POST", f"/jobs/{job['id']}/{ending}")
    await world.pass_time(2 * HOUR, step=600)
    assert world.sender.told == []
    assert await next_deadline(world.db) is None


async def test_who_does_not_want_to_hear_of_down_jobs_is_not_told_by_a_mute(world: World) -> None:
    await save_rules(world, alert_on_down=False)
    job = await armed_job(world)
    await mute(world, job, HOUR)
    await world.ping(job, "/end/fail")
    await world.pass_time(2 * HOUR, step=600)
    assert world.sender.told == []


async def test_a_clock_that_was_set_back_leaves_no_endless_mute(world: World) -> None:
    first = await stay_aware(world.db, world.clock)
    world.clock.turn(365 * 24 * HOUR)
    ahead = await stay_aware(world.db, world.clock, before=first)
    job = await armed_job(world)
    await mute(world, job, HOUR)
    await world.ping(job, "/end/fail")
    await world.deliver_all()
    assert world.sender.told == []
    world.clock.turn(-365 * 24 * HOUR)
    await stay_aware(world.db, world.clock, before=ahead)
    await world.pass_time(1)
    assert world.sender.told == [DOWN]


async def armed_job(world: World, **wishes: object) -> Json:
    job = await world.make_job(**wishes)
    await world.ping(job)
    return job


async def mute(world: World, job: Json, seconds: float) -> Json:
    answer = await world.api("POST", f"/jobs/{job['id']}/mute", {"seconds": int(seconds)})
    assert answer.status_code == 200, answer.text
    shown: Json = answer.json()["data"]
    return shown


async def unmute(world: World, job: Json) -> Json:
    answer = await world.api("POST", f"/jobs/{job['id']}/unmute")
    assert answer.status_code == 200, answer.text
    shown: Json = answer.json()["data"]
    return shown


async def save_rules(world: World, **rules: object) -> None:
    answer = await world.api("PUT", "/integrations/alert-rules", rules)
    assert answer.status_code == 200, answer.text
