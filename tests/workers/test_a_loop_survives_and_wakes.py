"""A loop does its step for ever, whatever goes wrong, and sooner when it is woken."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from cronbeats.domain.errors import UnavailableError
from cronbeats.workers.loop import Loop

FOR_EVER = 3_600.0
SOON = 5.0


async def test_a_step_that_says_there_is_more_is_called_again_at_once() -> None:
    steps = Steps([0, 0, FOR_EVER])
    async with running(Loop("test", steps, FOR_EVER)):
        await steps.reach(3)


async def test_waking_it_ends_the_sleep() -> None:
    steps = Steps([FOR_EVER, FOR_EVER])
    loop = Loop("test", steps, FOR_EVER)
    async with running(loop):
        await steps.reach(1)
        loop.wake()
        await steps.reach(2)


async def test_no_sleep_is_longer_than_the_longest() -> None:
    steps = Steps([FOR_EVER] * 3)
    async with running(Loop("test", steps, longest_sleep_seconds=0.01)):
        await steps.reach(3)


async def test_errors_do_not_end_a_loop() -> None:
    steps = Steps([UnavailableError("away"), ValueError("a bug"), 0.0, FOR_EVER])
    loop = Loop("test", steps, FOR_EVER, first_pause_seconds=0.01)
    async with running(loop):
        assert loop.seconds_since_turn() is None
        await steps.reach(4)
        assert loop.seconds_since_turn() is not None


async def test_stopping_ends_the_sleep_and_the_loop() -> None:
    steps = Steps([FOR_EVER])
    loop = Loop("test", steps, FOR_EVER)
    task = asyncio.create_task(loop.run())
    await steps.reach(1)
    loop.stop()
    async with asyncio.timeout(SOON):
        await task


class Steps:
    """A step that returns, or raises, one thing after the other."""

    def __init__(self, results: list[float | Exception]) -> None:
        self._results = results
        self._taken = 0
        self._changed = asyncio.Condition()

    async def __call__(self) -> float:
        result = self._results[min(self._taken, len(self._results) - 1)]
        async with self._changed:
            self._taken += 1
            self._changed.notify_all()
        if isinstance(result, Exception):
            raise result
        return result

    async def reach(self, count: int) -> None:
        async with asyncio.timeout(SOON), self._changed:
            await self._changed.wait_for(self._has_taken(count))

    def _has_taken(self, count: int) -> Callable[[], bool]:
        return lambda: self._taken >= count


@asynccontextmanager
async def running(loop: Loop) -> AsyncIterator[None]:
    task = asyncio.create_task(loop.run())
    try:
        yield
    finally:
        loop.stop()
        async with asyncio.timeout(SOON):
            await task
