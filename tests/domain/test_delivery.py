"""When a message that did not get through is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cronbeats.domain.delivery import next_attempt
from tests.domain.build import DAY, HOUR, at


def wait(attempts: int, jitter: float = 0, asked: float | None = None) -> float:
    """Seconds until the next attempt, of an alert owed since now."""
    again = next_attempt(attempts, at(0), at(0), jitter, asked)
    assert again is not None
    return (again - at(0)).total_seconds()


def test_each_wait_doubles_the_one_before_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait(attempts) for attempts in range(1, 13)]

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_the_wait_stays_the_same_however_many_attempts_there_were() -> None:
    assert wait(10_000) == 900


def test_before_the_first_failure_the_wait_is_the_shortest() -> None:
    assert wait(0) == 2


@settings(deadline=None)
@given(attempts=st.integers(1, 50), jitter=st.floats(0, 1))
def test_jitter_takes_up_to_half_of_a_wait_away(attempts: int, jitter: float) -> None:
    assert wait(attempts) / 2 <= wait(attempts, jitter) <= wait(attempts)


def test_full_jitter_takes_half_of_a_wait_away() -> None:
    assert wait(1, jitter=1) == 1


def test_the_other_side_is_not_asked_again_before_the_moment_it_named() -> None:
    assert wait(1, asked=120) == 120
    assert wait(1, jitter=1, asked=120) == 120


def test_a_moment_named_sooner_than_our_own_wait_shortens_nothing() -> None:
    assert wait(5, asked=1) == 32
    assert wait(5, asked=-10) == 32


@pytest.mark.parametrize("asked", [HOUR + 1, 1e9, 1e15, float("inf")])
def test_an_absurd_moment_named_by_the_other_side_is_cut_to_an_hour(asked: float) -> None:
    assert wait(1, asked=asked) == HOUR


def test_what_is_no_number_of_seconds_breaks_nothing() -> None:
    assert wait(1, asked=float("nan")) >= 2


@pytest.mark.parametrize("age", [DAY, DAY + 1, 30 * DAY])
def test_after_a_day_it_is_given_up(age: int) -> None:
    assert next_attempt(100, at(0), at(age), 0) is None
    assert next_attempt(20, at(0), at(age), 0, 5) is None


def test_what_nobody_could_send_for_a_day_is_tried_for_some_hours_all_the_same() -> None:
    assert next_attempt(19, at(0), at(30 * DAY), 0) == at(30 * DAY) + timedelta(minutes=15)


def test_within_the_day_it_is_not_given_up() -> None:
    now = at(DAY) - timedelta(microseconds=1)

    assert next_attempt(100, at(0), now, 0) == now + timedelta(seconds=900)


def test_the_wait_counts_from_the_failure_not_from_the_event() -> None:
    assert next_attempt(1, at(0), at(HOUR), 0) == at(HOUR + 2)
