"""When people are told again of a job that is still down: pure, by the moments alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cronbeats.domain.reminder import Reminder, plan_reminder
from tests.domain.build import HOUR, at

EVERY_HOUR = HOUR


def announced(told: float = 0, since: float = 0) -> Reminder:
    return Reminder(at(since), told_at=at(told))


def due(reminder: Reminder, now: float, *, muted: float | None = None) -> float | None:
    until = None if muted is None else at(muted)
    planned = plan_reminder(reminder, EVERY_HOUR, until, at(now)).due_at
    return None if planned is None else (planned - at(0)).total_seconds() / HOUR


def test_the_first_reminder_is_due_one_interval_after_the_announcement() -> None:
    assert due(announced(), now=0) == 1


def test_a_reminder_that_was_said_a_little_late_does_not_move_the_next() -> None:
    assert due(announced(told=HOUR + 1), now=HOUR + 1) == 2


def test_what_was_missed_is_not_made_up_for() -> None:
    assert due(announced(told=5.2 * HOUR), now=5.2 * HOUR) == 6


def test_two_reminders_are_half_an_interval_apart_at_least() -> None:
    assert due(announced(told=5.6 * HOUR), now=5.6 * HOUR) == 7


def test_planning_twice_gives_the_same() -> None:
    assert due(announced(told=2 * HOUR), now=2.9 * HOUR) == 3


def test_no_reminder_is_due_within_a_mute() -> None:
    assert due(announced(), now=0, muted=3.5 * HOUR) == 4
    assert due(announced(), now=0, muted=4 * HOUR) == 4


def test_a_mute_that_is_over_delays_nothing() -> None:
    assert due(announced(told=2 * HOUR), now=2 * HOUR, muted=HOUR) == 3


def test_without_an_interval_nobody_is_reminded() -> None:
    assert plan_reminder(announced(), None, None, at(0)) == announced()


def test_what_a_mute_holds_back_is_due_when_it_ends() -> None:
    held = Reminder(None, told_at=at(0))
    assert plan_reminder(held, None, at(90), at(0)).due_at == at(90)
    assert plan_reminder(held, EVERY_HOUR, at(90), at(100)).due_at == at(100)


def test_what_lies_in_the_future_is_taken_back_to_now() -> None:
    planned = plan_reminder(announced(told=9 * HOUR, since=8 * HOUR), EVERY_HOUR, None, at(0))
    assert planned == Reminder(at(0), at(0), at(HOUR))


def planned(reminder: Reminder) -> datetime:
    assert reminder.due_at is not None
    return reminder.due_at


@given(
    interval=st.integers(60, 100_000),
    looks=st.lists(st.integers(1, 300_000), min_size=1, max_size=40),
)
def test_however_rarely_one_looks_no_two_are_close_and_none_is_forgotten(
    interval: int, looks: list[int]
) -> None:
    now = at(0)
    reminder = plan_reminder(Reminder(now, told_at=now), interval, None, now)
    for pause in looks:
        now += timedelta(seconds=pause)
        if planned(reminder) <= now:
            said = Reminder(reminder.announced_at, told_at=now)
            reminder = plan_reminder(said, interval, None, now)
            assert planned(reminder) - now >= timedelta(seconds=interval) / 2
        assert planned(reminder) - now <= timedelta(seconds=interval) * 1.5
        assert (planned(reminder) - at(0)) % timedelta(seconds=interval) == timedelta(0)
