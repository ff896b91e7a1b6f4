"""An alert comes to be owed in the transaction of the change that it tells of."""

from sqlalchemy import func, select

from cronbeats.domain.audit import OPERATOR
from cronbeats.services.manage_integrations import save_alert_rules, save_integration
from cronbeats.storage.schema import alerts
from tests.support.world import Json, World

DOWN_AFTER = 60 + 30 + 30


async def test_a_failed_run_owes_an_alert_as_soon_as_its_ping_is_answered(world: World) -> None:
    job = await world.make_job()
    assert (await world.ping(job, "/end/fail", content=b"disk full")).status_code == 200
    assert await count_owed(world) == 1
    await world.deliver()
    [alert] = world.sender.delivered
    assert alert.job is not None
    assert alert.incident is not None
    assert (alert.kind, alert.job.name, alert.job.status) == ("job.down", "Backup", "down")
    assert (alert.incident.reason, alert.incident.last_output) == ("failed", "disk full")
    assert alert.occurred_at == world.clock()


async def test_a_missed_run_owes_an_alert_that_bears_its_true_moment(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    down_at = world.clock.turn(DOWN_AFTER)
    world.clock.turn(3_600)
    look = await world.look()
    assert (look.looked_at, look.owed_alerts) == (1, 1)
    await world.deliver()
    [alert] = world.sender.delivered
    assert alert.occurred_at == down_at
    assert alert.incident is not None
    assert alert.incident.reason == "missed"


async def test_a_workspace_without_receivers_owes_nothing(world: World) -> None:
    await set_integration(world, is_enabled=False)
    await make_a_job_go_down(world)
    assert await count_owed(world) == 0


async def test_an_integration_without_its_values_is_owed_nothing(world: World) -> None:
    await set_integration(world, url="")
    await make_a_job_go_down(world)
    assert await count_owed(world) == 0


async def test_the_alert_rules_say_what_is_owed(world: World) -> None:
    rules = {"alert_on_down": False, "alert_on_recovery": False, "alert_on_late": True}
    await save_alert_rules(world.db, world.workspace_id, rules, world.clock(), by=OPERATOR)
    job = await world.make_job()
    await world.ping(job)
    await world.pass_time(DOWN_AFTER, step=10)
    await world.ping(job)
    await world.deliver_all()
    assert world.sender.told == ["job.late"]


async def test_a_recovery_tells_how_long_it_was_down_and_what_was_missed(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    # Lost are the slots at 60, 120, …, 540: each has 60 s until it is lost, the last one at 600 s.
    await world.pass_time(610, step=10)
    await world.ping(job)
    await world.deliver_all()
    recovered = world.sender.delivered[-1]
    assert recovered.incident is not None
    assert recovered.incident.missed_runs == 9
    assert recovered.text == "Backup is healthy again: down for 8 m 10 s, 9 runs missed."


async def test_a_pause_ends_an_incident_without_a_word(world: World) -> None:
    job = await make_a_job_go_down(world)
    await world.deliver_all()
    await world.api("POST", f"/jobs/{job['id']}/pause")
    await world.api("POST", f"/jobs/{job['id']}/resume")
    await world.ping(job)
    await world.deliver_all()
    assert world.sender.told == ["job.down"]


async def make_a_job_go_down(world: World) -> Json:
    job = await world.make_job()
    await world.ping(job, "/end/fail")
    return job


async def set_integration(
    world: World, *, is_enabled: bool = True, url: str = "https://receiver.test/hook"
) -> None:
    await save_integration(
        world.db,
        world.sender,
        world.workspace_id,
        {"url": url},
        is_enabled=is_enabled,
        by=OPERATOR,
        now=world.clock(),
    )


async def count_owed(world: World) -> int:
    async with world.db.read() as tx:
        return await tx.scalar(select(func.count()).select_from(alerts)) or 0
