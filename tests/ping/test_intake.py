"""The intake gathers what arrives together, and everybody gets an answer in time."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.instruments import Door, Instruments
from cronbeats.ping.intake import Intake
from cronbeats.services.receive_signals import Accepted, Arrival, Batch, NoSuchJob, Receipt
from tests.ping.door import arrival
from tests.support.turnable_clock import START

IN_TIME = 0.01


class Counter:
    """Takes batches, but not before it is open; keeps their keys, and how often it was thanked."""

    def __init__(self, *, is_open: bool = False) -> None:
        self.open = asyncio.Event()
        if is_open:
            self.open.set()
        self.batches: list[list[str]] = []
        self.owed_alerts = 0
        self.woken = 0

    async def receive(self, arrivals: Sequence[Arrival]) -> Batch:
        self.batches.append([each.key for each in arrivals])
        await self.open.wait()
        receipts: list[Receipt] = [
            NoSuchJob() if each.key == "none" else Accepted(each.signal.received_at)
            for each in arrivals
        ]
        return Batch(receipts, self.owed_alerts)

    def wake(self) -> None:
        self.woken += 1

    def intake(self, longest_wait_seconds: float = 4.5) -> Intake:
        return Intake(self.receive, self.wake, longest_wait_seconds)


async def submit(intake: Intake, *arrivals: Arrival) -> list[asyncio.Task[Receipt]]:
    """Submit in order, and return when each is with the intake."""
    tasks = [asyncio.create_task(intake.submit(each)) for each in arrivals]
    await asyncio.sleep(0)
    return tasks


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_arrives_during_a_commit_is_committed_together_next() -> None:
    counter = Counter()
    intake = counter.intake()
    tasks = await submit(intake, arrival("first"))
    await settle()
    tasks += await submit(intake, arrival("second"), arrival("none"), arrival("fourth"))
    await settle()
    assert counter.batches == [["first"]]

    counter.open.set()
    receipts = await asyncio.gather(*tasks)
    assert counter.batches == [["first"], ["second", "none", "fourth"]]
    assert receipts == [Accepted(START), Accepted(START), NoSuchJob(), Accepted(START)]


async def test_as_many_as_are_under_way_need_not_wait_for_them() -> None:
    counter = Counter()
    intake = counter.intake()
    tasks = await submit(intake, arrival("first"))
    await settle()
    others = [f"other{number}" for number in range(16)]
    tasks += await submit(intake, *[arrival(key) for key in others])
    await settle()
    assert counter.batches == [["first"], others]

    tasks += await submit(intake, *[arrival(f"third{number}") for number in range(100)])
    await settle()
    assert len(counter.batches) == 2, "two are under way at most"
    counter.open.set()
    assert set(await asyncio.gather(*tasks)) == {Accepted(START)}
    assert [len(batch) for batch in counter.batches] == [1, 16, 100]


async def test_signals_of_one_job_are_never_under_way_twice_and_keep_their_order() -> None:
    counter = Counter()
    intake = counter.intake()
    moments = [START + timedelta(seconds=number) for number in range(3)]
    tasks = await submit(intake, arrival("job", received_at=moments[0]))
    await settle()
    later = [arrival("job", received_at=moment) for moment in moments[1:]]
    others = [arrival(f"other{number}") for number in range(16)]
    tasks += await submit(intake, later[0], *others, later[1])
    await settle()
    assert counter.batches == [["job"], [each.key for each in others]]

    counter.open.set()
    receipts = await asyncio.gather(*tasks)
    assert counter.batches[2:] == [["job", "job"]]
    assert [receipts[place] for place in (0, 1, -1)] == [Accepted(moment) for moment in moments]


async def test_a_batch_has_500_signals_at_most() -> None:
    counter = Counter(is_open=True)
    await asyncio.gather(*await submit(counter.intake(), *[arrival("x")] * 1100))
    assert [len(batch) for batch in counter.batches] == [500, 500, 100]


async def test_nobody_hears_before_the_commit() -> None:
    counter = Counter()
    [task] = await submit(counter.intake(), arrival())
    await settle()
    assert not task.done()
    counter.open.set()
    assert await task == Accepted(START)


async def test_each_hears_of_an_error_and_the_next_batch_is_tried() -> None:
    calls = 0

    async def fail_once(arrivals: Sequence[Arrival]) -> Batch:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise RuntimeError("out of order")
        return Batch([Accepted(None)] * len(arrivals))

    intake = Intake(fail_once, lambda: None)
    failed = await asyncio.gather(*await submit(intake, arrival("a"), arrival("b")))
    assert [str(error) for error in failed] == ["out of order"] * 2
    assert await intake.submit(arrival("a")) == Accepted(None)


@pytest.mark.parametrize(("owed", "woken"), [(0, 0), (1, 1), (3, 1)])
async def test_the_courier_is_woken_when_alerts_are_owed(owed: int, woken: int) -> None:
    counter = Counter(is_open=True)
    counter.owed_alerts = owed
    await counter.intake().submit(arrival())
    assert counter.woken == woken


async def test_whoever_waits_too_long_is_told_to_come_again() -> None:
    counter = Counter()
    intake = counter.intake(IN_TIME)
    tasks = await submit(intake, arrival("first"))
    await settle()
    tasks += await submit(intake, arrival("second"))
    late = await asyncio.wait_for(asyncio.gather(*tasks), timeout=5)
    assert [type(each) for each in late] == [UnavailableError] * 2

    counter.open.set()
    assert await intake.submit(arrival("third")) == Accepted(START)
    assert counter.batches == [["first"], ["third"]]


async def test_whoever_stops_waiting_does_not_disturb_the_others() -> None:
    counter = Counter()
    gone, waiting = await submit(counter.intake(), arrival("gone"), arrival("waiting"))
    await settle()
    gone.cancel()
    counter.open.set()
    assert await waiting == Accepted(START)
    assert counter.batches == [["gone", "waiting"]]


async def test_too_many_who_wait_are_refused_at_once_counted_and_not_blamed() -> None:
    counter, instruments, unheard = Counter(), Instruments(), list[datetime]()
    intake = Intake(
        counter.receive, counter.wake, note_refusal=unheard.append, instruments=instruments
    )
    tasks = await submit(intake, arrival())
    await settle()
    tasks += await submit(intake, *[arrival()] * 20_000)
    came_at = START + timedelta(seconds=1)
    refused = await asyncio.wait_for(intake.submit(arrival(received_at=came_at)), timeout=1)
    assert isinstance(refused, UnavailableError)
    assert unheard == [came_at]
    assert instruments.read().overloads == {Door.PING: 1, Door.API: 0, Door.WEB: 0}
    counter.open.set()
    assert set(await asyncio.gather(*tasks)) == {Accepted(START)}
    assert await intake.submit(arrival()) == Accepted(START)


async def test_what_those_who_wait_have_sent_takes_little_memory() -> None:
    counter = Counter()
    intake = counter.intake()
    large = Arrival("first", Signal(SignalKind.PING, START, output="x" * 10_000_000))
    tasks = await submit(intake, arrival())
    await settle()
    tasks += await submit(intake, *[large] * 8)
    answered = [each for each in tasks if each.done()]
    assert [type(each.result()) for each in answered] == [UnavailableError]
    counter.open.set()
    await asyncio.gather(*tasks)
    assert await asyncio.gather(*await submit(intake, *[large] * 6)) == [Accepted(START)] * 6


async def test_draining_waits_until_nothing_is_waiting() -> None:
    counter = Counter()
    intake = counter.intake()
    await asyncio.wait_for(intake.drain(), timeout=1)
    tasks = await submit(intake, arrival("a"))
    await settle()
    tasks += await submit(intake, arrival("b"))
    drained = asyncio.create_task(intake.drain())
    await settle()
    assert not drained.done()

    counter.open.set()
    await drained
    assert [task.done() for task in tasks] == [True, True]
    assert counter.batches == [["a"], ["b"]]


async def test_the_oldest_signal_of_which_nothing_is_certain_is_known() -> None:
    counter = Counter()
    intake = counter.intake()
    assert intake.oldest_unsettled() is None
    later, earlier = START + timedelta(seconds=2), START + timedelta(seconds=1)
    tasks = await submit(intake, arrival(received_at=later))
    await settle()
    assert intake.oldest_unsettled() == later
    tasks += await submit(intake, arrival(received_at=earlier))
    assert intake.oldest_unsettled() == earlier

    counter.open.set()
    await asyncio.gather(*tasks)
    await intake.drain()
    assert intake.oldest_unsettled() is None


async def test_an_answer_that_came_too_late_does_not_settle_the_signal() -> None:
    counter = Counter()
    intake = counter.intake(IN_TIME)
    [task] = await submit(intake, arrival())
    assert isinstance(await task, UnavailableError)
    assert intake.oldest_unsettled() == START
    counter.open.set()
    await intake.drain()
    assert intake.oldest_unsettled() is None
