"""The laws of every history: random jobs, signals, pauses, edits and restarts, looked at or not."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cronbeats.domain.job import Rules
from cronbeats.domain.schedule import Cron, Every
from cronbeats.domain.signal import SignalKind
from tests.domain.any_history import TwiceTold
from tests.domain.build import NOON, TICK
from tests.domain.invariants import assert_history_is_sound
from tests.domain.random_cron import CHANGES
from tests.domain.random_jobs import interval_rules

# Slots in, and next to, the hours that are skipped and repeated, and each few minutes.
EXPRESSIONS = [
    "30 2 * * *",
    "0 * * * *",
    "*/10 * * * *",
    "* * * * *",
    "15,45 1-3 * * *",
    "0 0 * * *",
]

cron_rules = st.builds(
    Rules,
    schedule=st.builds(Cron, st.sampled_from(EXPRESSIONS), st.sampled_from(sorted(CHANGES))),
    grace_seconds=st.sampled_from([0, 30, 300, 3600]),
    down_after_seconds=st.sampled_from([None, 0, 40, 600]),
    max_runtime_seconds=st.sampled_from([None, None, 20, 900, 7200]),
    failure_tolerance=st.integers(0, 2),
    recovery_threshold=st.integers(1, 3),
)
hourly_rules = st.builds(
    Rules,
    schedule=st.builds(Every, st.sampled_from([60, 300, 3600, 86_400])),
    grace_seconds=st.sampled_from([0, 30, 300, 3600]),
    down_after_seconds=st.sampled_from([None, 0, 40, 600]),
    max_runtime_seconds=st.sampled_from([None, None, 20, 900, 7200]),
    failure_tolerance=st.integers(0, 2),
    recovery_threshold=st.integers(1, 3),
)
any_rules = st.one_of(interval_rules, hourly_rules, cron_rules)

beginnings = st.sampled_from(
    [NOON, *(moment for moments in CHANGES.values() for moment in moments)]
).flatmap(lambda moment: st.integers(0, 100).map(lambda hours: moment - timedelta(hours=hours)))

lengths = st.one_of(
    st.integers(0, 40).map(lambda each: timedelta(seconds=each / 2)),
    st.integers(1, 90).map(lambda each: timedelta(minutes=each)),
    st.integers(1, 40).map(lambda each: timedelta(hours=each)),
)
blind_lengths = lengths.filter(lambda length: length > timedelta(0))
shares = st.floats(0, 0.99)
run_ids = st.sampled_from([None, None, "a", "b"])
kinds = st.sampled_from(SignalKind)


class AnyHistory(RuleBasedStateMachine):
    story: TwiceTold

    @initialize(its_rules=any_rules, beginning=beginnings)
    def a_job_is_made(self, its_rules: Rules, beginning: datetime) -> None:
        self.story = TwiceTold.begin(its_rules, beginning)

    @rule(length=lengths, kind=kinds, run_id=run_ids)
    def a_signal_comes(self, length: timedelta, kind: SignalKind, run_id: str | None) -> None:
        self.story.wait(length)
        self.story.hear(kind, run_id)

    @rule(length=lengths, times=st.integers(1, 5))
    def somebody_looks_again_and_again(self, length: timedelta, times: int) -> None:
        for _ in range(times):
            self.story.wait(length / times)
            self.story.look()

    @rule(length=lengths)
    def the_job_is_paused(self, length: timedelta) -> None:
        self.story.wait(length)
        self.story.pause()

    @rule(length=lengths)
    def the_job_is_resumed(self, length: timedelta) -> None:
        self.story.wait(length)
        self.story.resume()

    @rule(length=lengths, new_rules=any_rules)
    def the_job_is_edited(self, length: timedelta, new_rules: Rules) -> None:
        self.story.wait(length)
        self.story.look()
        before = self.story.names
        self.story.edit(new_rules)
        assert self.story.names == before

    @rule(heard=lengths, blind=blind_lengths)
    def we_are_restarted(self, heard: timedelta, blind: timedelta) -> None:
        self.story.wait(heard)
        self.story.go_blind(blind)

    @rule(heard=lengths, blind=blind_lengths, times=st.integers(3, 9))
    def we_are_restarted_again_and_again(
        self, heard: timedelta, blind: timedelta, times: int
    ) -> None:
        for _ in range(times):
            self.story.wait(heard)
            self.story.go_blind(blind)

    @rule(offsets=st.lists(shares, min_size=1, max_size=5), data=st.data())
    def the_job_reports_every_slot_within_its_grace(
        self, offsets: list[float], data: st.DataObject
    ) -> None:
        story = self.story
        story.report()
        if self.story.job.state.status != "healthy" or story.has_limited_runs():
            return
        before, runs_at, grace = story.names, story.now, story.job.rules.grace
        for offset in offsets:
            runs_at = self._next_run(runs_at, grace * offset)
            if data.draw(st.booleans(), label="restarted before it"):
                share = data.draw(shares, label="when")
                story.wait(max(timedelta(0), runs_at - story.now) * share)
                story.go_blind(data.draw(blind_lengths))
            while runs_at < story.now:
                runs_at = self._next_run(runs_at, timedelta(0))
            story.now = runs_at
            story.report()
        assert story.names == before

    def _next_run(self, runs_at: datetime, delay: timedelta) -> datetime:
        """When the job runs next: an interval after its last run, or by the clock on the wall."""
        schedule = self.story.schedule
        slot = schedule.slot_after_run(runs_at)
        if not isinstance(schedule, Every):
            delay = min(delay, (schedule.slot_after(slot) - slot) / 2)
        return slot + delay - timedelta(seconds=TICK)

    @precondition(lambda self: self.story.is_judged())
    @rule(heard=lengths, blind=st.one_of(st.none(), blind_lengths))
    def the_job_dies(self, heard: timedelta, blind: timedelta | None) -> None:
        story = self.story
        if blind is not None:
            story.wait(heard)
            story.go_blind(blind)
        if story.is_judged():
            story.now = max(story.now, story.lost_by())
        story.look()
        assert story.job.state.status == "down"

    @invariant()
    def how_often_one_looks_changes_nothing(self) -> None:
        self.story.look()
        caught_up, often = self.story.caught_up(), self.story.often
        assert caught_up.told.transitions == often.told.transitions
        assert (caught_up.runs, caught_up.incidents) == (often.runs, often.incidents)
        assert caught_up.job == often.job

    @invariant()
    def history_is_sound(self) -> None:
        self.story.look()
        assert_history_is_sound(self.story.often, self.story.now)

    @invariant()
    def no_two_downs_come_without_a_recovery_or_a_pause_between(self) -> None:
        names = [name for name in self.story.names if name != "late"]
        assert ("down", "down") not in pairwise(names)

    @invariant()
    def nothing_is_decided_in_a_moment_that_we_were_blind_in(self) -> None:
        story = self.story.often
        for step in story.told.transitions:
            assert not any(w.started_at < step.at < w.ended_at for w in story.windows)


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(deadline=None, max_examples=100, stateful_step_count=25)
