"""Any history of any job, told twice: looked at again and again, and never looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cronbeats.domain.job import Job, Rules, Status
from cronbeats.domain.schedule import Every, Schedule
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.domain.state_machine import on_time
from cronbeats.domain.transition import Change
from tests.domain.build import Story, job_of


@dataclass
class TwiceTold:
    """One job's history in two copies; `now` is when it last went on."""

    now: datetime
    often: Story
    rarely: Story
    kept_up: int = 0

    @classmethod
    def begin(cls, its_rules: Rules, now: datetime) -> TwiceTold:
        often, rarely = (Story(Change(job_of(its_rules, now)), begun=now) for _ in range(2))
        return cls(now, often, rarely)

    @property
    def job(self) -> Job:
        return self.often.job

    @property
    def schedule(self) -> Schedule:
        return self.job.rules.schedule

    @property
    def names(self) -> list[str]:
        return [name for _, name in self.often.steps]

    def wait(self, length: timedelta) -> None:
        self.now += length

    def look(self) -> None:
        self.often.look(self.now)

    def caught_up(self) -> Story:
        """What the copy that nobody looks at would tell now."""
        return Story(
            self.rarely.told.then(on_time(self.rarely.job, self.now, self.rarely.blindness))
        )

    def hear(self, kind: SignalKind, run_id: str | None) -> None:
        for story in (self.often, self.rarely):
            story.hear(Signal(kind, self.now, run_id))

    def pause(self) -> None:
        for story in (self.often, self.rarely):
            story.pause(self.now)

    def resume(self) -> None:
        for story in (self.often, self.rarely):
            story.resume(self.now)

    def edit(self, new_rules: Rules) -> None:
        for story in (self.often, self.rarely):
            story.edit(self.now, new_rules)

    def go_blind(self, length: timedelta) -> None:
        for story in (self.often, self.rarely):
            story.blind(self.now, self.now + length)
        self.now += length
        self.look()

    def has_limited_runs(self) -> bool:
        return any(run.deadline_at for run in self.job.state.open_runs)

    def report(self) -> None:
        """A ping that nobody can take for the copy of another."""
        self.kept_up += 1
        self.hear(SignalKind.PING, f"kept-up-{self.kept_up}")

    def is_judged(self) -> bool:
        return self.job.state.due_at is not None and self.job.state.status is not Status.DOWN

    def lost_by(self) -> datetime:
        """When a job that stays silent from now on must be down, whatever we could not hear.

        The awaited slot, or, where a blind window may have touched it, the one that is a whole
        interval (two moments of a cron expression) after the window; and one more for each bad run
        that is tolerated.
        """
        due_at, rules = self.job.state.due_at, self.job.rules
        assert due_at is not None
        for window in self.often.windows:
            if window.ended_at > due_at - rules.schedule.early(due_at):
                due_at = max(due_at, next_heard(rules.schedule, window.ended_at))
        for _ in range(rules.failure_tolerance):
            due_at = rules.schedule.slot_after(due_at)
        return due_at + rules.grace + rules.down_after


def next_heard(schedule: Schedule, heard_at: datetime) -> datetime:
    """Return the latest slot that may be the first to be judged after we could hear again."""
    slot = schedule.slot_after(heard_at)
    return slot if isinstance(schedule, Every) else schedule.slot_after(slot)
