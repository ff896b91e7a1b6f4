"""Slack is away for a night: in the morning it is told everything, in order, and nothing twice."""

from cronbeats.domain.delivery import Unreachable
from tests.support.world import World

HOUR = 3_600
NIGHT = 8 * HOUR


async def test_after_a_night_without_slack_everything_is_told_once_and_in_order(
    world: World,
) -> None:
    backup = await world.make_job(name="Backup", expected_interval_seconds=HOUR)
    billing = await world.make_job(name="Billing", expected_interval_seconds=HOUR)
    for job in (backup, billing):
        await world.ping(job)

    # Slack answers nothing all night; meanwhile Backup dies and comes back.
    world.sender.answers.extend([Unreachable("no answer")] * 10_000)
    await world.pass_time(NIGHT / 2, step=60)
    await world.ping(backup)
    await world.pass_time(NIGHT / 2, step=60)
    assert world.sender.told == []

    world.sender.answers.clear()
    await world.pass_time(HOUR, step=60)
    told = [(alert.job.name, str(alert.kind)) for alert in world.sender.delivered if alert.job]
    assert [kind for name, kind in told if name == "Billing"] == ["job.down"]
    assert [kind for name, kind in told if name == "Backup"] == [
        "job.down",
        "job.recovered",
        "job.down",
    ]
    assert len({alert.id for alert in world.sender.delivered}) == len(told)
