"""The two laws: how often we look changes nothing, nor who of worker and ping comes first."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cronbeats.domain.job import Incident, Job, Rules, Run
from cronbeats.domain.signal import Signal
from cronbeats.domain.state_machine import on_signal, on_time
from cronbeats.domain.transition import Change, Transition
from tests.domain.build import NOON, Story, job_of
from tests.domain.random_jobs import cron_rules, interval_rules, looks, signals

LONG_AFTER = timedelta(seconds=400)
quick = settings(deadline=None, max_examples=100)

History = tuple[Job, tuple[Transition, ...], list[Run], list[Incident]]


def new(rules: Rules) -> Story:
    return Story(Change(job_of(rules)))


def history(story: Story) -> History:
    return story.job, story.told.transitions, story.runs, story.incidents


def told_plainly(rules: Rules, heard: list[Signal]) -> Story:
    story = new(rules)
    for each in heard:
        story.hear(each)
    return story.look(heard[-1].received_at + LONG_AFTER)


def told_with_looks(rules: Rules, heard: list[Signal], moments: list[float]) -> Story:
    waiting = sorted(NOON + timedelta(seconds=each) for each in moments)
    story = new(rules)
    for each in heard:
        while waiting and waiting[0] <= each.received_at:
            story.look(waiting.pop(0))
        story.hear(each)
    end = heard[-1].received_at + LONG_AFTER
    for moment in waiting:
        story.look(min(moment, end))
    return story.look(end)


@quick
@given(rules=interval_rules, heard=signals(), moments=looks(500))
def test_looking_often_or_once_gives_the_same_history(
    rules: Rules, heard: list[Signal], moments: list[float]
) -> None:
    assert history(told_with_looks(rules, heard, moments)) == history(told_plainly(rules, heard))


@settings(deadline=None, max_examples=50)
@given(rules=cron_rules, heard=signals(stretch=6), moments=looks(2000))
def test_looking_often_or_once_gives_a_cron_job_the_same_history(
    rules: Rules, heard: list[Signal], moments: list[float]
) -> None:
    assert history(told_with_looks(rules, heard, moments)) == history(told_plainly(rules, heard))


@settings(deadline=None, max_examples=50)
@given(rules=interval_rules, heard=signals())
def test_looking_at_every_deadline_in_its_very_moment_gives_the_same_history(
    rules: Rules, heard: list[Signal]
) -> None:
    story = new(rules)
    for each in heard:
        while (due := story.job.deadline_at) is not None and due < each.received_at:
            story.look(due)
        story.hear(each)
    story.look(heard[-1].received_at + LONG_AFTER)

    assert history(story) == history(told_plainly(rules, heard))


@quick
@given(rules=interval_rules, heard=signals(), data=st.data())
def test_worker_or_ping_first_in_the_same_moment_gives_the_same_history(
    rules: Rules, heard: list[Signal], data: st.DataObject
) -> None:
    mixed = new(rules)
    for each in heard:
        worker_is_first = data.draw(st.booleans(), label="worker first")
        if worker_is_first:
            mixed.look(each.received_at).hear(each)
        else:
            mixed.hear(each).look(each.received_at)
    mixed.look(heard[-1].received_at + LONG_AFTER)

    assert history(mixed) == history(told_plainly(rules, heard))


@quick
@given(rules=interval_rules, heard=signals())
def test_a_second_look_in_the_same_moment_changes_nothing(
    rules: Rules, heard: list[Signal]
) -> None:
    story = told_plainly(rules, heard)
    again = on_time(story.job, heard[-1].received_at + LONG_AFTER)

    assert again == Change(story.job)


@quick
@given(rules=interval_rules, heard=signals(most=6))
def test_changes_compose_in_any_grouping(rules: Rules, heard: list[Signal]) -> None:
    changes, job = [], job_of(rules)
    for each in heard:
        changes.append(on_signal(job, each))
        job = changes[-1].job
    from_the_left = Change(job_of(rules))
    for change in changes:
        from_the_left = from_the_left.then(change)
    from_the_right = Change(job)
    for change in reversed(changes):
        from_the_right = change.then(from_the_right)

    assert from_the_left.job == job
    assert history(Story(from_the_left)) == history(Story(from_the_right))
