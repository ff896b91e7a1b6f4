"""Few requests are worked on at a time; the others wait for a while, or are told to come again."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest

from cronbeats.domain.errors import OverloadedError
from cronbeats.edge.turnstile import Turnstile

AT_ONCE = 2
MOST_IN_LINE = 200
# Longer than any of these tests, and shorter than it takes until the next loop of events.
LONG, NO_TIME = 60.0, 0.0


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Guests:
    """Come to a turnstile, and stay inside until they are let out."""

    def __init__(self, turnstile: Turnstile) -> None:
        self.inside: list[int] = []
        self.turnstile = turnstile
        self._way_out = asyncio.Semaphore(0)

    def come(self, count: int) -> list[asyncio.Task[None]]:
        return [asyncio.create_task(self._visit(number)) for number in range(count)]

    async def let_out(self, count: int = 1000) -> None:
        for _ in range(count):
            self._way_out.release()
        await settle()

    async def _visit(self, number: int) -> None:
        async with self.turnstile.turn():
            self.inside.append(number)
            await self._way_out.acquire()
            self.inside.remove(number)


def turnstile(
    *,
    note_refusal: Callable[[], None] = lambda: None,
    at_once: Callable[[], int] = lambda: AT_ONCE,
    longest_wait_seconds: float = LONG,
    busy_seconds: float = LONG,
) -> Turnstile:
    return Turnstile(
        note_refusal,
        at_once=at_once,
        longest_wait_seconds=longest_wait_seconds,
        busy_seconds=busy_seconds,
    )


async def test_few_are_inside_and_the_others_follow_in_their_order() -> None:
    guests = Guests(turnstile())
    tasks = guests.come(5)
    await settle()
    assert guests.inside == [0, 1]
    await guests.let_out(1)
    assert guests.inside == [1, 2]
    await guests.let_out(2)
    assert guests.inside == [3, 4]
    await guests.let_out()
    await asyncio.gather(*tasks)


async def test_fewer_are_let_in_while_something_else_matters_more() -> None:
    room = 1
    guests = Guests(turnstile(at_once=lambda: room))
    tasks = guests.come(5)
    await settle()
    assert guests.inside == [0]
    room = 3
    await guests.let_out(1)
    assert guests.inside == [1, 2, 3]
    await guests.let_out()
    await asyncio.gather(*tasks)


async def test_where_too_many_stand_in_line_the_next_is_told_at_once_to_come_again() -> None:
    refused = []
    guests = Guests(turnstile(note_refusal=lambda: refused.append(1)))
    tasks = guests.come(AT_ONCE + MOST_IN_LINE + 3)
    await settle()
    told = [task.exception() for task in tasks if task.done()]
    waits = [each.retry_after_seconds for each in told if isinstance(each, OverloadedError)]
    assert (len(told), len(waits), len(refused)) == (3, 3, 3)
    assert set(waits) <= {1, 2, 3, 4}
    await guests.let_out()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert len([task for task in tasks if task.exception() is None]) == AT_ONCE + MOST_IN_LINE


async def test_nobody_stands_in_line_for_ever() -> None:
    guests = Guests(turnstile(longest_wait_seconds=NO_TIME))
    tasks = guests.come(AT_ONCE + 1)
    with pytest.raises(OverloadedError):
        await tasks[-1]
    await guests.let_out()
    await asyncio.gather(*tasks[:-1])


async def test_who_stays_inside_for_long_keeps_nobody_out() -> None:
    guests = Guests(turnstile(busy_seconds=NO_TIME))
    tasks = guests.come(20)
    for _ in range(20):
        await settle()
    assert len(guests.inside) == 20
    await guests.let_out()
    await asyncio.gather(*tasks)


@pytest.mark.parametrize("has_turn", [False, True])
async def test_who_goes_away_while_it_waits_takes_no_turn_with_it(has_turn: bool) -> None:
    guests = Guests(turnstile())
    tasks = guests.come(AT_ONCE + 2)
    await settle()
    if has_turn:
        tasks[0].cancel()
        await asyncio.sleep(0)
    tasks[AT_ONCE].cancel()
    await settle()
    await guests.let_out()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
    others = Guests(guests.turnstile)
    tasks = others.come(3)
    await settle()
    assert len(others.inside) == AT_ONCE
    await others.let_out()
    await asyncio.gather(*tasks)


async def test_a_turn_may_be_ended_before_its_guest_leaves() -> None:
    doorway = turnstile()
    async with doorway.turn() as leave, doorway.turn():
        waiting = Guests(doorway)
        tasks = waiting.come(2)
        await settle()
        assert waiting.inside == []
        leave()
        leave()
        await settle()
        assert waiting.inside == [0]
    await waiting.let_out()
    await asyncio.gather(*tasks)
