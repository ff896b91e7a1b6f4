"""Patience ends what takes too long, and nothing else; whoever cancels from outside is heard."""

import asyncio

import pytest

from cronbeats.patience import Patience

SHORT, LONG = 0.02, 60


async def answer() -> str:
    await asyncio.sleep(0)
    return "done"


async def never_answer() -> str:
    await asyncio.Event().wait()
    return "never"


async def test_what_is_quick_enough_gives_its_result() -> None:
    assert await Patience(LONG).bear(answer()) == "done"


async def test_what_takes_too_long_is_ended() -> None:
    ended = asyncio.Event()

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        await Patience(SHORT).bear(hang())
    assert ended.is_set()


async def test_what_goes_wrong_is_told_as_it_is() -> None:
    async def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await Patience(LONG).bear(fail())


async def test_each_has_its_own_time_however_many_are_borne() -> None:
    patience = Patience(SHORT)
    for _ in range(3):
        found = await asyncio.gather(
            *(patience.bear(each()) for each in (answer, never_answer, answer)),
            return_exceptions=True,
        )
        assert [found[0], found[2]] == ["done", "done"]
        assert isinstance(found[1], TimeoutError)


async def test_the_task_goes_on_after_one_was_ended() -> None:
    patience = Patience(SHORT)
    with pytest.raises(TimeoutError):
        await patience.bear(never_answer())
    assert await patience.bear(answer()) == "done"
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_one_within_another_is_ended_by_whoever_is_first() -> None:
    outer, inner = Patience(SHORT), Patience(LONG)
    with pytest.raises(TimeoutError):
        await outer.bear(inner.bear(never_answer()))
    assert await inner.bear(outer.bear(answer())) == "done"


async def test_whoever_cancels_the_task_is_heard() -> None:
    task = asyncio.create_task(Patience(LONG).bear(never_answer()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_whoever_cancels_in_the_moment_of_the_end_is_heard() -> None:
    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            # Nothing has been told to the task yet.
            task.cancel()

    task = asyncio.create_task(Patience(SHORT).bear(hang()))
    with pytest.raises(asyncio.CancelledError):
        await task
