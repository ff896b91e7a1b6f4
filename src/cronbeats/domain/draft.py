"""A job while it is being judged: the one mutable thing of the domain, never seen outside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cronbeats.domain.job import (
    Incident,
    Job,
    Outcome,
    Reason,
    Rules,
    Run,
    State,
    Status,
    down_at,
    is_judged,
    is_running,
    late_at,
    next_deadline,
)
from cronbeats.domain.transition import Change, Transition


class Draft:
    """A job's state under the pen, and all that happened to it since the draft was begun."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.rules: Rules = job.rules
        state = job.state
        self.status = state.status
        self.since = state.since
        self.reason = state.reason
        self.due_at = state.due_at
        self.good_streak = state.good_streak
        self.bad_streak = state.bad_streak
        self.missed_streak = state.missed_streak
        self.run_count = state.run_count
        self.incident_count = state.incident_count
        self.incident = state.incident
        self.last_signal = state.last_signal
        self.last_signal_at = state.last_signal_at
        self.last_start_at = state.last_start_at
        self.last_success_at = state.last_success_at
        self.last_failure_at = state.last_failure_at
        self.last_duration_ms = state.last_duration_ms
        self.unended_since = state.unended_since
        self.unheard_since = state.unheard_since
        self.unheard_ends_since = state.unheard_ends_since
        self.open_runs = state.open_runs
        self._transitions: list[Transition] = []
        self._runs: dict[int, Run] = {}
        self._incidents: dict[int, Incident] = {}

    @property
    def late_at(self) -> datetime | None:
        """When silence makes the job late."""
        return late_at(self.rules, self.due_at)

    @property
    def down_at(self) -> datetime | None:
        """When the awaited slot is lost."""
        return down_at(self.rules, self.due_at)

    @property
    def is_judged(self) -> bool:
        """Whether silence can still change the status."""
        return is_judged(self.status, self.due_at)

    @property
    def deadline_at(self) -> datetime | None:
        """The next moment at which silence changes something, or None."""
        return next_deadline(self.rules, self.status, self.due_at, self.open_runs)

    def hanging_runs(self) -> list[Run]:
        """Return the runs without a limit that the awaited slot waits for: none ended since."""
        return [
            run
            for run in self.open_runs
            if is_running(run) and run.deadline_at is None and not self._was_ended_after(run)
        ]

    def answer_slot(self, began_at: datetime) -> None:
        """Await the slot after a run that began at `began_at`, unless a later one is awaited."""
        due_at = self.rules.schedule.slot_after_run(began_at)
        self.due_at = max(due_at, self.due_at or due_at)
        self.unheard_since = None

    def add_run(self, outcome: Outcome, **details: object) -> Run:
        """Add a run with the next free number, or a slot that went without one."""
        run = Run(self.run_count + 1, outcome, **details)  # type: ignore[arg-type]
        self.run_count = run.number
        self.put_run(run)
        return run

    def put_run(self, run: Run) -> None:
        """Note a run as it now is; it stays among the open ones until its end is known."""
        self._runs[run.number] = run
        if self.open_runs:
            self.open_runs = tuple(kept for kept in self.open_runs if kept.number != run.number)
        if run.started_at is not None and run.ended_at is None:
            self.open_runs = tuple(sorted((*self.open_runs, run), key=lambda each: each.number))

    def end_run(self, run: Run, outcome: Outcome, at: datetime) -> Run:
        """Close a run; one that overran stays known as that, whatever it said in the end."""
        kept = run.outcome if run.outcome is Outcome.OVERRAN else outcome
        ended = replace(run, outcome=kept, ended_at=max(at, run.started_at or at))
        self.put_run(ended)
        return ended

    def put_incident(self, incident: Incident) -> None:
        """Note an incident as it now is; one that is not over is the job's open one."""
        self._incidents[incident.number] = incident
        self.incident_count = max(self.incident_count, incident.number)
        self.incident = incident if incident.ended_at is None else None

    def end_incident(self, at: datetime) -> Incident | None:
        """Close the open incident, if there is one."""
        if self.incident is None:
            return None
        ended = replace(self.incident, ended_at=at)
        self.put_incident(ended)
        return ended

    def become(
        self,
        after: Status,
        at: datetime,
        reason: Reason | None = None,
        incident: Incident | None = None,
        unheard_since: datetime | None = None,
    ) -> None:
        """Take a step of history."""
        step = Transition(at, self.status, after, reason, incident, unheard_since)
        self._transitions.append(step)
        self.status, self.since, self.reason = after, at, reason

    def _was_ended_after(self, run: Run) -> bool:
        """Whether some run ended after `run` began."""
        ends = (self.last_success_at, self.last_failure_at)
        began_at = run.started_at
        return began_at is not None and any(end is not None and end > began_at for end in ends)

    def finish(self) -> Change:
        """Return what became of the job."""
        state = State(
            status=self.status,
            since=self.since,
            reason=self.reason,
            due_at=self.due_at,
            good_streak=self.good_streak,
            bad_streak=self.bad_streak,
            missed_streak=self.missed_streak,
            run_count=self.run_count,
            incident_count=self.incident_count,
            incident=self.incident,
            last_signal=self.last_signal,
            last_signal_at=self.last_signal_at,
            last_start_at=self.last_start_at,
            last_success_at=self.last_success_at,
            last_failure_at=self.last_failure_at,
            last_duration_ms=self.last_duration_ms,
            unended_since=self.unended_since,
            unheard_since=self.unheard_since,
            unheard_ends_since=self.unheard_ends_since,
            open_runs=self.open_runs,
        )
        return Change(
            self.job.standing(self.rules, state),
            tuple(self._transitions),
            tuple(self._runs.values()),
            tuple(self._incidents.values()),
        )
