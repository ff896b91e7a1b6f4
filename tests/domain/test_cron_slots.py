"""Cron: slots by the clock on the wall, reports a little early, and daylight saving."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cronbeats.domain.schedule import Cron, Every
from tests.domain.build import TICK, job, utc

BERLIN = "Europe/Berlin"


def test_a_slot_is_strictly_later_than_the_moment_asked_about() -> None:
    hourly = Cron("0 * * * *", "UTC")

    assert hourly.slot_after(utc("2026-03-02 12:00")) == utc("2026-03-02 13:00")
    assert hourly.slot_after(utc("2026-03-02 11:59:59.999999")) == utc("2026-03-02 12:00")


def test_slots_follow_the_clock_on_the_wall_in_summer_and_winter() -> None:
    nightly = Cron("30 4 * * *", BERLIN)

    assert nightly.slot_after(utc("2026-03-28 00:00")) == utc("2026-03-28 03:30")
    assert nightly.slot_after(utc("2026-03-29 00:00")) == utc("2026-03-29 02:30")


def test_a_slot_in_the_skipped_hour_comes_right_after_it() -> None:
    nightly = Cron("30 2 * * *", BERLIN)
    slot = nightly.slot_after(utc("2026-03-28 12:00"))

    assert slot == utc("2026-03-29 01:00")
    assert nightly.slot_after(slot) == utc("2026-03-30 00:30")


def test_a_slot_in_the_repeated_hour_comes_once() -> None:
    nightly = Cron("30 2 * * *", BERLIN)
    slot = nightly.slot_after(utc("2026-10-24 12:00"))

    assert slot == utc("2026-10-25 00:30")
    assert nightly.slot_after(slot) == utc("2026-10-26 01:30")


def test_an_hourly_slot_comes_in_both_rounds_of_the_repeated_hour() -> None:
    hourly = Cron("0 * * * *", BERLIN)

    assert hourly.slot_after(utc("2026-10-25 00:00")) == utc("2026-10-25 01:00")


def test_a_run_that_ends_within_the_repeated_hour_leads_to_the_next_night() -> None:
    story = job(cron="30 2 * * *", zone=BERLIN, grace=3600, created=utc("2026-10-24 00:00"))
    story.ping(utc("2026-10-24 00:31")).ping(utc("2026-10-25 01:14"))

    assert story.job.state.due_at == utc("2026-10-26 01:30")
    assert story.look(utc("2026-10-26 01:00")).status == "healthy"


def test_a_job_in_the_skipped_hour_is_healthy_when_it_runs_right_after_it() -> None:
    story = job(cron="30 2 * * *", zone=BERLIN, grace=60, created=utc("2026-03-28 00:00"))
    story.ping(utc("2026-03-28 01:30")).ping(utc("2026-03-29 01:00:20"))

    assert story.steps[1:] == []
    assert story.job.state.due_at == utc("2026-03-30 00:30")


def test_a_job_that_reports_40_seconds_early_is_healthy() -> None:
    story = job(cron="0 * * * *", grace=0, created=utc("2026-03-02 12:00"))
    for hour in ("12:59:20", "13:59:20", "14:59:20"):
        story.ping(utc(f"2026-03-02 {hour}"))

    assert story.look(utc("2026-03-02 15:59")).status == "healthy"
    assert [step[1] for step in story.steps] == ["healthy"]


def test_a_job_that_starts_40_seconds_early_is_matched_to_its_slot() -> None:
    story = job(cron="0 * * * *", grace=0, created=utc("2026-03-02 12:00"), max_runtime=600)
    story.start(utc("2026-03-02 12:59:20")).success(utc("2026-03-02 13:05"))

    assert story.job.state.due_at == utc("2026-03-02 14:00")


@pytest.mark.parametrize(
    ("expression", "early"),
    [("0 2 * * *", 60), ("*/4 * * * *", 60), ("*/2 * * * *", 30), ("* * * * *", 15)],
)
def test_early_is_a_quarter_of_the_gap_but_a_minute_at_most(expression: str, early: int) -> None:
    schedule = Cron(expression, "UTC")

    assert schedule.early(utc("2026-03-02 12:00:30")).total_seconds() == early


def test_a_run_earlier_than_early_leaves_its_slot_awaited() -> None:
    hourly = Cron("0 * * * *", "UTC")
    slot = utc("2026-03-02 13:00")

    assert hourly.slot_after_run(slot - timedelta(seconds=60 + TICK)) == slot
    assert hourly.slot_after_run(slot - timedelta(seconds=60)) == utc("2026-03-02 14:00")


@pytest.mark.parametrize(("seconds", "early"), [(1, 0.25), (60, 15), (240, 60), (86_400, 60)])
def test_early_is_a_quarter_of_an_interval_too(seconds: int, early: float) -> None:
    assert Every(seconds).early(utc("2026-03-02 12:00")).total_seconds() == early


CROSSINGS = [
    ("Europe/Berlin", utc("2026-03-29 01:00")),
    ("Europe/Berlin", utc("2026-10-25 01:00")),
    ("America/New_York", utc("2026-03-08 07:00")),
    ("America/New_York", utc("2026-11-01 06:00")),
    ("Australia/Lord_Howe", utc("2026-04-04 15:00")),
    ("Australia/Lord_Howe", utc("2026-10-03 15:30")),
]
EXPRESSIONS = ["30 2 * * *", "59 1 * * *", "15,45 2,3 * * *", "*/10 * * * *", "0 */2 * * *"]


@settings(deadline=None, max_examples=100)
@given(
    crossing=st.sampled_from(CROSSINGS),
    expression=st.sampled_from(EXPRESSIONS),
    seconds=st.floats(-4 * 3600, 4 * 3600),
    share=st.floats(0, 0.999),
)
def test_around_a_change_of_the_clocks_slots_only_go_forward(
    crossing: tuple[str, datetime], expression: str, seconds: float, share: float
) -> None:
    zone, change = crossing
    schedule = Cron(expression, zone)
    moment = change + timedelta(seconds=seconds)
    slot = schedule.slot_after(moment)

    assert slot > moment
    assert schedule.slot_after(moment + (slot - moment) * share) == slot
    assert schedule.slot_after(slot) > slot
    assert timedelta(0) < schedule.early(moment) <= timedelta(seconds=60)
    assert schedule.slot_after_run(slot - schedule.early(moment)) > slot
