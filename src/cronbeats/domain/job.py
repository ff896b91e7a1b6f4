"""Jobs: what a person configured, and how the job stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from cronbeats.domain.schedule import Cron, Every, Schedule
from cronbeats.domain.signal import SignalKind

LONGEST_MUTE = timedelta(days=30)
_LONGEST_DEFAULT_DOWN_AFTER = 300


class Status(StrEnum):
    """How a job stands."""

    PENDING = "pending"
    HEALTHY = "healthy"
    LATE = "late"
    DOWN = "down"
    DISABLED = "disabled"


class Reason(StrEnum):
    """Why a job is late or down."""

    MISSED = "missed"
    FAILED = "failed"
    OVERRAN = "overran"


class Outcome(StrEnum):
    """How a run, or an expected slot, ended."""

    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    MISSED = "missed"
    OVERRAN = "overran"
    ABANDONED = "abandoned"
    UNOBSERVED = "unobserved"


@dataclass(frozen=True, slots=True)
class Rules:
    """When a job is expected and when it is blamed; all times are whole seconds.

    `down_after_seconds` left out equals the grace, 300 s at most.
    """

    schedule: Schedule
    grace_seconds: int = 300
    down_after_seconds: int | None = None
    max_runtime_seconds: int | None = None
    failure_tolerance: int = 0
    recovery_threshold: int = 1

    @property
    def grace(self) -> timedelta:
        """How long after its slot a job is still healthy."""
        return _seconds(self.grace_seconds)

    @property
    def down_after(self) -> timedelta:
        """How long a job is late before it is down."""
        return timedelta(seconds=down_after(self.grace_seconds, self.down_after_seconds))

    @property
    def max_runtime(self) -> timedelta | None:
        """How long a run may take from its start, or None for as long as the slot allows."""
        if self.max_runtime_seconds is None:
            return None
        return timedelta(seconds=self.max_runtime_seconds)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job, or one slot that went without; `number` counts up within the job.

    A run that is `overran` without `ended_at` has not reported its end yet, and still may.
    """

    number: int
    outcome: Outcome
    slot_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    run_id: str | None = None
    deadline_at: datetime | None = None
    exit_code: int | None = None
    progress: int | None = None
    message: str | None = None

    @property
    def duration_ms(self) -> int | None:
        """Milliseconds from start to end, if both were told."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Incident:
    """The time from down to recovery; `number` counts up within the job."""

    number: int
    started_at: datetime
    reason: Reason
    missed_runs: int = 0
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LastSignal:
    """What it takes to know a second copy of a signal when it comes."""

    kind: SignalKind
    received_at: datetime
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """How a job stands: all that the state machine remembers between two looks.

    `due_at` is the slot awaited (None while nothing is expected). The streaks count runs since the
    last one of the other sort; `missed_streak` counts the missed ones within `bad_streak`.
    `last_signal` is the last one that counted, `last_signal_at` the time of the last one at all.
    `unended_since` is when the first of the runs began that a later start replaced, each without
    an end. `unheard_since` is the first slot that was unobserved since a run last answered one.
    `unheard_ends_since` is when the first run began whose end may have come unheard, since a run
    last ended. `open_runs` are the runs whose end was not reported, oldest first.
    """

    status: Status
    since: datetime
    reason: Reason | None = None
    due_at: datetime | None = None
    good_streak: int = 0
    bad_streak: int = 0
    missed_streak: int = 0
    run_count: int = 0
    incident_count: int = 0
    incident: Incident | None = None
    last_signal: LastSignal | None = None
    last_signal_at: datetime | None = None
    last_start_at: datetime | None = None
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_duration_ms: int | None = None
    unended_since: datetime | None = None
    unheard_since: datetime | None = None
    unheard_ends_since: datetime | None = None
    open_runs: tuple[Run, ...] = ()

    @property
    def current_run(self) -> Run | None:
        """The newest run that is still going, as far as we know.

        Once the job is well again, a run that overran is taken for one whose end was lost.
        """
        is_well = self.status not in {Status.LATE, Status.DOWN}
        runs = [run for run in self.open_runs if is_running(run) or not is_well]
        return runs[-1] if runs else None


@dataclass(frozen=True, slots=True)
class Job:
    """A job: its configuration, and its state.

    Until `muted_until` no alert tells of it; a moment gone by means that it is not muted.
    """

    id: int
    workspace_id: int
    key: str
    name: str
    rules: Rules
    state: State
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    timezone: str = "UTC"
    tags: tuple[str, ...] = field(default=())
    muted_until: datetime | None = None

    @property
    def is_enabled(self) -> bool:
        """Whether the job is watched, and its pings accepted."""
        return self.state.status is not Status.DISABLED

    @property
    def late_at(self) -> datetime | None:
        """When the job will be late if it stays silent: the end of the awaited slot's grace."""
        return late_at(self.rules, self.state.due_at)

    @property
    def down_at(self) -> datetime | None:
        """When the awaited slot is lost if the job stays silent."""
        return down_at(self.rules, self.state.due_at)

    def standing(self, rules: Rules, state: State) -> Job:
        """Return the job with these rules and this state: what replace() does, but sooner."""
        return Job(
            self.id,
            self.workspace_id,
            self.key,
            self.name,
            rules,
            state,
            self.created_at,
            self.updated_at,
            self.description,
            self.timezone,
            self.tags,
            self.muted_until,
        )

    def unheard_since(self, reason: Reason | None) -> datetime | None:
        """Return since when that may have come unheard whose lack is the `reason`, or None."""
        if reason is Reason.OVERRAN and self.rules.max_runtime is not None:
            return self.state.unheard_ends_since
        return self.state.unheard_since if reason in {Reason.MISSED, Reason.OVERRAN} else None

    @property
    def deadline_at(self) -> datetime | None:
        """The next moment at which silence changes something, or None."""
        state = self.state
        return next_deadline(self.rules, state.status, state.due_at, state.open_runs)


