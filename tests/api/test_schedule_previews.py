"""What a schedule means, in words and as its next five slots, before and after it is a job's."""

from typing import Any

from tests.api.answers import data_of, errors_of
from tests.support.world import Json, World

WORDS: list[tuple[Json, str]] = [
    ({"expected_interval_seconds": 60}, "every minute"),
    ({"expected_interval_seconds": 86_400}, "every day"),
    ({"expected_interval_seconds": 7_200}, "every 2 hours"),
    ({"expected_interval_seconds": 5_400}, "every 90 minutes"),
    ({"expected_interval_seconds": 61}, "every 61 seconds"),
    ({"cron_expression": "30 2 * * 1-5"}, "every weekday at 02:30, UTC"),
    ({"cron_expression": "30 2 * * *"}, "every day at 02:30, UTC"),
    ({"cron_expression": "0 3 L * *"}, "at 03:00 on the last day of every month, UTC"),
    ({"cron_expression": "15 3 * * MON#2"}, "at 03:15 on the second Monday of the month, UTC"),
    ({"cron_expression": "*/5 * * * *"}, "every fifth minute of every hour, UTC"),
]


async def test_schedules_are_told_in_words_for_people(world: World) -> None:
    for schedule, words in WORDS:
        assert (await preview(world, schedule))["words"] == words


async def test_the_next_five_slots_are_told_in_utc_and_in_the_jobs_zone(world: World) -> None:
    told = await preview(world, {"cron_expression": "30 2 * * 1-5", "timezone": "Europe/Berlin"})
    assert told["timezone"] == "Europe/Berlin"
    assert [slot["at"] for slot in told["slots"]] == [
        f"2026-03-{day:02}T01:30:00Z" for day in (3, 4, 5, 6, 9)
    ]
    assert told["slots"][0]["local"] == "2026-03-03T02:30:00+01:00"


async def test_a_jobs_first_slot_is_the_one_awaited(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    world.clock.turn(30)
    told = data_of(await world.api("GET", f"/jobs/{job['id']}/schedule-preview"))
    assert [slot["at"] for slot in told["slots"]][:2] == [
        "2026-03-02T12:01:00Z",
        "2026-03-02T12:02:00Z",
    ]


async def test_a_schedule_that_makes_no_sense_says_why(world: World) -> None:
    cases: list[tuple[Json, str, str]] = [
        ({"cron_expression": "0 0 30 2 *"}, "cron_expression", "Not a cron expression"),
        ({"cron_expression": "0 0 * *"}, "cron_expression", "5 fields"),
        ({"cron_expression": "0 0 * * *", "timezone": "Mars/Base"}, "timezone", "IANA"),
        ({}, "expected_interval_seconds", "Required"),
        (
            {"cron_expression": "0 0 * * *", "expected_interval_seconds": 60},
            "cron_expression",
            "not both",
        ),
    ]
    for body, field, words in cases:
        errors = errors_of(await world.api("POST", "/schedule-preview", body))
        assert words in errors[field][0], (body, errors)


async def preview(world: World, schedule: Json) -> Any:
    return data_of(await world.api("POST", "/schedule-preview", schedule))
