"""The courier sends many at a time; a receiver that hangs delays nobody else."""

import asyncio
from collections.abc import Mapping

from cronbeats.domain.alert import Alert
from cronbeats.domain.audit import OPERATOR
from cronbeats.domain.delivery import Delivery, Unreachable
from cronbeats.domain.integration import IntegrationKind
from cronbeats.domain.outbox import LEASE
from cronbeats.patience import Patience
from cronbeats.senders.protocol import Senders
from cronbeats.services.deliver_alerts import LONGEST_SEND_SECONDS, send_alert
from cronbeats.services.manage_integrations import save_integration
from cronbeats.services.set_up import set_up as make_workspace
from cronbeats.storage.claims import Claimed
from cronbeats.workers.courier import Courier
from tests.support.outbox import fail_a_job
from tests.support.recording_sender import RecordingSender
from tests.support.world import World

SOON = 5.0
JOBS = 20
SHARE = 4
WORKSPACES = 50


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


async def test_of_fifty_integrations_one_that_hangs_delays_no_other(world: World) -> None:
    sender = SenderThatHangsFor("https://workspace-0.test/hook")
    for number in range(WORKSPACES):
        await move_to_a_new_workspace(world, number, sender)
        for _ in range(SHARE + 1 if number == 0 else 1):
            await fail_a_job(world)
    courier = courier_of(world, {sender.kind: sender})
    await go_round(courier, until=lambda: len(sender.delivered) == WORKSPACES - 1)
    assert sender.hanging == SHARE
    await courier.finish(patience_seconds=0)


async def test_a_message_that_takes_too_long_is_given_up_for_now(world: World) -> None:
    await world.ping(await world.make_job(), "/end/fail")
    [claimed] = await world.claim()
    hanging = HangingSender()
    async with asyncio.timeout(SOON):
        delivery = await send_alert({hanging.kind: hanging}, claimed, Patience(0.01))
    # Somebody may have read it, however long they took to say so.
    assert delivery == Unreachable("No answer within 0.01 s.")


async def test_what_waited_too_long_behind_slow_messages_is_given_back(world: World) -> None:
    slow = SenderThatSlowsDown(after=SHARE // 2)
    for _ in range(JOBS):
        await fail_a_job(world)
    courier = courier_of(world, {slow.kind: slow})
    # For each of those that arrived two more were claimed: one is under way, one waits.
    begun = SHARE + SHARE // 2
    await go_round(courier, until=lambda: len(slow.attempts) == begun)
    waiting = JOBS - begun - len(await world.claim())
    assert waiting == SHARE // 2
    world.clock.turn(LEASE.total_seconds() - LONGEST_SEND_SECONDS)
    slow.may_go_on.set()
    given_back: list[Claimed] = []
    async with asyncio.timeout(SOON):
        while not given_back:
            given_back = await world.claim()
    assert [each.attempts for each in given_back] == [1] * waiting
    await courier.finish(patience_seconds=SOON)
    assert len(slow.attempts) == begun


class HangingSender(RecordingSender):
    """Never comes to an end."""

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        answer = await super().send(config, alert)
        await asyncio.Event().wait()
        return answer


class SenderThatHangsFor(RecordingSender):
    """Never comes to an end with one address; takes everything for the others."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.hanging = 0

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        if config["url"] == self._url:
            self.hanging += 1
            await asyncio.Event().wait()
        return await super().send(config, alert)


class SenderThatSlowsDown(RecordingSender):
    """Takes so many at once; the others take until they may go on."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after
        self.may_go_on = asyncio.Event()

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        answer = await super().send(config, alert)
        if len(self.attempts) > self._after:
            await self.may_go_on.wait()
        return answer


async def set_up(world: World, sender: RecordingSender) -> None:
    values = {"url": "https://slow.test/hook"}
    now = world.clock()
    await save_integration(
        world.db, sender, world.workspace_id, values, is_enabled=True, by=OPERATOR, now=now
    )


def courier_of(world: World, senders: Senders) -> Courier:
    return Courier(world.db, world.clock, senders, lambda: 0.0, lambda: None)


async def go_round(courier: Courier, until: object) -> None:
    assert callable(until)
    async with asyncio.timeout(SOON * 4):
        while not until():
            await courier.step()
            await asyncio.sleep(0.01)


async def move_to_a_new_workspace(world: World, number: int, sender: RecordingSender) -> None:
    """Let the world be about another workspace, with an integration of its own."""
    made = await make_workspace(world.db, f"Workspace {number}", "ada@example.com", world.clock())
    world.workspace_id, world.api_key = made.workspace_id, made.api_key
    values = {"url": f"https://workspace-{number}.test/hook"}
    now = world.clock()
    await save_integration(
        world.db, sender, world.workspace_id, values, is_enabled=True, by=OPERATOR, now=now
    )
