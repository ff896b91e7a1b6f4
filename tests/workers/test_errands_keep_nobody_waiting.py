"""Errands are done after the answer; one that fails or hangs is nobody else's trouble."""

import asyncio

from structlog.testing import capture_logs

from cronbeats.workers.errands import Errands

SECRET = "a-link-that-is-secret"


async def note(done: list[str], what: str) -> None:
    await asyncio.sleep(0)
    done.append(what)


async def fail() -> None:
    raise ValueError(SECRET)


async def hang() -> None:
    await asyncio.Event().wait()


async def test_an_errand_is_begun_without_waiting_and_done_in_the_end() -> None:
    errands, done = Errands(), list[str]()
    errands.begin("note", note(done, "one"))
    errands.begin("note", note(done, "two"))
    assert done == []
    await errands.finish(5)
    assert sorted(done) == ["one", "two"]


async def test_one_that_fails_is_logged_by_its_kind_alone_and_the_others_are_done() -> None:
    errands, done = Errands(), list[str]()
    with capture_logs() as logs:
        errands.begin("fail", fail())
        errands.begin("note", note(done, "one"))
        await errands.finish(5)
    assert done == ["one"]
    assert [(each["event"], each["errand"], each["error"]) for each in logs] == [
        ("errand_failed", "fail", "ValueError")
    ]
    assert SECRET not in str(logs)


async def test_one_that_hangs_is_left_behind_at_the_end_and_logged_and_so_are_who_wait_for_it() -> (
    None
):
    errands = Errands()
    with capture_logs() as logs:
        for number in range(6):
            errands.begin("hang", hang(), invitation_id=number)
        await errands.finish(0.01)
        await errands.finish(0.01)
    assert {(each["event"], each["errand"], each["reason"]) for each in logs} == {
        ("errand_dropped", "hang", "the server stopped first")
    }
    assert sorted(each["invitation_id"] for each in logs) == list(range(6))


async def test_more_than_a_hundred_do_not_pile_up() -> None:
    errands = Errands()
    with capture_logs() as logs:
        for _ in range(101):
            errands.begin("hang", hang())
    assert [each["event"] for each in logs] == ["errand_dropped"]
    await errands.finish(0.01)
