"""Transitions: the steps of a job's history, and what one judgement changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.job import Incident, Job, Reason, Run, Status


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of status, at the moment it became true (not the moment somebody looked).

    `incident` is the one that this transition opened or closed. `unheard_since` tells that the job
    is blamed although its run may have come while we could not hear, as since then none was heard.
    """

    at: datetime
    before: Status
    after: Status
    reason: Reason | None = None
    incident: Incident | None = None
    unheard_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A job as it now is, the transitions that brought it there, oldest first, and what it touched.

    `runs` are those that were opened, closed or overran, `incidents` those that opened, grew or
    ended, each as it now is.
    """

    job: Job
    transitions: tuple[Transition, ...] = ()
    runs: tuple[Run, ...] = ()
    incidents: tuple[Incident, ...] = ()

    def then(self, later: Change) -> Change:
        """Return this change and a later one of the same job as one."""
        runs = {run.number: run for run in (*self.runs, *later.runs)}
        incidents = {each.number: each for each in (*self.incidents, *later.incidents)}
        return Change(
            later.job,
            self.transitions + later.transitions,
            tuple(runs.values()),
            tuple(incidents.values()),
        )
