"""Jobs as lists show them: what people see of each at a moment, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from cronbeats.domain.job import Job, Reason, Run, Status, cron_of, interval_of, is_judged


class ListedJob(NamedTuple):
    """A job as people see it at a moment; all times of its rules are whole seconds.

    A tuple, because a list has a hundred of them: nothing is made sooner. `due_at` is the slot
    awaited, `last_duration_ms` milliseconds.
    """

    id: int
    key: str
    name: str
    description: str | None
    interval_seconds: int | None
    cron_expression: str | None
    timezone: str
    grace_seconds: int
    down_after_seconds: int
    max_runtime_seconds: int | None
    failure_tolerance: int
    recovery_threshold: int
    tags: Sequence[str]
    muted_until: datetime | None
    created_at: datetime
    updated_at: datetime
    status: Status
    since: datetime
    reason: Reason | None
    due_at: datetime | None
    last_signal_at: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_duration_ms: int | None
    current_run: Run | None

    @property
    def is_enabled(self) -> bool:
        """Whether the job is watched."""
        return self.status is not Status.DISABLED

    @property
    def deadlines(self) -> tuple[datetime | None, datetime | None]:
        """When the job is late, and when down, if it stays silent; None if that changes nothing."""
        if self.due_at is None or not is_judged(self.status, self.due_at):
            return None, None
        late_at = self.due_at + timedelta(0, self.grace_seconds)
        return late_at, late_at + timedelta(0, self.down_after_seconds)


def listed(job: Job) -> ListedJob:
    """Return a job, judged up to a moment, as lists show it then."""
    rules, state = job.rules, job.state
    return ListedJob(
        job.id,
        job.key,
        job.name,
        job.description,
        interval_of(rules.schedule),
        cron_of(rules.schedule),
        job.timezone,
        rules.grace_seconds,
        rules.down_after // timedelta(seconds=1),
        rules.max_runtime_seconds,
        rules.failure_tolerance,
        rules.recovery_threshold,
        job.tags,
        job.muted_until,
        job.created_at,
        job.updated_at,
        state.status,
        state.since,
        state.reason,
        state.due_at,
        state.last_signal_at,
        state.last_success_at,
        state.last_failure_at,
        state.last_duration_ms,
        state.current_run,
    )
