"""Clocks change twice a year: a job that runs exactly when Debian's cron would is never late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from cronbeats.domain.job import Rules
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.domain.state_machine import on_signal, on_time
from cronbeats.domain.transition import Transition
from tests.domain.build import job_of, rules, utc
from tests.domain.naive_cron import naive_slots
from tests.domain.random_cron import CHANGES

TWO_YEARS = timedelta(days=731)
GRACE = 20

# In, at the edges of, and beside the hours that are skipped or repeated in one of the zones.
DAILY = ["30 2 * * *", "0 3 * * *", "45 1 * * 6,0", "30 0 1-7 * 0"]
RECURRING = ["0 0 * * *", "59 23,1,2 * * *", "15,45 1-3 * * *", "0 */4 * * *", "30 2-22/4 * * *"]
RECURRING += ["0 * * * *", "30 * * * *", "45 */2 * * *", "*/20 1,2 * * *", "15 */5 * * *"]

every_zone = pytest.mark.parametrize("zone", sorted(CHANGES))


def first_of(zone: str) -> datetime:
    return utc(f"{CHANGES[zone][0].year}-01-01 12:00")


def steps_of(its_rules: Rules, moments: Iterable[datetime], delay: float) -> list[Transition]:
    """All changes of a job that pings so many seconds after each of the moments."""
    runs = [moment + timedelta(seconds=delay) for moment in moments]
    job, steps = job_of(its_rules, runs[0]), list[Transition]()
    for moment in runs:
        change = on_signal(job, Signal(SignalKind.PING, moment))
        job, steps = change.job, [*steps, *change.transitions]
    last = runs[-1] + timedelta(seconds=1)
    return [*steps, *on_time(job, last).transitions]


def assert_never_late(expression: str, zone: str, slots: list[datetime], delay: float) -> None:
    steps = steps_of(rules(cron=expression, zone=zone, grace=GRACE), slots, delay)

    assert [step.after for step in steps] == ["healthy"]


@every_zone
@pytest.mark.parametrize("expression", DAILY)
def test_a_job_at_fixed_times_is_never_late_in_two_years(expression: str, zone: str) -> None:
    first = first_of(zone)
    slots = naive_slots(expression, zone, first, first + TWO_YEARS)

    assert len(slots) > 150
    assert_never_late(expression, zone, slots, GRACE - 1)


@every_zone
@pytest.mark.parametrize("expression", RECURRING)
def test_a_job_at_recurring_times_is_never_late_around_each_change(
    expression: str, zone: str
) -> None:
    for change in CHANGES[zone]:
        around = timedelta(days=2)
        slots = naive_slots(expression, zone, change - around, change + around)
        assert_never_late(expression, zone, slots, GRACE - 1)


@every_zone
@pytest.mark.parametrize("expression", ["* * * * *", "*/7 * * * *", "* 1,2,23 * * *"])
def test_a_job_of_every_few_minutes_is_never_late_around_each_change(
    expression: str, zone: str
) -> None:
    for change in CHANGES[zone]:
        around = timedelta(hours=2)
        slots = naive_slots(expression, zone, change - around, change + around)
        assert_never_late(expression, zone, slots, 1)


@every_zone
@pytest.mark.parametrize("expression", ["30 2 * * *", "0 0 * * *", "0 * * * *"])
def test_a_job_that_reports_40_seconds_early_is_never_late_around_each_change(
    expression: str, zone: str
) -> None:
    for change in CHANGES[zone]:
        slots = naive_slots(expression, zone, change - timedelta(days=4), change)
        slots += naive_slots(
            expression, zone, change + timedelta(seconds=1), change + timedelta(days=4)
        )
        assert_never_late(expression, zone, slots, -40)


@every_zone
@pytest.mark.parametrize("expression", ["30 2 * * *", "0 * * * *"])
def test_a_job_that_leaves_one_run_out_is_found_in_every_week_of_a_change(
    expression: str, zone: str
) -> None:
    for change in CHANGES[zone]:
        around = timedelta(days=3)
        slots = naive_slots(expression, zone, change - around, change + around)
        for lost in (len(slots) // 2, len(slots) // 2 + 1):
            kept = slots[:lost] + slots[lost + 1 :]
            steps = steps_of(rules(cron=expression, zone=zone, grace=GRACE), kept, 1)
            assert steps[1].at == slots[lost] + timedelta(seconds=GRACE)
            assert [step.after for step in steps[1:]] == ["late", "down", "healthy"]
