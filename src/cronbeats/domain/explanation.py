"""Why a job has the status it has, in one sentence and step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.job import Incident, Job, Reason, Rules, Status
from cronbeats.domain.judgement import longest_excuse
from cronbeats.domain.transition import Transition
from cronbeats.domain.words import in_words, local, schedule_in_words


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to know: `rule` names it for programs, `at` is its moment, if it has one."""

    rule: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a job has its status."""

    status: Status
    sentence: str
    steps: tuple[Step, ...]


def explain(job: Job, blind: BlindWindows) -> Explanation:
    """Explain the status of a job that time has caught up with."""
    state = job.state
    unheard_since = _blamed_unheard_since(job, blind)
    sentence = status_sentence(job, state.status, state.reason, state.since, unheard_since)
    return Explanation(state.status, sentence, tuple(_steps(job, blind)))


def status_sentence(
    job: Job,
    status: Status,
    reason: Reason | None,
    since: datetime,
    unheard_since: datetime | None = None,
) -> str:
    """Return one sentence that tells a status and why; an alert about it says the same.

    `unheard_since` is that of the transition: since when runs may have come unheard.
    """
    if unheard_since is not None:
        why = _why_unheard(job, reason, since, unheard_since)
    else:
        why = _why(job, status, reason, since)
    return f"{job.name} is {status}: {why}."


def recovery_sentence(job: Job, transition: Transition) -> str:
    """Return one sentence that tells of a recovery."""
    incident = transition.incident
    if incident is None or incident.ended_at is None:
        return f"{job.name} is healthy again."
    lasted = in_words(incident.ended_at - incident.started_at)
    return f"{job.name} is healthy again: down for {lasted}{_missed(incident)}."


def reminder_sentence(job: Job, transition: Transition) -> str:
    """Return one sentence that tells that a job is still down, for how long, and why."""
    incident = transition.incident
    if incident is None:
        return f"{job.name} is still down."
    lasted = in_words(transition.at - incident.started_at)
    since, unheard_since = incident.started_at, transition.unheard_since
    if unheard_since is not None:
        why = _why_unheard(job, incident.reason, since, unheard_since)
    else:
        why = _why_bad(job, Status.DOWN, incident.reason, since)
    return f"{job.name} is still down, for {lasted}{_missed(incident)}: {why}."


def _missed(incident: Incident) -> str:
    """Return how many runs were missed, to follow a span of time; empty if none was."""
    count = incident.missed_runs
    return f", {count} run{'s' if count > 1 else ''} missed" if count else ""


def _why(job: Job, status: Status, reason: Reason | None, since: datetime) -> str:
    match status:
        case Status.DISABLED:
            return f"it has been paused since {local(since, job.timezone)}"
        case Status.PENDING if job.state.last_signal_at is None and job.state.due_at is None:
            return "it has not sent a signal yet, so nothing is expected of it"
        case Status.PENDING:
            return "no run has succeeded yet"
        case Status.HEALTHY if job.state.last_success_at is not None:
            return f"its last run succeeded at {local(job.state.last_success_at, job.timezone)}"
        case Status.HEALTHY:
            return "it reports as expected"
        case Status.LATE | Status.DOWN:
            return _why_bad(job, status, reason, since)


def _why_bad(job: Job, status: Status, reason: Reason | None, since: datetime) -> str:
    at = local(since, job.timezone)
    if reason is Reason.FAILED:
        return f"a run failed at {at}"
    if reason is Reason.OVERRAN:
        return f"a run had not ended by {at}"
    allowance = _allowance(job.rules, status)
    if allowance == timedelta(0):
        return f"expected at {at}, it did not run"
    return f"expected at {local(since - allowance, job.timezone)}, it had not run by {at}"


def _why_unheard(job: Job, reason: Reason | None, since: datetime, unheard_since: datetime) -> str:
    first, at = (local(moment, job.timezone) for moment in (unheard_since, since))
    blind = f"CronBeats itself could not hear at some times since {first}"
    if reason is Reason.OVERRAN:
        return f"a run had not ended by {at}; {blind}, so its end may have come unheard"
    return f"no run was heard by {at}; {blind}, so the job may have run unheard"


def _allowance(rules: Rules, status: Status) -> timedelta:
    """Return how long after its slot a job that missed it got that status."""
    return rules.grace + (rules.down_after if status is Status.DOWN else timedelta(0))


def _blamed_unheard_since(job: Job, blind: BlindWindows) -> datetime | None:
    """Return since when runs may have come unheard, if the job is blamed in spite of that."""
    state, rules = job.state, job.rules
    unheard_since = job.unheard_since(state.reason)
    if state.status not in {Status.LATE, Status.DOWN} or unheard_since is None:
        return None
    if state.reason is Reason.OVERRAN and rules.max_runtime is not None:
        blamed = [run for run in state.open_runs if run.deadline_at == state.since]
        opened_at = blamed[-1].started_at if blamed else None
    else:
        due_at = state.since - _allowance(rules, state.status)
        opened_at = due_at - rules.schedule.early(due_at)
    window = blind.last_touching(opened_at or unheard_since, state.since)
    return None if window is None else unheard_since


def _steps(job: Job, blind: BlindWindows) -> Iterator[Step]:
    state, rules = job.state, job.rules
    yield Step("schedule", f"A run is expected {schedule_in_words(rules.schedule)}.")
    if state.last_signal_at is not None:
        at = state.last_signal_at
        yield Step("last_signal", f"The last signal came at {local(at, job.timezone)}.", at)
    if state.last_success_at is not None:
        at = state.last_success_at
        yield Step("last_success", f"The last success was at {local(at, job.timezone)}.", at)
    if job.muted_until is not None:
        until = local(job.muted_until, job.timezone)
        text = f"It is muted until {until}: nobody is told when it is late or down."
        yield Step("muted", text, job.muted_until)
    yield from _streak_steps(job)
    yield from _blindness_steps(job, blind)
    yield from _next_steps(job)


def _streak_steps(job: Job) -> Iterator[Step]:
    state, rules = job.state, job.rules
    if state.bad_streak and state.status is not Status.DOWN:
        text = (
            f"Bad runs in a row: {state.bad_streak}, of which {rules.failure_tolerance} are borne."
        )
        yield Step("failure_tolerance", text)
    if state.incident is not None:
        at, missed = state.incident.started_at, state.incident.missed_runs
        text = f"It has been down since {local(at, job.timezone)}; runs missed so far: {missed}."
        yield Step("incident", text, at)
        if rules.recovery_threshold > 1:
            text = f"Good runs in a row: {state.good_streak} of {rules.recovery_threshold} needed."
            yield Step("recovery_threshold", text)


def _blindness_steps(job: Job, blind: BlindWindows) -> Iterator[Step]:
    """Tell what was not held against the job, and why."""
    state = job.state
    since = state.last_success_at or job.created_at
    until = max(state.due_at or since, state.since)
    window = blind.last_touching(since, until)
    if window is not None:
        start, end = (local(at, job.timezone) for at in (window.started_at, window.ended_at))
        text = f"CronBeats itself heard nothing from {start} to {end}, so that time is not judged."
        yield Step("blind_window", text, window.ended_at)
    if state.unheard_since is not None and state.due_at is not None:
        first, heard = state.unheard_since, in_words(longest_excuse(job.rules, state.due_at))
        text = (
            f"Runs since {local(first, job.timezone)} may have come while CronBeats itself could "
            "not hear; this excuses their silence until CronBeats has heard nothing of the job in "
            f"{heard} of listening."
        )
        yield Step("unheard", text, first)


def _next_steps(job: Job) -> Iterator[Step]:
    """Tell what is awaited, and what comes next if the job stays silent."""
    state, zone = job.state, job.timezone
    for run in state.open_runs[-1:]:
        if run.deadline_at is not None and run.started_at is not None:
            start, end = local(run.started_at, zone), local(run.deadline_at, zone)
            text = f"The run that began at {start} has until {end} to end."
            yield Step("max_runtime", text, run.deadline_at)
    if state.due_at is None:
        return
    yield Step("awaited", f"The run of {local(state.due_at, zone)} is awaited.", state.due_at)
    if state.status is Status.DOWN:
        yield Step("recovery", "The next success makes it healthy again.")
        return
    late_at, down_at = job.late_at, job.down_at
    if state.status is not Status.LATE and late_at is not None:
        grace = in_words(job.rules.grace)
        text = f"With {grace} of grace it is late at {local(late_at, zone)} if it stays silent."
        yield Step("late_at", text, late_at)
    if down_at is not None:
        yield Step("down_at", f"It is down at {local(down_at, zone)} if it stays silent.", down_at)
