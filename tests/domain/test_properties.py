"""What holds for every job: sound histories, no false alarms, no forgotten dead jobs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cronbeats.domain.job import Rules, interval_of
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.domain.transition import Change
from tests.domain.build import NOON, TICK, Story, at, job, job_of, signal
from tests.domain.invariants import assert_history_is_sound
from tests.domain.random_jobs import cron_rules, interval_rules, signals

quick = settings(deadline=None, max_examples=100)
shares = st.lists(st.floats(0, 0.99), min_size=1, max_size=15)

LONGER_THAN_COPIES_COME = timedelta(seconds=16)
LONGEST_RUN = timedelta(seconds=200)


def interval(rules: Rules) -> int:
    seconds = interval_of(rules.schedule)
    assert seconds is not None
    return seconds


def ended_runs(story: Story) -> int:
    return sum(run.ended_at is not None for run in story.runs)


def told_once_and_twice(rules: Rules, heard: list[Signal]) -> tuple[Story, Story]:
    once, twice = Story(Change(job_of(rules))), Story(Change(job_of(rules)))
    for number, each in enumerate(heard):
        sent_at = each.received_at + number * LONGER_THAN_COPIES_COME
        again_at = sent_at + timedelta(seconds=0.1)
        once.hear(each._replace(received_at=sent_at))
        twice.hear(each._replace(received_at=sent_at))
        twice.hear(each._replace(received_at=again_at))
    end = heard[-1].received_at + len(heard) * LONGER_THAN_COPIES_COME
    return once.look(end), twice.look(end)


@quick
@given(rules=st.one_of(interval_rules, cron_rules), heard=signals(stretch=2))
def test_every_history_is_sound(rules: Rules, heard: list[Signal]) -> None:
    story = Story(Change(job_of(rules)))
    for each in heard:
        story.hear(each)
        assert_history_is_sound(story, each.received_at)
    end = heard[-1].received_at + timedelta(seconds=300)
    assert_history_is_sound(story.look(end), end)


@quick
@given(
    rules=interval_rules,
    heard=signals(),
    lags=st.lists(st.integers(0, 20), min_size=12, max_size=12),
)
def test_signals_that_overtook_one_another_leave_a_sound_history(
    rules: Rules, heard: list[Signal], lags: list[int]
) -> None:
    story, latest = Story(Change(job_of(rules))), NOON
    for each, lag in zip(heard, lags, strict=False):
        sent = each.received_at - timedelta(seconds=lag)
        latest = max(latest, sent)
        story.hear(each._replace(received_at=sent)).look(latest)
        assert_history_is_sound(story, latest)


@quick
@given(rules=interval_rules, offsets=shares)
def test_a_job_that_succeeds_in_every_slot_within_its_grace_is_never_late(
    rules: Rules, offsets: list[float]
) -> None:
    story, last = Story(Change(job_of(rules))).ping(0), at(0)
    for offset in offsets:
        earliest, allowed = interval(rules) / 2, interval(rules) / 2 + rules.grace_seconds
        last = last + timedelta(seconds=earliest + offset * allowed)
        story.ping(last)

    assert story.steps == [(0, "healthy")]


@quick
@given(rules=interval_rules, offsets=shares, lengths=st.data())
def test_a_job_that_starts_and_ends_within_its_grace_is_never_late(
    rules: Rules, offsets: list[float], lengths: st.DataObject
) -> None:
    rules = replace(rules, grace_seconds=rules.grace_seconds + 1)
    story, due = Story(Change(job_of(rules))).ping(0), at(interval(rules))
    for offset in offsets:
        starts_at = due + rules.grace * offset
        limit = rules.max_runtime or due + rules.grace - starts_at
        length = limit * lengths.draw(st.floats(0, 0.99))
        if rules.max_runtime is not None:
            length = min(length, timedelta(seconds=interval(rules)))
        story.start(starts_at).success(starts_at + length)
        due = starts_at + timedelta(seconds=interval(rules))

    assert [step for step in story.steps if step[1] != "healthy"] == []


@quick
@given(rules=interval_rules, kind=st.sampled_from(SignalKind))
def test_a_silent_armed_job_is_down_when_its_tolerance_is_used_up(
    rules: Rules, kind: SignalKind
) -> None:
    story = Story(Change(job_of(rules))).hear(signal(kind, 0))
    slots = rules.failure_tolerance + 1
    latest = interval(rules) * slots + rules.grace_seconds + rules.down_after.total_seconds()

    assert story.look(latest).status == "down"


@quick
@given(rules=interval_rules)
def test_a_job_silent_after_a_ping_is_late_and_down_at_exactly_the_moments_told(
    rules: Rules,
) -> None:
    rules = replace(rules, failure_tolerance=0)
    story = Story(Change(job_of(rules))).ping(0)
    late_at, down_at = story.job.late_at, story.job.down_at
    assert late_at is not None
    assert down_at is not None

    assert story.look(late_at - timedelta(seconds=TICK)).status == "healthy"
    assert story.look(down_at - timedelta(seconds=TICK)).status in {"healthy", "late"}
    story.look(down_at)
    went_down_at = story.seconds(down_at)
    assert story.steps[-1] == (went_down_at, "down")
    assert story.steps[1:-1] in ([], [(story.seconds(late_at), "late")])


@quick
@given(rules=interval_rules, silence=st.integers(0, 2000))
def test_missed_runs_are_the_slots_that_were_lost(rules: Rules, silence: int) -> None:
    rules = replace(rules, failure_tolerance=0, recovery_threshold=1)
    allowance = rules.grace_seconds + rules.down_after.total_seconds()
    lost = [
        slot
        for slot in range(interval(rules), 3000, interval(rules))
        if slot + allowance <= silence
    ]
    story = Story(Change(job_of(rules))).ping(0).ping(silence)

    assert sum(incident.missed_runs for incident in story.incidents) == len(lost)


@quick
@given(rules=interval_rules, heard=signals())
def test_enough_successes_in_time_bring_every_job_back(rules: Rules, heard: list[Signal]) -> None:
    story = Story(Change(job_of(rules)))
    for each in heard:
        story.hear(each)
    moment = heard[-1].received_at + LONGEST_RUN
    for number in range(rules.recovery_threshold + 1):
        moment += timedelta(seconds=interval(rules) / 2)
        story.ping(moment, f"recovery-{number}")

    assert story.status == "healthy"


@quick
@given(rules=interval_rules, heard=signals(most=8))
def test_signals_sent_twice_end_no_further_runs(rules: Rules, heard: list[Signal]) -> None:
    once, twice = told_once_and_twice(rules, heard)

    assert ended_runs(twice) == ended_runs(once)


@quick
@given(rules=cron_rules, heard=signals(most=8, stretch=3))
def test_signals_of_a_cron_job_sent_twice_change_nothing_at_all(
    rules: Rules, heard: list[Signal]
) -> None:
    once, twice = told_once_and_twice(rules, heard)

    assert twice.told.transitions == once.told.transitions
    assert (twice.runs, twice.incidents) == (once.runs, once.incidents)
    assert twice.job.state.due_at == once.job.state.due_at


def test_a_job_with_the_default_rules_hears_no_alarm_in_a_month_of_punctual_runs() -> None:
    story = job(every=3600, grace=300)
    for hour in range(24 * 30):
        story.start(hour * 3600 + hour % 60).success(hour * 3600 + hour % 60 + 90)

    assert [name for _, name in story.steps] == ["healthy"]
