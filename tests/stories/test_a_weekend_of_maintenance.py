"""A server is rebuilt over the weekend: its jobs are muted, and nobody is woken for nothing."""

from tests.support.world import Json, World

HOUR = 3_600
WEEKEND = 48 * HOUR


async def test_what_is_still_dead_after_the_maintenance_is_told_and_told_again(
    world: World,
) -> None:
    rules = {"reminder_interval_seconds": 24 * HOUR, "alert_on_late": True}
    await world.api("PUT", "/integrations/alert-rules", rules)
    jobs = [
        await world.make_job(name=name, expected_interval_seconds=HOUR, grace_seconds=600)
        for name in ("Backup", "Billing", "Reports")
    ]
    backup, billing, reports = jobs
    for job in jobs:
        await world.ping(job)

    # Billing was broken before, and people know it; then all three are muted for the weekend.
    await world.ping(billing, "/end/fail")
    await world.deliver_all()
    assert told(world) == [("Billing", "job.down")]
    ids = [job["id"] for job in jobs]
    await world.api("POST", "/jobs/bulk/mute", {"job_ids": ids, "seconds": WEEKEND})

    # All of them fall silent. On Sunday Billing and Reports are back; Backup was forgotten.
    await world.pass_time(WEEKEND - 4 * HOUR, step=600)
    assert [await status(world, job) for job in jobs] == ["down", "down", "down"]
    for _ in range(8):
        await world.ping(billing)
        await world.ping(reports)
        await world.pass_time(HOUR, step=600)
    assert told(world)[1:] == [("Billing", "job.recovered"), ("Backup", "job.down")]
    assert "It was muted until" in world.sender.delivered[-1].text

    # Nobody mends it: a day later they hear of it again, and then that it is well.
    for _ in range(22):
        await world.ping(billing)
        await world.ping(reports)
        await world.pass_time(HOUR, step=600)
    assert told(world)[3:] == [("Backup", "job.reminder")]
    await world.ping(backup)
    await world.deliver_all()
    assert told(world)[4:] == [("Backup", "job.recovered")]


def told(world: World) -> list[tuple[str, str]]:
    return [(alert.job.name, str(alert.kind)) for alert in world.sender.delivered if alert.job]


async def status(world: World, job: Json) -> str:
    seen: str = (await world.get_job(job))["status"]
    return seen
