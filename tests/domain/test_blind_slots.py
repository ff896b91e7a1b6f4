"""Slots that nobody could hear: they are passed over, and nobody is blamed for them."""

from __future__ import annotations

import pytest

from cronbeats.domain.signal import SignalKind
from tests.domain.build import DAY, HOUR, TICK, Story, job, rules, signal, utc

# Every job here is expected every hour, has a grace of 10 minutes, and is down 5 minutes after.
EARLY, GRACE, LATE, DOWN = 3540, 600, 4200, 4500


def hourly() -> Story:
    return job(every=HOUR, grace=GRACE).ping(0)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (3000, EARLY + TICK),
        (EARLY, HOUR),
        (HOUR + 10, HOUR + 20),
        (LATE - TICK, LATE + 100),
        (3000, 5000),
    ],
)
def test_a_silent_slot_whose_time_to_report_touches_a_blind_window_is_unobserved(
    start: float, end: float
) -> None:
    story = hourly().blind(start, end).look(max(end, LATE))

    assert story.steps == [(0, "healthy")]
    assert story.outcomes == ["success", "unobserved"]
    assert story.runs[1].slot_at == hourly().job.state.due_at
    assert story.due == end + HOUR


@pytest.mark.parametrize(("start", "end"), [(100, EARLY), (LATE, LATE + 10)])
def test_a_blind_window_that_only_borders_on_a_slots_grace_excuses_no_lateness(
    start: float, end: float
) -> None:
    assert hourly().blind(start, end).look(LATE).steps[1:] == [(LATE, "late")]


@pytest.mark.parametrize(("start", "end"), [(LATE, LATE + 40), (LATE + 10, DAY)])
def test_a_slot_silent_through_its_grace_before_we_were_blind_stays_late_and_is_not_down(
    start: float, end: float
) -> None:
    story = hourly().blind(start, end).look(max(end, DOWN))

    assert story.steps[1:] == [(LATE, "late")]
    assert story.outcomes == ["success", "unobserved"]
    assert story.due == end + HOUR


def test_a_job_that_was_late_before_we_were_blind_is_down_when_the_next_slot_is_lost() -> None:
    story = hourly().blind(LATE + 10, 10_000).look(10_000 + DOWN - TICK)

    assert story.steps[1:] == [(LATE, "late")]
    assert story.look(10_000 + DOWN).steps[2:] == [(10_000 + DOWN, "down")]


def test_a_blind_window_that_begins_when_a_job_is_down_excuses_nothing() -> None:
    story = hourly().blind(DOWN, DAY).look(DAY)

    assert story.steps[1:] == [(LATE, "late"), (DOWN, "down")]


def test_a_dead_job_is_found_one_interval_after_we_could_hear_again() -> None:
    story = hourly().blind(3500, 5000).look(DAY)

    assert story.steps[1:3] == [(5000 + LATE, "late"), (5000 + DOWN, "down")]


def test_a_blind_window_over_many_slots_leaves_one_of_them_unobserved() -> None:
    story = hourly().blind(3000, 30 * DAY).look(30 * DAY)

    assert story.outcomes == ["success", "unobserved"]
    assert story.due == 30 * DAY + HOUR


def test_each_of_several_blind_windows_moves_the_next_slot_on() -> None:
    story = hourly().blind(3600, 3700).blind(4000, 4100).blind(7700, 7800)
    story.look(DAY)

    assert story.steps[1:3] == [(7800 + LATE, "late"), (7800 + DOWN, "down")]
    assert story.outcomes[:3] == ["success", "unobserved", "unobserved"]


def test_a_run_that_was_heard_before_we_were_blind_leaves_nothing_unobserved() -> None:
    story = hourly().ping(3600).blind(3700, 4000).look(7200 + GRACE - TICK)

    assert story.outcomes == ["success", "success"]
    assert story.due == 7200


def test_a_signal_in_the_moment_we_hear_again_is_heard() -> None:
    story = hourly().blind(3500, 5000).ping(5000)

    assert story.steps == [(0, "healthy")]
    assert story.outcomes == ["success", "unobserved", "success"]
    assert story.due == 5000 + HOUR


def test_a_signal_within_the_grace_of_a_slot_that_we_heard_only_in_part_answers_it() -> None:
    story = hourly().blind(3500, 3700).ping(3800)

    assert story.outcomes == ["success", "success"]
    assert story.due == 3800 + HOUR


def test_an_unobserved_slot_leaves_the_streaks_alone() -> None:
    story = job(every=HOUR, grace=GRACE, tolerance=3).ping(0).fail(100)
    before = story.look(7000).job.state
    story.blind(7400, 7500).look(9000)
    after = story.job.state

    assert (before.good_streak, before.bad_streak, before.missed_streak) == (0, 2, 1)
    assert (after.good_streak, after.bad_streak, after.missed_streak) == (0, 2, 1)
    assert story.outcomes[-1] == "unobserved"


@pytest.mark.parametrize("kind", [SignalKind.START, SignalKind.LOG, SignalKind.PROGRESS])
def test_a_pending_job_that_is_armed_is_not_late_for_a_slot_we_could_not_hear(
    kind: SignalKind,
) -> None:
    story = job(every=HOUR, grace=GRACE).hear(signal(kind, 0)).blind(3500, 5000)

    assert story.look(5000 + LATE - TICK).steps == []
    assert story.look(5000 + LATE).steps == [(5000 + LATE, "late")]


def test_a_job_that_was_never_heard_stays_unarmed_through_a_blind_window() -> None:
    story = job(every=HOUR).blind(10, DAY).look(30 * DAY)

    assert (story.steps, story.runs, story.due) == ([], [], None)


def test_a_run_going_while_we_were_blind_stands_for_its_slot_and_is_not_blamed() -> None:
    story = hourly().start(3600).blind(3700, 4000).look(LATE)

    assert story.steps == [(0, "healthy")]
    assert story.outcomes == ["success", "running"]
    assert story.due == 4000 + HOUR


def test_a_pause_after_a_blind_window_blames_nobody() -> None:
    assert hourly().blind(3500, 5000).pause(5000).steps == [(0, "healthy"), (5000, "disabled")]


def test_an_edit_after_a_blind_window_blames_nobody() -> None:
    story = hourly().blind(3500, 5000).edit(5000, rules(every=HOUR, grace=20))

    assert story.steps == [(0, "healthy")]
    assert story.due == 5000 + HOUR


def test_a_blind_window_within_a_grace_longer_than_the_interval_moves_the_slot_on() -> None:
    story = job(every=60, grace=HOUR).ping(0).blind(3000, 3100).look(3660)

    assert story.steps == [(0, "healthy")]
    assert story.due == 3160


def test_a_blind_window_before_the_clocks_moment_is_known_to_a_signal_too() -> None:
    heard, looked = hourly().blind(3500, 5000), hourly().blind(3500, 5000)
    heard.ping(6000)
    looked.look(5000).look(5500).ping(6000)

    assert (heard.told.transitions, heard.runs) == (looked.told.transitions, looked.runs)


def test_nothing_that_was_due_before_a_story_began_is_unobserved() -> None:
    story = job(every=HOUR, created=utc("2026-03-02 12:00")).blind(-500, -400).ping(0).look(3000)

    assert story.outcomes == ["success"]