@lru_cache
def _seconds(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)


def as_of(job: Job, now: datetime) -> Job:
    """Return a job as people see it at `now`: a mute that is over is none."""
    if job.muted_until is None or job.muted_until > now:
        return job
    return replace(job, muted_until=None)


def down_after(grace_seconds: int, chosen_seconds: int | None) -> int:
    """Return for how many seconds a job is late before it is down."""
    if chosen_seconds is None:
        return min(grace_seconds, _LONGEST_DEFAULT_DOWN_AFTER)
    return chosen_seconds


def late_at(rules: Rules, due_at: datetime | None) -> datetime | None:
    """Return when silence about the slot `due_at` makes a job late."""
    return None if due_at is None else due_at + rules.grace


def down_at(rules: Rules, due_at: datetime | None) -> datetime | None:
    """Return when the slot `due_at` is lost."""
    return None if due_at is None else due_at + rules.grace + rules.down_after


def is_judged(status: Status, due_at: datetime | None) -> bool:
    """Whether silence can still change the status: armed, and not already down."""
    return due_at is not None and status in _JUDGED


def next_deadline(
    rules: Rules, status: Status, due_at: datetime | None, open_runs: Iterable[Run]
) -> datetime | None:
    """Return the next moment at which silence changes something, or None."""
    deadline = None
    if is_judged(status, due_at):
        reach = down_at if status is Status.LATE else late_at
        deadline = reach(rules, due_at)
    for run in open_runs:
        ends = run.deadline_at if is_running(run) else None
        if ends is not None and (deadline is None or ends < deadline):
            deadline = ends
    return deadline


_JUDGED = frozenset({Status.PENDING, Status.HEALTHY, Status.LATE})


def is_running(run: Run) -> bool:
    """Whether a run is going and within its time."""
    return run.outcome is Outcome.RUNNING


def new_state(now: datetime) -> State:
    """Return the state of a job just made: pending and unarmed, so it alarms nobody."""
    return State(status=Status.PENDING, since=now)


def interval_of(schedule: Schedule) -> int | None:
    """Return the seconds of an interval schedule, None for cron."""
    return schedule.seconds if isinstance(schedule, Every) else None


def cron_of(schedule: Schedule) -> str | None:
    """Return the expression of a cron schedule, None for an interval."""
    return schedule.expression if isinstance(schedule, Cron) else None
