"""One signal that cannot be recorded does not refuse those that came with it."""

from datetime import timedelta

from structlog.testing import capture_logs

from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.services.receive_signals import Accepted, Arrival, NoSuchJob, receive_signals
from tests.ping.door import arrival
from tests.support.turnable_clock import START
from tests.support.world import Json, World

# No door makes such a signal: a number beyond what either database keeps.
IMPOSSIBLE = Signal(SignalKind.PROGRESS, START, progress=2**70)
DUE = START + timedelta(seconds=60)


async def kinds_of(world: World, job: Json) -> list[str]:
    answer = await world.api("GET", f"/jobs/{job['id']}/signals")
    return [each["type"] for each in reversed(answer.json()["data"]["signals"])]


async def test_a_bad_signal_is_refused_alone(world: World) -> None:
    bad, good = await world.make_job(), await world.make_job()
    batch = await receive_signals(
        world.db,
        [
            arrival(bad["job_key"], kind=SignalKind.START),
            Arrival(bad["job_key"], IMPOSSIBLE),
            arrival(good["job_key"]),
            arrival("nobody00"),
            arrival(bad["job_key"], kind=SignalKind.SUCCESS),
        ],
    )
    refused = batch.receipts.pop(1)
    assert isinstance(refused, Exception)
    assert batch.receipts == [Accepted(DUE), Accepted(DUE), NoSuchJob(), Accepted(DUE)]
    assert await kinds_of(world, bad) == ["start", "success"]
    assert await kinds_of(world, good) == ["ping"]


async def test_the_log_tells_when_many_take_the_long_way_for_the_sake_of_one(world: World) -> None:
    job = await world.make_job()
    with capture_logs() as logs:
        await receive_signals(world.db, [arrival(job["job_key"])])
        assert logs == []
        await receive_signals(
            world.db, [arrival(job["job_key"]), Arrival(job["job_key"], IMPOSSIBLE)]
        )
    [told] = [each for each in logs if each["event"] == "signals_take_the_long_way"]
    assert (told["count"], told["log_level"]) == (2, "warning")
    assert str(2**70) not in str(logs)


async def test_a_bad_signal_by_itself_leaves_nothing_behind(world: World) -> None:
    job = await world.make_job()
    [refused] = (await receive_signals(world.db, [Arrival(job["job_key"], IMPOSSIBLE)])).receipts
    assert isinstance(refused, Exception)
    assert await kinds_of(world, job) == []
    assert await world.get_job(job) == job


async def test_a_paused_job_does_not_refuse_its_neighbours(world: World) -> None:
    paused, good = await world.make_job(), await world.make_job()
    await world.api("POST", f"/jobs/{paused['id']}/pause")
    arrivals = [arrival(paused["job_key"]), arrival(good["job_key"])]
    assert (await receive_signals(world.db, arrivals)).receipts == [
        NoSuchJob(is_disabled=True),
        Accepted(DUE),
    ]
    assert await kinds_of(world, paused) == []


async def test_alerts_that_a_divided_batch_owes_are_counted(world: World) -> None:
    bad, good = await world.make_job(), await world.make_job()
    fail = arrival(good["job_key"], kind=SignalKind.FAIL)
    batch = await receive_signals(world.db, [Arrival(bad["job_key"], IMPOSSIBLE), fail])
    assert batch.owed_alerts == 1
    await world.deliver_all()
    assert world.sender.told == ["job.down"]
