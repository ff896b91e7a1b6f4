"""Slots of a cron expression that nobody could hear: the first moment after we could is judged."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.domain.build import TICK, Story, job, utc

NOON = utc("2026-03-02 12:00")
LATE = timedelta(minutes=10)
DOWN = timedelta(minutes=15)
A_MOMENT = timedelta(seconds=TICK)


def hourly(cron: str = "0 * * * *") -> Story:
    return job(cron=cron, grace=600, created=NOON).ping(NOON)


def clock(text: str) -> datetime:
    return utc(f"2026-03-02 {text}")


def test_a_silent_slot_that_we_could_not_hear_is_unobserved() -> None:
    story = hourly().blind(clock("12:50"), clock("13:20")).look(clock("13:20"))

    assert story.steps == [(0, "healthy")]
    assert story.outcomes == ["success", "unobserved"]
    assert story.runs[1].slot_at == clock("13:00")
    assert story.job.state.due_at == clock("14:00")


def test_the_first_slot_after_we_could_hear_again_is_judged() -> None:
    story = hourly().blind(clock("12:50"), clock("16:30")).look(clock("23:00"))

    assert [(step.at, step.after) for step in story.told.transitions[1:]] == [
        (clock("17:10"), "late"),
        (clock("17:15"), "down"),
    ]
    assert story.outcomes[:2] == ["success", "unobserved"]


def test_a_blind_window_that_ended_within_the_minute_before_a_slot_excuses_that_slot_only() -> None:
    story = hourly().blind(clock("12:59:10"), clock("12:59:50")).look(clock("14:00"))

    assert story.steps == [(0, "healthy")]
    assert story.outcomes == ["success", "unobserved"]
    assert story.job.state.due_at == clock("14:00")


def test_a_slot_less_than_a_minute_after_a_blind_window_is_unobserved_as_well() -> None:
    story = hourly().blind(clock("12:50"), clock("14:59:30")).look(clock("23:00"))

    assert [run.slot_at for run in story.runs[1:3]] == [clock("13:00"), clock("15:00")]
    assert story.outcomes[1:3] == ["unobserved", "unobserved"]
    assert story.told.transitions[1].at == clock("16:10")


def test_a_slot_a_minute_after_a_blind_window_is_judged() -> None:
    story = hourly().blind(clock("12:50"), clock("14:59")).look(clock("23:00"))

    assert story.outcomes[1:3] == ["unobserved", "missed"]
    assert story.told.transitions[1].at == clock("15:10")


def test_a_blind_window_that_ended_in_the_moment_of_a_slot_excuses_it() -> None:
    story = hourly().blind(clock("12:30"), clock("13:00")).look(clock("13:59"))

    assert story.outcomes == ["success", "unobserved"]
    assert story.job.state.due_at == clock("14:00")


def test_slots_each_with_a_blind_window_of_their_own_are_unobserved_one_after_another() -> None:
    story = hourly()
    for hour in range(13, 16):
        story.blind(clock(f"{hour}:01"), clock(f"{hour}:02"))
    story.look(clock("16:00"))

    assert story.outcomes == ["success"] + ["unobserved"] * 3
    assert story.steps == [(0, "healthy")]
    assert story.look(clock("16:10")).status == "late"


def test_a_slot_silent_through_its_grace_before_we_were_blind_stays_late_and_is_not_down() -> None:
    story = hourly().blind(clock("13:12"), clock("13:13")).look(clock("14:15") - A_MOMENT)

    assert story.steps[1:] == [(70 * 60, "late")]
    assert story.look(clock("14:15")).status == "down"


def test_a_nightly_job_that_ran_while_we_were_away_is_not_blamed_the_next_morning() -> None:
    story = job(cron="30 4 * * *", zone="Europe/Berlin", grace=3600, created=NOON)
    story.ping(utc("2026-03-02 03:30")).blind(utc("2026-03-02 22:00"), utc("2026-03-03 07:00"))
    story.look(utc("2026-03-04 03:00")).ping(utc("2026-03-04 03:31"))

    assert [name for _, name in story.steps] == ["healthy"]


def test_a_row_of_short_blind_windows_before_each_slot_alarms_nobody_while_runs_are_heard() -> None:
    story = hourly("*/5 * * * *")
    for minute in range(5, 600, 5):
        slot = NOON + timedelta(minutes=minute)
        story.blind(slot - timedelta(seconds=40), slot - timedelta(seconds=5))
        story.look(slot)
        if minute % 30 == 0:
            story.ping(slot + timedelta(minutes=1))

    assert story.steps == [(0, "healthy")]
    assert "unobserved" in story.outcomes
