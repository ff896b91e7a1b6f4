"""Outages of ours that come again and again: they excuse a silent job for a while, not for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.domain.build import DAY, HOUR, Story, at, job, rules, utc

NOON = utc("2026-03-02 12:00")
MINUTE = 60


def clock(text: str) -> datetime:
    return utc(f"2026-03-02 {text}")


def hourly(tolerance: int = 0, max_runtime: int | None = None) -> Story:
    """Late ten minutes after the hour, down five minutes after that."""
    story = job(
        cron="0 * * * *", grace=600, created=NOON, tolerance=tolerance, max_runtime=max_runtime
    )
    return story.ping(NOON)


def blind_each_hour(story: Story, minutes: int, first: int = 13, last: int = 23) -> Story:
    for hour in range(first, last + 1):
        story.blind(clock(f"{hour}:00"), clock(f"{hour}:{minutes}"))
    return story


def steps_of(story: Story) -> list[tuple[datetime, str]]:
    return [(step.at, step.after.value) for step in story.told.transitions[1:]]


def test_a_dead_job_is_found_once_we_heard_for_three_gaps_and_graces_since_it_fell_silent() -> None:
    story = blind_each_hour(hourly(), 10).look(clock("23:59"))

    # 50 minutes of each hour are heard: 200 by 17:10, 250 by 18:10; 210 are needed.
    assert steps_of(story) == [(clock("18:10"), "late"), (clock("18:15"), "down")]
    assert story.outcomes == ["success"] + ["unobserved"] * 5 + ["missed"]
    assert story.incidents[0].missed_runs >= 1


def test_late_and_down_within_a_blind_window_both_bear_the_moment_we_could_hear_again() -> None:
    story = blind_each_hour(hourly(), 20).look(clock("23:59"))

    assert steps_of(story) == [(clock("19:20"), "late"), (clock("19:20"), "down")]
    assert story.outcomes[1:7] == ["unobserved"] * 6


def test_what_is_to_be_judged_after_a_blind_window_waits_for_its_end() -> None:
    story = blind_each_hour(hourly(), 20)

    assert steps_of(story.look(clock("19:19"))) == []
    assert steps_of(story.ping(clock("19:19")).look(clock("19:59"))) == []


def test_each_transition_tells_since_when_runs_may_have_come_unheard() -> None:
    story = blind_each_hour(hourly(), 20).look(clock("23:59"))

    assert [step.unheard_since for step in story.told.transitions] == [
        None,
        clock("13:00"),
        clock("13:00"),
    ]


def test_a_job_blamed_for_a_slot_that_we_could_hear_is_not_said_to_be_unheard() -> None:
    story = blind_each_hour(hourly(), 10, last=14).look(clock("15:59"))

    assert steps_of(story) == [(clock("15:10"), "late"), (clock("15:15"), "down")]
    assert [step.unheard_since for step in story.told.transitions] == [None, None, None]


def test_a_nightly_job_that_died_is_found_although_we_are_serviced_at_its_every_slot() -> None:
    story = job(cron="0 2 * * *", grace=HOUR, created=NOON).ping(NOON)
    for day in range(1, 60):
        story.blind(at(DAY * day - 10 * HOUR), at(DAY * day - 10 * HOUR + 10 * MINUTE))
    story.look(at(60 * DAY - 10 * HOUR))

    assert story.job.state.incident is not None
    assert story.job.state.incident.started_at == utc("2026-03-07 03:05")


def test_each_lost_slot_counts_until_more_are_lost_than_are_tolerated() -> None:
    story = blind_each_hour(hourly(tolerance=2), 10).look(clock("23:59"))

    assert steps_of(story) == [(clock("18:10"), "late"), (clock("20:15"), "down")]
    assert story.outcomes == ["success"] + ["unobserved"] * 5 + ["missed"] * 3


def test_a_run_without_a_limit_that_hangs_is_found_too() -> None:
    story = blind_each_hour(hourly().start(clock("12:30")), 10).look(clock("23:59"))

    assert steps_of(story)[1] == (clock("18:15"), "down")
    assert story.reasons[-1] == "overran"


def test_a_dead_job_is_found_by_a_service_that_hears_ten_of_every_fifty_seconds() -> None:
    story = job(every=60, grace=30, created=0).ping(0)
    for number in range(200):
        story.blind(50 * number + 10, 50 * number + 50)
    story.look(200 * 50)

    [late, down] = [seconds for seconds, _ in story.steps[1:]]
    heard = story.blindness.heard_between(at(60), at(down))
    assert late <= down
    assert timedelta(seconds=270) <= heard <= timedelta(seconds=4 * 60 + 4 * 30 + 30)


def test_a_healthy_job_of_which_every_tenth_run_is_heard_is_not_blamed() -> None:
    story = job(every=60, grace=30, created=0).ping(0)
    for number in range(2000):
        story.blind(50 * number + 10, 50 * number + 50)
    for heard_at in range(600, 2000 * 50, 600):
        story.ping(heard_at)

    assert story.steps == [(0, "healthy")]
    assert story.outcomes.count("unobserved") > 100


def first_slots_unheard() -> Story:
    story = blind_each_hour(hourly(tolerance=3), 10, last=14).look(clock("14:30"))
    assert story.job.state.unheard_since == clock("13:00")
    return story


HEARD_AT = clock("14:40")


@pytest.mark.parametrize(
    "happens",
    [
        lambda story: story.ping(HEARD_AT),
        lambda story: story.fail(HEARD_AT),
        lambda story: story.start(HEARD_AT - timedelta(minutes=5)).success(HEARD_AT),
        lambda story: story.pause(HEARD_AT),
        lambda story: story.pause(HEARD_AT).resume(HEARD_AT),
        lambda story: story.edit(HEARD_AT, rules(cron="30 * * * *", grace=600)),
    ],
)
def test_a_run_that_answers_a_slot_a_pause_and_another_schedule_end_the_unheard_time(
    happens: Callable[[Story], Story],
) -> None:
    assert happens(first_slots_unheard()).job.state.unheard_since is None


@pytest.mark.parametrize(
    "happens",
    [
        lambda story: story.log(HEARD_AT),
        lambda story: story.progress(HEARD_AT, 10),
        lambda story: story.start(HEARD_AT),
        lambda story: story.edit(HEARD_AT, rules(cron="0 * * * *", grace=500)),
        lambda story: story.look(clock("15:15")),
        lambda story: story.set_clock_back(clock("14:00")),
    ],
)
def test_what_answers_no_slot_leaves_the_unheard_time_as_it_is(
    happens: Callable[[Story], Story],
) -> None:
    assert happens(first_slots_unheard()).job.state.unheard_since == clock("13:00")


def test_a_start_answers_the_slot_of_a_run_with_a_limit() -> None:
    story = blind_each_hour(hourly(max_runtime=600), 10, last=14).look(clock("14:30"))

    assert story.job.state.unheard_since == clock("13:00")
    assert story.start(HEARD_AT).job.state.unheard_since is None


def test_a_clock_set_back_before_the_unheard_time_knows_nothing_of_it() -> None:
    story = first_slots_unheard().set_clock_back(clock("12:30"))

    assert story.job.state.unheard_since is None
