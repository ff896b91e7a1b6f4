"""The courier sends many at a time; a receiver that hangs delays nobody else."""

import asyncio
from collections.abc import Mapping

from cronbeats.domain.alert import Alert
from cronbeats.domain.delivery import Delivery
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.protocol import Senders
from cronbeats.services.manage_integrations import save_integration
from cronbeats.workers.courier import Courier
from tests.support.recording_sender import RecordingSender
from tests.support.world import World

SOON = 5.0
JOBS = 20
SHARE = 4


async def test_a_receiver_that_hangs_delays_no_other(world: World) -> None:
    hanging = HangingSender(IntegrationKind.SLACK)
    await set_up(world, hanging)
    for _ in range(JOBS):
        await world.ping(await world.make_job(), "/end/fail")
    courier = courier_of(world, {**world.senders, hanging.kind: hanging})
    await go_round(courier, until=lambda: len(world.sender.told) == JOBS)
    assert len(hanging.attempts) == SHARE
    await courier.finish(patience_seconds=0)


async def test_what_is_under_way_at_the_end_is_waited_for(world: World) -> None:
    await world.ping(await world.make_job(), "/end/fail")
    courier = courier_of(world, world.senders)
    await courier.step()
    await courier.finish(patience_seconds=SOON)
    assert world.sender.told == ["job.down"]


async def test_what_is_not_sent_by_the_end_is_given_back(world: World) -> None:
    hanging = HangingSender()
    await world.ping(await world.make_job(), "/end/fail")
    courier = courier_of(world, {hanging.kind: hanging})
    await courier.step()
    await asyncio.sleep(0)
    await courier.finish(patience_seconds=0.01)
    [claimed] = await world.claim()
    assert claimed.attempts == 1


class HangingSender(RecordingSender):
    """Never comes to an end."""

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        answer = await super().send(config, alert)
        await asyncio.Event().wait()
        return answer


async def set_up(world: World, sender: RecordingSender) -> None:
    values = {"url": "https://slow.test/hook"}
    now = world.clock()
    await save_integration(world.db, sender, world.workspace_id, values, is_enabled=True, now=now)


def courier_of(world: World, senders: Senders) -> Courier:
    return Courier(world.db, world.clock, senders, lambda: 0.0, lambda: None)


async def go_round(courier: Courier, until: object) -> None:
    assert callable(until)
    async with asyncio.timeout(SOON * 4):
        while not until():
            await courier.step()
            await asyncio.sleep(0.01)
