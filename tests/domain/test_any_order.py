"""Signals, looks, pauses, resumes and edits in any order leave a sound history."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cronbeats.domain.job import Rules, Status
from cronbeats.domain.signal import SignalKind
from cronbeats.domain.transition import Change
from tests.domain.build import NOON, Story, job_of, signal
from tests.domain.invariants import assert_history_is_sound
from tests.domain.random_jobs import gaps, interval_rules


class AnyOrder(RuleBasedStateMachine):
    """One job, to which anything may happen."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOON
        self.story: Story | None = None

    @initialize(rules=interval_rules)
    def create(self, rules: Rules) -> None:
        self.story = Story(Change(job_of(rules)))

    @property
    def told(self) -> Story:
        assert self.story is not None
        return self.story

    @property
    def is_enabled(self) -> bool:
        return self.story is not None and self.story.job.is_enabled

    def count(self, status: Status) -> int:
        return sum(step.after is status for step in self.told.told.transitions)

    @rule(gap=gaps)
    def wait_and_look(self, gap: float) -> None:
        self.now += timedelta(seconds=gap)
        self.told.look(self.now)

    @precondition(lambda self: self.is_enabled)
    @rule(
        gap=gaps, kind=st.sampled_from(SignalKind), run_id=st.sampled_from([None, None, "a", "b"])
    )
    def hear(self, gap: float, kind: SignalKind, run_id: str | None) -> None:
        self.now += timedelta(seconds=gap)
        self.told.hear(signal(kind, self.now, run_id))

    @rule(gap=gaps)
    def pause(self, gap: float) -> None:
        self.now += timedelta(seconds=gap)
        self.told.pause(self.now)
        assert self.told.job.state.status is Status.DISABLED

    @rule(gap=gaps)
    def resume(self, gap: float) -> None:
        self.now += timedelta(seconds=gap)
        self.told.look(self.now)
        falls = self.count(Status.DOWN)
        self.told.resume(self.now)
        assert self.told.job.is_enabled
        assert self.count(Status.DOWN) == falls

    @rule(gap=gaps, rules=interval_rules)
    def edit(self, gap: float, rules: Rules) -> None:
        self.now += timedelta(seconds=gap)
        self.told.look(self.now)
        steps = self.told.steps
        self.told.edit(self.now, rules).look(self.now)
        assert self.told.steps == steps, "an edit alarms nobody by itself"

    @invariant()
    def the_history_is_sound(self) -> None:
        if self.story is not None:
            assert_history_is_sound(self.story.look(self.now), self.now)

    @invariant()
    def a_running_run_has_the_limit_of_the_rules(self) -> None:
        if self.story is None:
            return
        has_limit = self.story.job.rules.max_runtime is not None
        for run in self.story.job.state.open_runs:
            if run.outcome.value == "running":
                assert (run.deadline_at is not None) is has_limit


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(deadline=None, max_examples=40, stateful_step_count=25)
