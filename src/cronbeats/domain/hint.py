"""Hints: that jobs, or messages about them, changed, told to whoever is looking to look again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cronbeats.domain.transition import Change

MOST_JOBS = 100
"""When more jobs than this changed at once, a hint says that any may have."""


class HintKind(StrEnum):
    """What changed about a job: its status, something that came in, or what people decided.

    Or a delivery: how an attempt to tell of it ended, which leaves the job itself as it was. Or
    roles, which are no job's: somebody may do other things in the workspace, or nothing any more.
    Or sessions: somebody of the workspace has signed out somewhere, and hears no more there.
    """

    STATUS = "status"
    SIGNAL = "signal"
    JOB = "job"
    DELIVERY = "delivery"
    ROLES = "roles"
    SESSIONS = "sessions"


_OF_READERS = frozenset({HintKind.ROLES, HintKind.SESSIONS})


@dataclass(frozen=True, slots=True)
class Hint:
    """A job of a workspace changed, in one way or in several of which this is the weightiest."""

    workspace_id: int
    job_id: int
    kind: HintKind


@dataclass(slots=True)
class Hints:
    """What changed in one workspace since somebody last asked: jobs by id, or any of them.

    `deliveries` are the jobs that messages were about; those of tests are the drill job's. Where
    `are_readers_new`, whoever listens must be looked at before anything is told.
    """

    jobs: dict[int, HintKind] = field(default_factory=dict)
    is_any: bool = False
    deliveries: set[int] = field(default_factory=set)
    are_readers_new: bool = False

    def __bool__(self) -> bool:
        """Whether anything changed that pages show."""
        return self.is_any or bool(self.jobs or self.deliveries)

    def add(self, job_id: int, kind: HintKind) -> None:
        """Note that a job changed; a change of its status is not forgotten for another one."""
        if kind in _OF_READERS:
            self.are_readers_new = True
        if kind is HintKind.ROLES:
            self.add_any()
        if self.is_any or kind is HintKind.SESSIONS:
            return
        if kind is HintKind.DELIVERY:
            self.deliveries.add(job_id)
        elif self.jobs.get(job_id) is not HintKind.STATUS:
            self.jobs[job_id] = kind
        if max(len(self.jobs), len(self.deliveries)) > MOST_JOBS:
            self.add_any()

    def add_any(self) -> None:
        """Note that any job may have changed."""
        self.is_any = True
        self.jobs.clear()
        self.deliveries.clear()

    def merge(self, others: Hints) -> None:
        """Note what others noted, too."""
        self.are_readers_new |= others.are_readers_new
        if others.is_any:
            self.add_any()
        for job_id, kind in others.jobs.items():
            self.add(job_id, kind)
        for job_id in others.deliveries:
            self.add(job_id, HintKind.DELIVERY)


Gathered = Mapping[int, Hints]
"""Hints by their workspaces."""


def gather(hints: Iterable[Hint]) -> dict[int, Hints]:
    """Return hints by their workspaces."""
    gathered: dict[int, Hints] = {}
    for each in hints:
        gathered.setdefault(each.workspace_id, Hints()).add(each.job_id, each.kind)
    return gathered


def hint_of(change: Change, *, is_signal: bool, by_clock: bool) -> Hint | None:
    """Return what to tell of a change; nothing when the clock looked and found all as it was."""
    job = change.job
    if change.transitions:
        return Hint(job.workspace_id, job.id, HintKind.STATUS)
    if is_signal:
        return Hint(job.workspace_id, job.id, HintKind.SIGNAL)
    if by_clock and not (change.runs or change.incidents):
        return None
    return Hint(job.workspace_id, job.id, HintKind.JOB)
