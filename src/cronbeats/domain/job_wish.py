"""What a person asks a job to be, before it is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cronbeats.domain.job import Job, Rules, cron_of, interval_of
from cronbeats.domain.schedule import choose_schedule

LONGEST_INTERVAL = 31_536_000
"""Seconds from one run to the next, at most: a year."""

LONGEST_GRACE = 2_592_000
"""Seconds of grace, and from late to down, at most: 30 days."""

MOST_BORNE = 100
"""Bad runs that may be borne, and good ones that may be asked for, at most."""

LONGEST_DESCRIPTION = 255
LONGEST_TAG = 50
MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class JobWish:
    """What a person asks a job to be; exactly one of interval and cron must be given."""

    name: str
    expected_interval_seconds: int | None = None
    cron_expression: str | None = None
    timezone: str = "UTC"
    grace_seconds: int = 300
    down_after_seconds: int | None = None
    max_runtime_seconds: int | None = None
    failure_tolerance: int = 0
    recovery_threshold: int = 1
    description: str | None = None
    tags: tuple[str, ...] = ()

    def rules(self) -> Rules:
        """Return the rules that are wished; raises InvalidValueError if they make no sense."""
        return Rules(
            choose_schedule(self.expected_interval_seconds, self.cron_expression, self.timezone),
            self.grace_seconds,
            self.down_after_seconds,
            self.max_runtime_seconds,
            self.failure_tolerance,
            self.recovery_threshold,
        )

    def changed(self, changes: Mapping[str, Any]) -> JobWish:
        """Return the wish with some of its values changed, by their names.

        A new interval ends a cron expression, and the other way round.
        """
        both = ("expected_interval_seconds", "cron_expression")
        named = [name for name in both if changes.get(name) is not None]
        cleared = {name: None for name in both if named and name not in changes}
        return replace(self, **{**changes, **cleared})

    def applied_to(self, job: Job, now: datetime) -> Job:
        """Return a job as it is wished; if that changes anything, it was updated `now`."""
        wished = replace(
            job,
            name=self.name,
            rules=self.rules(),
            description=self.description,
            timezone=self.timezone,
            tags=self.tags,
        )
        return wished if wished == job else replace(wished, updated_at=now)


def wish_of(job: Job) -> JobWish:
    """Return the wish that makes a job what it is."""
    rules = job.rules
    return JobWish(
        name=job.name,
        expected_interval_seconds=interval_of(rules.schedule),
        cron_expression=cron_of(rules.schedule),
        timezone=job.timezone,
        grace_seconds=rules.grace_seconds,
        down_after_seconds=rules.down_after_seconds,
        max_runtime_seconds=rules.max_runtime_seconds,
        failure_tolerance=rules.failure_tolerance,
        recovery_threshold=rules.recovery_threshold,
        description=job.description,
        tags=job.tags,
    )
