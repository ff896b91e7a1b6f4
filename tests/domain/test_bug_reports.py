"""What went wrong in other monitors, told as stories in which nothing may go wrong here."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.domain.build import DAY, HOUR, NOON, Story, job, rules, utc

MINUTE = 60
MIDNIGHT = utc("2026-03-02 00:00")


def night(number: int, clock: str) -> datetime:
    hour, minute, second = map(int, clock.split(":"))
    return MIDNIGHT + timedelta(days=number, hours=hour, minutes=minute, seconds=second)


def names(story: Story) -> list[str]:
    return [name for _, name in story.steps]


def test_a_daily_cron_job_that_reports_40_seconds_early_is_healthy_next_day_as_well() -> None:
    story = job(cron="0 3 * * *", grace=60, created=MIDNIGHT)
    for number in range(60):
        story.ping(night(number, "2:59:20")).look(night(number, "23:00:00"))

    assert names(story) == ["healthy"]


def test_a_daily_cron_job_now_early_and_now_punctual_is_healthy() -> None:
    story = job(cron="0 3 * * *", grace=60, created=MIDNIGHT)
    for number in range(60):
        story.ping(night(number, ["2:59:20", "3:00:00", "3:00:50", "2:59:59"][number % 4]))

    assert names(story) == ["healthy"]


def test_a_daily_interval_job_that_reports_40_seconds_early_is_healthy_next_day_as_well() -> None:
    story = job(every=DAY, grace=60).ping(0)
    for number in range(1, 60):
        story.ping(number * DAY - 40 * (number % 2))

    assert names(story) == ["healthy"]


def test_a_daily_job_that_was_early_and_is_dead_next_day_is_found() -> None:
    story = job(cron="0 3 * * *", grace=60, created=MIDNIGHT)
    story.ping(night(0, "2:59:20")).look(night(2, "0:00:00"))

    assert [step.at for step in story.told.transitions[1:]] == [
        night(1, "3:01:00"),
        night(1, "3:02:00"),
    ]


@pytest.mark.parametrize("limit", [None, 2 * HOUR])
def test_a_run_that_starts_on_time_and_ends_after_the_next_slot_is_healthy(
    limit: int | None,
) -> None:
    story = job(cron="0 * * * *", grace=75 * MINUTE, max_runtime=limit)
    for hour in range(1, 30, 3):
        story.start(hour * HOUR).success(hour * HOUR + 70 * MINUTE)
        story.start(hour * HOUR + 71 * MINUTE).success(hour * HOUR + 85 * MINUTE)
        story.start(hour * HOUR + 2 * HOUR).success(hour * HOUR + 2 * HOUR + 20 * MINUTE)

    assert names(story) == ["healthy"]


def test_overlapping_runs_that_start_on_time_and_end_after_the_next_slot_are_healthy() -> None:
    story = job(cron="0 * * * *", grace=10 * MINUTE, max_runtime=90 * MINUTE)
    story.start(0, "run-0")
    for hour in range(1, 30):
        story.start(hour * HOUR, f"run-{hour}")
        story.success(hour * HOUR + 15 * MINUTE, f"run-{hour - 1}")

    assert names(story) == ["healthy"]
    assert {run.duration_ms for run in story.runs if run.ended_at} == {75 * MINUTE * 1000}


@pytest.mark.parametrize("limit", [None, HOUR])
@pytest.mark.parametrize("cron", [None, "0 12 * * *"])
def test_durations_that_wander_never_eat_the_grace(cron: str | None, limit: int | None) -> None:
    story = job(every=DAY, cron=cron, grace=HOUR, max_runtime=limit)
    for number, minutes in enumerate([10, 50, 10, 59, 1, 30, 50, 10, 50, 59] * 3):
        began = number * DAY + MINUTE / 2
        story.start(began).success(began + minutes * MINUTE)

    assert names(story) == ["healthy"]


def test_a_job_whose_only_report_comes_later_each_day_within_its_grace_is_healthy() -> None:
    story = job(every=DAY, grace=HOUR).ping(0)
    moment = 0
    for _ in range(30):
        moment += DAY + 55 * MINUTE
        story.ping(moment)

    assert names(story) == ["healthy"]


def test_switching_between_interval_and_cron_alarms_nobody() -> None:
    story = job(every=HOUR, grace=5 * MINUTE).ping(0)
    cron = rules(cron="0 * * * *", grace=5 * MINUTE)
    interval = rules(every=HOUR, grace=5 * MINUTE)
    for number in range(1, 40):
        story.edit(number * HOUR - 20 * MINUTE, cron if number % 2 else interval)
        story.ping(number * HOUR + 10).look(number * HOUR + 30 * MINUTE)

    assert names(story) == ["healthy"]


@pytest.mark.parametrize("minute", range(0, 60, 7))
def test_switching_a_job_that_is_late_tells_of_no_down(minute: int) -> None:
    grace = 40 * MINUTE
    story = job(every=HOUR, grace=grace, down_after=HOUR).ping(0).look(HOUR + grace)
    moment = HOUR + grace + minute * MINUTE
    story.edit(moment, rules(cron="30 * * * *", grace=grace, down_after=0)).look(moment)

    assert names(story) == ["healthy", "late"]
    assert story.job.down_at is not None
    assert story.job.down_at > NOON + timedelta(seconds=moment)


def test_a_job_switched_to_cron_and_dead_is_found_at_its_first_moment() -> None:
    story = job(every=DAY, grace=HOUR).ping(0).edit(HOUR + 1, rules(cron="0 * * * *", grace=60))

    assert story.look(DAY).steps[1:3] == [(2 * HOUR + 60, "late"), (2 * HOUR + 120, "down")]


def test_a_restart_of_ours_in_the_minute_of_a_slot_alarms_nobody() -> None:
    story = job(cron="*/10 * * * *", grace=0)
    for slot in range(10 * MINUTE, DAY, 10 * MINUTE):
        if slot % HOUR:
            story.ping(slot - 5)
        else:
            story.blind(slot - 35, slot + 5)

    assert names(story) == ["healthy"]


def test_a_dead_job_is_found_although_we_are_restarted_every_day() -> None:
    story = job(every=HOUR, grace=600).ping(0)
    for number in range(1, 10):
        story.blind(number * DAY - 60, number * DAY).look(number * DAY)

    assert story.steps[1:] == [(4200, "late"), (4500, "down")]
