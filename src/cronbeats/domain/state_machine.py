"""The law: what a signal, the time, a pause, a resume or an edit does to a job.

Every function takes a job and moments, and returns the change; there is no clock, no database and
no other input but the times in which the service itself was blind. Recording a ping and watching
the clock both come here, and a signal first lets time catch up, so it makes no difference which of
the two was first.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cronbeats.domain.blind_window import ALWAYS_HEARD, BlindWindows
from cronbeats.domain.draft import Draft
from cronbeats.domain.job import Job, Outcome, Status, as_of, is_running
from cronbeats.domain.judgement import catch_up, count_bad_run
from cronbeats.domain.reactions import react
from cronbeats.domain.signal import Signal
from cronbeats.domain.transition import Change


def on_time(job: Job, now: datetime, blind: BlindWindows = ALWAYS_HEARD) -> Change:
    """Let time pass up to `now`: judge each moment that came since the last look, in order."""
    deadline = job.deadline_at
    if job.state.status is not Status.DOWN and (deadline is None or deadline > now):
        return Change(job)
    draft = Draft(job)
    catch_up(draft, now, blind)
    return draft.finish()


def as_seen(job: Job, now: datetime, blind: BlindWindows) -> Job:
    """Return a job as people see it at `now`: judged up to then, whether or not it was stored."""
    return as_of(on_time(job, now, blind).job, now)


def on_signal(job: Job, signal: Signal, blind: BlindWindows = ALWAYS_HEARD) -> Change:
    """Take one signal; a disabled job takes none.

    A signal that was overtaken by a judgement counts from the moment of that judgement, so that
    history never runs backwards.
    """
    if not job.is_enabled:
        return Change(job)
    draft = Draft(job)
    at = max(signal.received_at, job.state.since)
    catch_up(draft, at, blind)
    bad = react(draft, signal, at)
    if bad is not None:
        count_bad_run(draft, bad, at)
    return draft.finish()


def on_pause(job: Job, now: datetime, blind: BlindWindows = ALWAYS_HEARD) -> Change:
    """Stop judging: open runs are abandoned, an open incident ends silently."""
    if not job.is_enabled:
        return Change(job)
    now = max(now, job.state.since)
    draft = Draft(job)
    catch_up(draft, now, blind)
    for run in draft.open_runs:
        draft.end_run(run, Outcome.ABANDONED, now)
    incident = draft.end_incident(now)
    draft.become(Status.DISABLED, now, incident=incident)
    draft.due_at = draft.last_signal = draft.unended_since = None
    draft.unheard_since = draft.unheard_ends_since = None
    draft.good_streak = draft.bad_streak = draft.missed_streak = 0
    return draft.finish()


def on_resume(job: Job, now: datetime) -> Change:
    """Judge again: armed, with the next slot counted from `now`."""
    if job.is_enabled:
        return Change(job)
    now = max(now, job.state.since)
    draft = Draft(job)
    proven = draft.last_success_at is not None
    draft.become(Status.HEALTHY if proven else Status.PENDING, now)
    draft.due_at = draft.rules.schedule.slot_after(now)
    return draft.finish()


def on_edit(job: Job, edited: Job, now: datetime, blind: BlindWindows = ALWAYS_HEARD) -> Change:
    """Give `job` the configuration of `edited`; its new rules are judged from `now` on.

    The slot awaited stays if the schedule does and there is time left; otherwise the next slot
    counts from `now`, so that an edit alarms nobody by itself.
    """
    now = max(now, job.state.since)
    draft = Draft(job)
    catch_up(draft, now, blind)
    draft.job, draft.rules = edited, edited.rules
    if edited.rules != job.rules:
        draft.unended_since = draft.unheard_ends_since = None
        _spare_open_runs(draft, now)
        deadline = draft.deadline_at
        has_passed = draft.is_judged and deadline is not None and deadline <= now
        is_other_schedule = edited.rules.schedule != job.rules.schedule
        if is_other_schedule:
            draft.unheard_since = None
        if draft.due_at is not None and (is_other_schedule or has_passed):
            draft.due_at = edited.rules.schedule.slot_after(now)
    return draft.finish()


def on_clock_set_back(job: Job, now: datetime) -> Change:
    """Take back what a clock that ran ahead has told: nothing may lie in the future.

    Otherwise a dead job would be waited for until the future that was noted. The next slot counts
    from `now`; nobody is blamed or cleared.
    """
    draft = Draft(job)
    told_of_future = draft.since > now or (draft.last_signal_at or now) > now
    draft.since = min(draft.since, now)
    for name in ("last_signal_at", "last_start_at", "last_success_at", "last_failure_at"):
        told_at = getattr(draft, name)
        setattr(draft, name, told_at and min(told_at, now))
    draft.last_signal = draft.unended_since = None
    for name in ("unheard_since", "unheard_ends_since"):
        if (getattr(draft, name) or now) > now:
            setattr(draft, name, None)
    for run in draft.open_runs:
        draft.put_run(replace(run, started_at=run.started_at and min(run.started_at, now)))
    if draft.incident is not None and draft.incident.started_at > now:
        draft.put_incident(replace(draft.incident, started_at=now))
    if draft.due_at is not None:
        # A run that came early has answered the next slot already: one more is still plausible.
        following = draft.rules.schedule.slot_after(now)
        if told_of_future or draft.due_at > draft.rules.schedule.slot_after(following):
            draft.due_at = min(draft.due_at, following)
    _spare_open_runs(draft, now)
    return draft.finish()


def _spare_open_runs(draft: Draft, now: datetime) -> None:
    """Give open runs the deadline of the new rules, counted from `now` where it has passed.

    A start that gets a limit only now answers its slot now.
    """
    limit = draft.rules.max_runtime
    for run in draft.open_runs:
        if not is_running(run) or run.started_at is None:
            continue
        deadline = None
        if limit is not None:
            deadline = run.started_at + limit
            deadline = deadline if deadline > now else now + limit
            if run.deadline_at is None and run.started_at == draft.last_start_at:
                draft.answer_slot(run.started_at)
        if deadline != run.deadline_at:
            draft.put_run(replace(run, deadline_at=deadline))
