"""The law: what a signal, the time, a pause, a resume or an edit does to a job.

Every function takes a job and moments, and returns the change; there is no clock, no database and
no other input. Recording a ping and watching the clock both come here, and a signal first lets
time catch up, so it makes no difference which of the two was first.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cronbeats.domain.draft import Draft
from cronbeats.domain.job import Incident, Job, Outcome, Reason, Status, is_running
from cronbeats.domain.missed_slots import count_missed
from cronbeats.domain.reactions import react
from cronbeats.domain.signal import Signal
from cronbeats.domain.transition import Change


def on_time(job: Job, now: datetime) -> Change:
    """Let time pass up to `now`: judge each moment that came since the last look, in order."""
    draft = Draft(job)
    _catch_up(draft, now)
    return draft.finish()


def on_signal(job: Job, signal: Signal) -> Change:
    """Take one signal of an enabled job.

    A signal that was overtaken by a judgement counts from the moment of that judgement, so that
    history never runs backwards.
    """
    draft = Draft(job)
    at = max(signal.received_at, job.state.since)
    _catch_up(draft, at)
    bad = react(draft, signal, at)
    if bad is not None:
        _count_bad_run(draft, bad, at)
    return draft.finish()


def on_pause(job: Job, now: datetime) -> Change:
    """Stop judging: open runs are abandoned, an open incident ends silently."""
    if not job.is_enabled:
        return Change(job)
    now = max(now, job.state.since)
    draft = Draft(job)
    _catch_up(draft, now)
    for run in draft.open_runs:
        draft.end_run(run, Outcome.ABANDONED, now)
    incident = draft.end_incident(now)
    draft.become(Status.DISABLED, now, incident=incident)
    draft.due_at = draft.last_signal = None
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


def on_edit(job: Job, edited: Job, now: datetime) -> Change:
    """Give `job` the configuration of `edited`; its new rules are judged from `now` on.

    The slot awaited stays if the schedule does and there is time left; otherwise the next slot
    counts from `now`, so that an edit alarms nobody by itself.
    """
    now = max(now, job.state.since)
    draft = Draft(job)
    _catch_up(draft, now)
    draft.job, draft.rules = edited, edited.rules
    if edited.rules != job.rules:
        _spare_open_runs(draft, now)
        deadline = draft.deadline_at
        has_passed = draft.is_judged and deadline is not None and deadline <= now
        is_other_schedule = edited.rules.schedule != job.rules.schedule
        if draft.due_at is not None and (is_other_schedule or has_passed):
            draft.due_at = edited.rules.schedule.slot_after(now)
    return draft.finish()


def _catch_up(draft: Draft, now: datetime) -> None:
    while (deadline := draft.deadline_at) is not None and deadline <= now:
        _judge(draft, deadline)
    if draft.status is Status.DOWN:
        _pass_missed_slots(draft, now)


def _judge(draft: Draft, at: datetime) -> None:
    overdue = [run for run in draft.open_runs if is_running(run) and run.deadline_at == at]
    if overdue:
        for run in overdue:
            draft.put_run(replace(run, outcome=Outcome.OVERRAN))
            _count_bad_run(draft, Reason.OVERRAN, at)
    elif draft.down_at == at:
        _lose_slot(draft, at)
    else:
        reason = Reason.OVERRAN if draft.running_within_slot() else Reason.MISSED
        draft.become(Status.LATE, at, reason)


def _lose_slot(draft: Draft, at: datetime) -> None:
    """The awaited slot got no run in time: blame the run that hangs, or note that none came."""
    reason = Reason.OVERRAN
    if not _blame_hanging_runs(draft):
        reason = Reason.MISSED
        draft.add_run(Outcome.MISSED, slot_at=draft.due_at)
        draft.missed_streak += 1
    if draft.due_at is not None:
        draft.due_at = draft.rules.schedule.slot_after(draft.due_at)
    _count_bad_run(draft, reason, at)
    if draft.status in {Status.PENDING, Status.HEALTHY}:
        # No time is given between late and down, but this bad run is still tolerated.
        draft.become(Status.LATE, at, reason)


def _blame_hanging_runs(draft: Draft) -> bool:
    """Mark the runs that did not end within their slot; tell whether there were any."""
    hanging = draft.running_within_slot()
    for run in hanging:
        draft.put_run(replace(run, outcome=Outcome.OVERRAN))
    return bool(hanging)


def _count_bad_run(draft: Draft, reason: Reason, at: datetime) -> None:
    """Count a failed, missed or overrun run; go down when there are more than tolerated."""
    draft.bad_streak += 1
    draft.good_streak = 0
    if draft.status is Status.DOWN or draft.bad_streak <= draft.rules.failure_tolerance:
        return
    incident = Incident(draft.incident_count + 1, at, reason, missed_runs=draft.missed_streak)
    draft.put_incident(incident)
    draft.become(Status.DOWN, at, reason, incident)


def _pass_missed_slots(draft: Draft, now: datetime) -> None:
    """While down, slots that go by are counted, not judged one by one."""
    missed, due_at = count_missed(draft.rules, draft.due_at, now)
    if missed == 0 or draft.incident is None:
        return
    if _blame_hanging_runs(draft):
        missed -= 1
    draft.due_at, draft.good_streak = due_at, 0
    draft.missed_streak += missed
    incident = draft.incident
    draft.put_incident(replace(incident, missed_runs=incident.missed_runs + missed))


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
