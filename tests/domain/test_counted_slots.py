"""Slots of a cron expression: found and counted as by hand, and counted cheaply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cronbeats.domain.schedule import Cron, Every
from tests.domain.build import TICK, utc
from tests.domain.naive_cron import naive_slots
from tests.domain.random_cron import expressions, moments_near_a_change, zones

A_MOMENT = timedelta(seconds=TICK)
A_DAY = timedelta(days=1)
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class CountingCron(Cron):
    """Counts how often it was asked for a slot."""

    asked: ClassVar[list[datetime]] = []

    def slot_after(self, moment: datetime) -> datetime:
        self.asked.append(moment)
        return Cron.slot_after(self, moment)


def times_asked(expression: str, zone: str, length: timedelta) -> int:
    schedule = CountingCron(expression, zone)
    first = schedule.slot_after(utc("2026-01-01 10:30"))
    schedule.asked.clear()
    schedule.count_slots(first, first + length)
    return len(schedule.asked)


@settings(deadline=None, max_examples=150)
@given(expression=expressions, zone=zones, data=st.data())
def test_slots_near_a_change_of_the_clocks_are_those_of_the_clock_on_the_wall(
    expression: str, zone: str, data: st.DataObject
) -> None:
    first = data.draw(moments_near_a_change(zone, 30))
    slots = naive_slots(expression, zone, first, first + 3 * A_DAY)[:80]
    schedule, moment = Cron(expression, zone), first - A_MOMENT
    for slot in slots:
        moment = schedule.slot_after(moment)
        assert moment == slot


@settings(deadline=None, max_examples=150)
@given(expression=expressions, zone=zones, data=st.data())
def test_the_next_slot_is_the_same_from_whichever_moment_one_asks(
    expression: str, zone: str, data: st.DataObject
) -> None:
    moment = data.draw(moments_near_a_change(zone, 30))
    slots = naive_slots(expression, zone, moment + A_MOMENT, moment + 9 * A_DAY)
    found = Cron(expression, zone).slot_after(moment)

    assert found == slots[0] if slots else found > moment + 9 * A_DAY


@settings(deadline=None, max_examples=150)
@given(expression=expressions, zone=zones, data=st.data())
def test_early_is_a_quarter_of_the_gap_between_the_slots_around_a_moment(
    expression: str, zone: str, data: st.DataObject
) -> None:
    moment = data.draw(moments_near_a_change(zone, 30))
    slots = naive_slots(expression, zone, moment - 2 * A_DAY, moment + 2 * A_DAY)
    before = [slot for slot in slots if slot <= moment]
    after = [slot for slot in slots if slot > moment]
    if before and after:
        quarter = (after[0] - before[-1]) / 4
        assert Cron(expression, zone).early(moment) == min(quarter, timedelta(seconds=60))


@settings(deadline=None, max_examples=150)
@given(expression=expressions, zone=zones, hours=st.integers(-2, 150), data=st.data())
def test_slots_around_a_change_of_the_clocks_are_counted_as_one_by_one(
    expression: str, zone: str, hours: int, data: st.DataObject
) -> None:
    moment = data.draw(moments_near_a_change(zone, 80))
    schedule = Cron(expression, zone)
    first = schedule.slot_after(moment)
    until = moment + timedelta(hours=hours)
    count, following = schedule.count_slots(first, until)

    assert count == len(naive_slots(expression, zone, first, until))
    assert following == (schedule.slot_after(until) if count else first)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe"])
@pytest.mark.parametrize("expression", ["17 */2 * * *", "30 1,2,23 * * 1-5", "0 0 1-7 * 0"])
def test_a_whole_year_of_slots_is_counted_as_one_by_one(expression: str, zone: str) -> None:
    schedule = Cron(expression, zone)
    first = schedule.slot_after(utc("2025-01-01 00:00"))
    until = first + YEAR

    assert schedule.count_slots(first, until)[0] == len(naive_slots(expression, zone, first, until))


def test_the_day_that_apia_skipped_has_no_slot_but_what_was_fixed_runs_right_after_it() -> None:
    first, until = utc("2011-12-28 10:00"), utc("2012-01-02 09:59")
    midnight_after = utc("2011-12-30 10:00")

    hourly = Cron("30 * * * *", "Pacific/Apia")
    assert hourly.count_slots(hourly.slot_after(first), until)[0] == 5 * 24
    nightly = Cron("30 2 * * *", "Pacific/Apia")
    assert nightly.slot_after(midnight_after - timedelta(hours=3)) == midnight_after
    assert nightly.count_slots(nightly.slot_after(first), until)[0] == 6


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Australia/Lord_Howe"])
def test_counting_a_year_of_every_minute_asks_for_few_slots(zone: str) -> None:
    # Two questions for a plain day, one for each minute of the first, the last and the odd days.
    assert times_asked("* * * * *", zone, YEAR) < 2 * 365 + 4 * 1500


def test_ten_years_of_every_minute_cost_ten_times_as_many_questions_as_days_at_most() -> None:
    year, ten = (times_asked("* * * * *", "UTC", each * YEAR) for each in (1, 10))

    assert ten - year == 9 * 365 * 2


@given(
    seconds=st.integers(1, 500),
    first=st.integers(0, 5000),
    until=st.integers(-10, 5000),
)
def test_the_slots_of_an_interval_are_counted_as_one_by_one(
    seconds: int, first: int, until: int
) -> None:
    noon = utc("2026-03-02 12:00")
    slots = range(first, until + 1, seconds)
    after = first + len(slots) * seconds

    assert Every(seconds).count_slots(
        noon + timedelta(seconds=first), noon + timedelta(seconds=until)
    ) == (len(slots), noon + timedelta(seconds=after))
