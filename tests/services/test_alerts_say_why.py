"""An alert brings along what the job itself said about the run that went wrong."""

from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.services.receive_signals import Arrival, receive_signals
from tests.support.world import World


async def test_a_message_in_json_is_the_reason_as_much_as_an_output(world: World) -> None:
    await world.ping(await world.make_job(), "/end/fail", json={"message": "disk full"})
    assert await last_outputs(world) == ["disk full"]


async def test_a_later_signal_of_the_same_batch_does_not_hide_the_reason(world: World) -> None:
    key, now = (await world.make_job())["job_key"], world.clock()
    failed = Signal(SignalKind.FAIL, now, output="No space left")
    await receive_signals(
        world.db, [Arrival(key, failed), Arrival(key, Signal(SignalKind.LOG, now, output="bye"))]
    )
    assert await last_outputs(world) == ["No space left"]


async def test_a_run_that_never_came_said_nothing(world: World) -> None:
    job = await world.make_job()
    await world.ping(job, content=b"Backup finished OK")
    await world.pass_time(130, step=10)
    assert await last_outputs(world) == [None]


async def test_a_run_that_overran_tells_how_far_it_got(world: World) -> None:
    job = await world.make_job(max_runtime_seconds=30)
    await world.ping(job, "/start")
    await world.ping(job, "/progress/40", json={"message": "copying"})
    await world.pass_time(31)
    assert await last_outputs(world) == ["copying"]


async def last_outputs(world: World) -> list[str | None]:
    await world.deliver_all()
    incidents = [alert.incident for alert in world.sender.delivered]
    return [incident.last_output for incident in incidents if incident is not None]
