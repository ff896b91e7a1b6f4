"""What could not be made durable is answered so that the client sends it again."""

import asyncio
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import httpx
import pytest

from cronbeats.domain.audit import OPERATOR
from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.job_wish import JobWish
from cronbeats.ping.intake import Intake
from cronbeats.services.manage_jobs import create_job
from cronbeats.services.receive_signals import Accepted, Arrival, Batch, receive_signals
from cronbeats.services.set_up import set_up
from cronbeats.storage.database import Database
from tests.ping.door import KEY, caller, door_to
from tests.support.turnable_clock import START

PATHS = ["", "/start", "/end/success", "/end/fail", "/progress", "/log", "/3"]


def assert_come_again(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status
    body = answer.json()
    assert body.keys() == {"status", "message"}
    assert body["status"] == "error"
    assert "send" in body["message"]
    assert 1 <= int(answer.headers["Retry-After"]) <= 8


async def make_job(url: str) -> str:
    """Make a workspace and a job in a database; return the job's key."""
    db = Database(url)
    made = await set_up(db, "Home", "ada@example.com", START)
    wish = JobWish("Backup", expected_interval_seconds=60)
    job = await create_job(db, made.workspace_id, wish, START, by=OPERATOR)
    await db.close()
    return job.key


async def test_a_database_that_is_away_answers_503_and_200_when_it_is_back(
    sqlite_template: Path, tmp_path: Path
) -> None:
    ready, missing = tmp_path / "ready.db", tmp_path / "away" / "cronbeats.db"
    shutil.copy(sqlite_template, ready)
    key = await make_job(f"sqlite:///{ready}")
    db = Database(f"sqlite:///{missing}")
    intake = Intake(partial(receive_signals, db), lambda: None)
    async with caller(door_to(intake)) as http:
        for path in PATHS:
            assert_come_again(await http.post(f"/ping/{key}{path}"), 503)

        missing.parent.mkdir()
        shutil.copy(ready, missing)
        for path in PATHS:
            assert (await http.post(f"/ping/{key}{path}")).status_code == 200
    await db.close()


@pytest.mark.parametrize(
    ("error", "status"), [(UnavailableError("no disk"), 503), (RuntimeError("a bug"), 500)]
)
async def test_an_error_is_told_without_its_words(error: Exception, status: int) -> None:
    async def refuse(arrivals: Sequence[Arrival]) -> Batch:
        return Batch([error] * len(arrivals))

    async def fail(arrivals: Sequence[Arrival]) -> Batch:
        raise error

    for receive in (refuse, fail):
        async with caller(door_to(Intake(receive, lambda: None))) as http:
            answer = await http.post(f"/ping/{KEY}")
        assert_come_again(answer, status)
        assert str(error) not in answer.text


async def test_what_takes_too_long_is_answered_before_the_client_gives_up() -> None:
    may_go_on = asyncio.Event()

    async def dawdle(arrivals: Sequence[Arrival]) -> Batch:
        await may_go_on.wait()
        return Batch([Accepted(None)] * len(arrivals))

    intake = Intake(dawdle, lambda: None, longest_wait_seconds=0.01)
    async with caller(door_to(intake)) as http:
        assert_come_again(await asyncio.wait_for(http.post(f"/ping/{KEY}"), timeout=5), 503)
        may_go_on.set()
        await intake.drain()
        assert (await http.post(f"/ping/{KEY}")).status_code == 200


async def test_what_could_not_be_stored_is_no_guess_at_a_key() -> None:
    async def refuse(arrivals: Sequence[Arrival]) -> Batch:
        return Batch([UnavailableError("no disk")] * len(arrivals))

    async with caller(door_to(Intake(refuse, lambda: None))) as http:
        answers = [await http.post(f"/ping/{KEY}") for _ in range(80)]
    assert {answer.status_code for answer in answers} == {503}
