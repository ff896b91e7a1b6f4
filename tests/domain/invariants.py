"""What is true of every history, whatever happened to a job."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from cronbeats.domain.job import Outcome, Status
from tests.domain.build import Story

_PROVEN_OPEN = {Outcome.RUNNING, Outcome.OVERRAN, Outcome.UNOBSERVED}
_WITHOUT_A_SIGNAL = {Outcome.MISSED, Outcome.UNOBSERVED}


def assert_history_is_sound(story: Story, now: datetime) -> None:
    """`now` is the moment up to which the job was judged."""
    assert_transitions_form_an_unbroken_chain(story)
    assert_incidents_lie_between_down_and_recovery(story)
    assert_runs_are_numbered_and_closed(story)
    assert_nothing_is_overdue(story, now)


def assert_transitions_form_an_unbroken_chain(story: Story) -> None:
    steps = story.told.transitions
    for earlier, later in pairwise(steps):
        assert later.before is earlier.after
        assert later.at >= earlier.at
    assert all(step.before is not step.after for step in steps)
    if steps:
        assert steps[0].before is Status.PENDING
        assert steps[-1].after is story.job.state.status
        assert steps[-1].at == story.job.state.since
    else:
        assert story.job.state.status is Status.PENDING


def assert_incidents_lie_between_down_and_recovery(story: Story) -> None:
    state, incidents = story.job.state, story.incidents
    falls = [step for step in story.told.transitions if step.after is Status.DOWN]
    rises = [step for step in story.told.transitions if step.before is Status.DOWN]

    assert [each.number for each in incidents] == list(range(1, len(falls) + 1))
    assert [each.started_at for each in incidents] == [step.at for step in falls]
    assert [each.reason for each in incidents] == [step.reason for step in falls]
    assert [each for each in incidents if each.ended_at] == [step.incident for step in rises]
    assert [each.ended_at for each in incidents if each.ended_at] == [step.at for step in rises]
    assert (state.incident is not None) is (state.status is Status.DOWN)
    if state.incident is not None:
        assert state.incident == incidents[-1]


def assert_runs_are_numbered_and_closed(story: Story) -> None:
    state, runs = story.job.state, story.runs

    assert [run.number for run in runs] == list(range(1, state.run_count + 1))
    still_open = tuple(run for run in runs if run.started_at and not run.ended_at)
    assert state.open_runs == still_open
    assert all(run.outcome in _PROVEN_OPEN for run in still_open)
    for run in runs:
        if run.started_at and run.ended_at:
            assert run.ended_at >= run.started_at
            assert run.outcome is not Outcome.RUNNING
        if not run.started_at and not run.ended_at:
            assert run.outcome in _WITHOUT_A_SIGNAL


def assert_nothing_is_overdue(story: Story, now: datetime) -> None:
    job = story.job
    assert job.deadline_at is None or job.deadline_at > now
    if job.state.status is Status.DOWN:
        assert job.down_at is None or job.down_at > now
    if job.state.status in {Status.HEALTHY, Status.LATE}:
        assert job.deadline_at is not None
    if job.state.status is Status.DISABLED:
        assert job.deadline_at is None
        assert job.state.open_runs == ()
    assert min(job.state.good_streak, job.state.bad_streak) == 0
    assert job.state.bad_streak >= job.state.missed_streak or job.state.status is Status.DOWN
