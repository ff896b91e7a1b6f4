"""A receiver that fails at random, or for an hour, hears of everything in the end, in order."""

from collections.abc import Collection, Mapping
from random import Random

from cronbeats.domain.alert import Alert
from cronbeats.domain.audit import OPERATOR
from cronbeats.domain.delivery import Delivery, Unreachable
from cronbeats.domain.integration import IntegrationKind
from cronbeats.services.manage_integrations import save_integration
from tests.support.recording_sender import RecordingSender
from tests.support.world import Json, World

JOBS = 4
CYCLES = 5
HOUR = 3_600


async def test_with_a_third_of_all_attempts_failing_everything_arrives_in_order(
    world: World,
) -> None:
    moody, jobs = await moody_world(world, share_that_fails=1 / 3)
    await flap(world, jobs, pause=30)
    await settle_down(world)
    for job in jobs:
        told = told_of(moody, job)
        assert told == in_order({incident for _, incident in told})
        assert told
    assert len(moody.attempts) > len(moody.delivered)
    # Each arrived once, and was the same in every attempt.
    assert len(moody.delivered) == len({alert.id for alert in moody.attempts})
    assert all(alert in moody.delivered for alert in moody.attempts)


async def test_after_an_hour_of_500_everything_that_was_tried_arrives_in_order(
    world: World,
) -> None:
    moody, jobs = await moody_world(world, share_that_fails=1.0)
    for action in ("/end/fail", ""):
        for job in jobs:
            await world.ping(job, action)
        await world.pass_time(HOUR / 2, step=60)
    assert moody.attempts
    assert moody.delivered == []
    moody.share_that_fails = 0.0
    await settle_down(world)
    for job in jobs:
        told = told_of(moody, job)
        assert told == in_order({told[0][1]})


class Moody(RecordingSender):
    """Answers 500 as often as it is told: it may have read the message, or not."""

    def __init__(self, share_that_fails: float) -> None:
        super().__init__(IntegrationKind.WEBHOOK)
        self.share_that_fails = share_that_fails
        self._random = Random(7)  # noqa: S311 - the same failures in every run, nothing secret

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        if self._random.random() < self.share_that_fails:
            self.answers.append(Unreachable("500", 500))
        return await super().send(config, alert)


async def moody_world(world: World, share_that_fails: float) -> tuple[Moody, list[Json]]:
    moody = Moody(share_that_fails)
    world.senders[moody.kind] = moody
    values = {"url": "https://receiver.test/hook"}
    now = world.clock()
    await save_integration(
        world.db, moody, world.workspace_id, values, is_enabled=True, by=OPERATOR, now=now
    )
    return moody, [await world.make_job(expected_interval_seconds=HOUR) for _ in range(JOBS)]


async def flap(world: World, jobs: list[Json], pause: float) -> None:
    for _ in range(CYCLES):
        for action in ("/end/fail", ""):
            for job in jobs:
                await world.ping(job, action)
            await world.deliver_all()
            world.clock.turn(pause)


async def settle_down(world: World) -> None:
    """Let enough time pass for every retry, without anything new to tell."""
    for _ in range(120):
        world.clock.turn(60)
        await world.deliver_all()


def told_of(moody: Moody, job: Json) -> list[tuple[str, int]]:
    """Return what was told of a job: the kind of each alert, and its incident."""
    return [
        (str(alert.kind), alert.incident.id)
        for alert in moody.delivered
        if alert.job and alert.incident and alert.job.id == job["id"]
    ]


def in_order(incident_ids: Collection[int]) -> list[tuple[str, int]]:
    """Return what people are to be told of these incidents, all of which are over."""
    return [(kind, id_) for id_ in sorted(incident_ids) for kind in ("job.down", "job.recovered")]
