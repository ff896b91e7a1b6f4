"""What a ping is answered when its signal is durable."""

from typing import Any

import orjson
import pytest

from cronbeats.ping import receipt
from tests.support.turnable_clock import START
from tests.support.world import World

ACTIONS = {
    "": "ping",
    "/start": "start",
    "/end/success": "end",
    "/end/fail": "end",
    "/fail": "end",
    "/log": "log",
    "/0": "end",
    "/3": "end",
    "/progress": "progress",
    "/progress/40": "progress",
}


async def test_each_verb_is_answered_with_its_name_and_the_next_run(world: World) -> None:
    world.clock.turn(0.75)
    for verb, action in ACTIONS.items():
        job = await world.make_job()
        answer = await world.ping(job, verb)
        reply = answer.json()
        took = reply.pop("processing_time_ms")
        assert (answer.status_code, reply) == (
            200,
            {
                "status": "success",
                "message": "OK",
                "action": action,
                "job_key": job["job_key"],
                "timestamp": "2026-03-02 12:00:00",
                "next_expected": "2026-03-02 12:01:00",
            },
        ), verb
        assert isinstance(took, float), verb
        assert 0 < took < 60_000, verb
        assert answer.headers["Content-Type"] == "application/json", verb
        assert answer.headers["Content-Length"] == str(len(answer.content)), verb
        assert answer.headers["Cache-Control"] == "no-store", verb


async def test_times_are_told_in_utc_whatever_the_zone_of_the_job(world: World) -> None:
    job = await world.make_job(cron_expression="30 4 * * *", timezone="Asia/Tokyo")
    reply = (await world.ping(job)).json()
    assert reply["timestamp"] == "2026-03-02 12:00:00"
    assert reply["next_expected"] == "2026-03-02 19:30:00"


@pytest.mark.parametrize(
    ("next_expected_at", "shown"), [(None, None), (START, "2026-03-02 12:00:00")]
)
def test_a_next_run_that_is_not_expected_is_null(next_expected_at: Any, shown: Any) -> None:
    answer = receipt.accepted(
        key="abcd1234",
        action="ping",
        received_at=START,
        processing_ms=1.8749,
        next_expected_at=next_expected_at,
    )
    reply = orjson.loads(answer.body)
    assert reply["next_expected"] == shown
    assert reply["processing_time_ms"] == 1.87
    assert answer.retry_after_seconds is None
