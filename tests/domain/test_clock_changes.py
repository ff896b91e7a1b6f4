"""What changes of the clocks do to a schedule is told if it is odd, and only then."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronbeats.domain.clock_change import clock_changes, clock_notes
from cronbeats.domain.schedule import Cron, Every
from tests.domain.build import NOON, utc

FORWARD = "On Sun 2026-03-29 clocks go forward from 02:00 to 03:00: "
BACK = "On Sun 2026-10-25 clocks go back from 03:00 to 02:00: "


def notes(expression: str, zone: str = "Europe/Berlin") -> list[str]:
    return clock_notes(Cron(expression, zone), zone, NOON)


def test_the_changes_of_a_year_are_found_to_the_second() -> None:
    found = [(each.at, each.shift) for each in clock_changes("Europe/Berlin", NOON)]
    hour = timedelta(hours=1)
    assert found == [(utc("2026-03-29 01:00"), hour), (utc("2026-10-25 01:00"), -hour)]
    assert list(clock_changes("UTC", NOON)) == []


def test_a_fixed_time_is_moved_out_of_the_skipped_hour_and_comes_once_in_the_repeated_one() -> None:
    assert notes("30 2 * * *") == [
        f"{FORWARD}there is no 02:30, so the run is expected at 03:00.",
        f"{BACK}02:30 comes twice, and the run is expected once, at 02:30 CEST.",
    ]


def test_a_wildcard_is_told_of_where_its_runs_come_unevenly() -> None:
    assert notes("0 */2 * * *") == [
        f"{FORWARD}there is no 02:00, so no run is expected then.",
        f"{BACK}02:00 comes twice, and a run is expected each time.",
    ]


@pytest.mark.parametrize(
    "expression", ["*/15 * * * *", "30 * * * *", "0 4 * * *", "30 2 * * 1-5", "30 2 1 * *"]
)
def test_nothing_is_told_of_what_goes_on_as_ever(expression: str) -> None:
    assert notes(expression) == []


def test_clocks_may_be_changed_by_half_an_hour() -> None:
    [told] = notes("0 2 * * *", "Australia/Lord_Howe")
    assert told == (
        "On Sun 2026-10-04 clocks go forward from 02:00 to 02:30: "
        "there is no 02:00, so the run is expected at 02:30."
    )


def test_an_interval_of_days_moves_by_the_clock_on_the_wall() -> None:
    told = clock_notes(Every(86_400), "Europe/Berlin", NOON)
    assert told == [f"{FORWARD}a run that came at 12:00 is expected at 13:00 from then on."]
    assert clock_notes(Every(3_600), "Europe/Berlin", NOON) == []


@given(
    st.integers(0, 59),
    st.integers(0, 23),
    st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Gaza"]),
)
def test_a_run_that_is_said_to_come_at_another_time_does(minute: int, hour: int, zone: str) -> None:
    schedule = Cron(f"{minute} {hour} * * *", zone)
    for change in clock_changes(zone, NOON):
        before = change.at - timedelta(hours=20)
        slots = [before := schedule.slot_after(before) for _ in range(2)]
        shown = {(slot + change.after).strftime("%H:%M") for slot in slots if slot >= change.at}
        moved = [each for each in notes(schedule.expression, zone) if "so the run" in each]
        is_told = any(f"{change.at + change.before:%Y-%m-%d}" in each for each in moved)
        if change.shift > timedelta(0) and slots[0] == change.at:
            assert is_told or shown == {f"{hour:02}:{minute:02}"}
        elif is_told:
            assert f"{hour:02}:{minute:02}" not in shown
