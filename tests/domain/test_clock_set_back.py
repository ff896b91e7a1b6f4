"""A clock that ran ahead was set back: nothing lies in the future, nobody is blamed or cleared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cronbeats.domain.job import Rules, State
from cronbeats.domain.signal import Signal
from cronbeats.domain.transition import Change
from tests.domain.build import DAY, HOUR, TICK, Story, at, job, job_of
from tests.domain.random_jobs import cron_rules, interval_rules, signals

YEAR = 365 * DAY


def told_moments(state: State) -> Iterator[datetime]:
    """All that was noted as having happened."""
    for field in fields(State):
        value = getattr(state, field.name)
        if isinstance(value, datetime) and field.name != "due_at":
            yield value
    yield from (run.started_at for run in state.open_runs if run.started_at)
    if state.incident is not None:
        yield state.incident.started_at
    if state.last_signal is not None:
        yield state.last_signal.received_at


def healthy() -> Story:
    return job(every=HOUR, grace=600).ping(YEAR)


def late() -> Story:
    return healthy().look(YEAR + HOUR + 600)


def down() -> Story:
    return healthy().look(YEAR + DAY)


def failed() -> Story:
    return healthy().start(YEAR + 20, "a").fail(YEAR + 100, "b")


def limited() -> Story:
    return job(every=HOUR, grace=600, max_runtime=300).start(YEAR).start(YEAR + 100)


def pending() -> Story:
    return job(every=HOUR, grace=600).progress(YEAR, 1)


def paused() -> Story:
    return failed().pause(YEAR + 200)


TELLERS = [healthy, late, down, failed, limited, pending, paused]
everyone = pytest.mark.parametrize("tell", TELLERS)


@everyone
def test_afterwards_nothing_lies_in_the_future(tell: Callable[[], Story]) -> None:
    story = tell().set_clock_back(DAY)

    assert max(told_moments(story.job.state)) <= at(DAY)


@everyone
def test_nobody_is_blamed_or_cleared(tell: Callable[[], Story]) -> None:
    before, story = tell(), tell().set_clock_back(DAY)

    assert story.told.transitions == before.told.transitions
    assert story.outcomes == before.outcomes
    assert [each.ended_at for each in story.incidents] == [
        each.ended_at for each in before.incidents
    ]
    for name in ("status", "reason", "good_streak", "bad_streak", "missed_streak"):
        assert getattr(story.job.state, name) == getattr(before.job.state, name)


@pytest.mark.parametrize("tell", [healthy, late, pending])
def test_a_dead_job_is_found_one_slot_after_now(tell: Callable[[], Story]) -> None:
    story = tell().set_clock_back(DAY)

    assert story.due == DAY + HOUR
    assert story.look(DAY + HOUR + 900 - TICK).status != "down"
    assert story.look(DAY + HOUR + 900).steps[-1] == (DAY + HOUR + 900, "down")


def test_a_dead_cron_job_is_found_one_slot_after_now() -> None:
    story = job(cron="0 * * * *", grace=600).ping(YEAR).set_clock_back(DAY + 60)

    assert story.due == DAY + HOUR
    assert story.look(DAY + HOUR + 900).status == "down"


def test_a_slot_nearer_than_the_next_one_from_now_stays_awaited() -> None:
    story = job(every=HOUR).ping(1000).set_clock_back(900)

    assert story.due == 900 + HOUR
    assert job(every=HOUR).ping(1000).look(1100).set_clock_back(1050).due == 1000 + HOUR


def test_a_run_has_its_limit_from_now() -> None:
    story = limited().set_clock_back(DAY)

    assert story.look(DAY + 300 - TICK).steps == []
    assert story.look(DAY + 300).steps == [(DAY + 300, "down")]


def test_the_next_signal_is_no_copy_of_one_in_the_future() -> None:
    story = job(every=HOUR, tolerance=1).fail(YEAR).set_clock_back(DAY).fail(DAY + 1)

    assert story.outcomes == ["failed", "failed"]
    assert story.status == "down"


def test_a_job_that_is_down_recovers_and_tells_no_negative_duration() -> None:
    story = down().set_clock_back(DAY).ping(DAY + 10)
    incident = story.incidents[-1]

    assert (incident.started_at, incident.ended_at) == (at(DAY), at(DAY + 10))
    assert story.steps[-1] == (DAY + 10, "healthy")


def test_a_job_that_is_down_misses_its_slots_from_now_on() -> None:
    before = down()
    counted = before.incidents[-1].missed_runs
    story = down().set_clock_back(DAY).look(DAY + HOUR + 900)

    assert story.incidents[-1].missed_runs == counted + 1


def test_a_paused_job_stays_paused_and_unarmed() -> None:
    story = paused().set_clock_back(DAY)

    assert (story.status, story.due) == ("disabled", None)


def test_a_job_that_was_never_heard_stays_unarmed() -> None:
    story = job(created=YEAR).set_clock_back(YEAR - 5)

    assert story.due is None
    assert story.job.state.since == at(YEAR - 5)


def test_a_job_behind_the_clock_loses_nothing() -> None:
    before = job(every=HOUR).ping(0).start(100)
    story = job(every=HOUR).ping(0).start(100).set_clock_back(200)

    assert story.runs == before.runs
    assert story.due == before.due
    assert story.job.state.last_start_at == at(100)


@settings(deadline=None, max_examples=60)
@given(rules=st.one_of(interval_rules, cron_rules), heard=signals(), share=st.floats(0, 1))
def test_whatever_happened_before_silence_after_it_is_found(
    rules: Rules, heard: list[Signal], share: float
) -> None:
    story = Story(Change(job_of(rules)))
    for each in heard:
        story.hear(each)
    now = at(story.seconds(heard[-1].received_at) * share)
    told = len(story.told.transitions)
    story.set_clock_back(now)
    assert len(story.told.transitions) == told
    assert max(told_moments(story.job.state)) <= now
    deadline = story.job.deadline_at
    assert deadline is None or deadline > now

    due_at = rules.schedule.slot_after(now)
    # A run that came a little early may have answered that slot already.
    for _ in range(rules.failure_tolerance + 1):
        due_at = rules.schedule.slot_after(due_at)
    assert story.look(due_at + rules.grace + rules.down_after).status == "down"


def test_the_first_signal_after_it_counts_from_its_own_moment() -> None:
    story = healthy().set_clock_back(DAY).ping(DAY + 5)

    assert story.job.state.last_signal_at == at(DAY + 5)
    assert story.due == DAY + 5 + HOUR
