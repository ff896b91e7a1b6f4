"""Many messages that arrive have one line in the log; what fails has a line of its own."""

from collections.abc import Sequence

from structlog.testing import capture_logs

from cronbeats.domain.delivery import Delivered, Refused
from cronbeats.services.deliver_alerts import Ended, Settled
from cronbeats.workers.settler import Settler
from tests.support.outbox import fail_a_job
from tests.support.world import World

MANY = 12


async def test_many_that_arrive_are_told_together(world: World) -> None:
    arrived, refused = await ended_of(world)
    lines = await lines_about([*[arrived] * MANY, refused])
    assert [(line["event"], line.get("messages")) for line in lines] == [
        ("alert_not_sent", None),
        ("alerts_sent", MANY),
    ]


async def test_a_few_are_told_one_by_one(world: World) -> None:
    arrived, _ = await ended_of(world)
    lines = await lines_about([arrived, arrived])
    assert [line["event"] for line in lines] == ["alert_sent"] * 2
    assert lines[0]["event_id"] == arrived.claimed.event_id


async def ended_of(world: World) -> tuple[Ended, Ended]:
    await fail_a_job(world)
    [claimed] = await world.claim()
    now = world.clock()
    return Ended(claimed, now, Delivered(200, duration_ms=1)), Ended(claimed, now, Refused("no"))


async def lines_about(ended: Sequence[Ended]) -> Sequence[dict[str, object]]:
    settler = Settler(settle, lambda _: None, lambda: False)
    with capture_logs() as lines:
        for each in ended:
            settler.add(each)
        await settler.drain()
    return [dict(line) for line in lines]


async def settle(attempts: Sequence[Ended]) -> list[Settled]:
    return [Settled(each.claimed, each.delivery) for each in attempts]
