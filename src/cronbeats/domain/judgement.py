"""How time judges: each moment that has come, in order, as far as we could hear."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.draft import Draft
from cronbeats.domain.job import Incident, Outcome, Reason, Run, Status, is_running
from cronbeats.domain.passed_slots import pass_slots, slot_after_blindness


def catch_up(draft: Draft, now: datetime, blind: BlindWindows) -> None:
    """Let time pass up to `now`; `blind` holds every blind window up to then."""
    while (deadline := draft.deadline_at) is not None and deadline <= now:
        _judge(draft, deadline, blind)
    if draft.status is Status.DOWN:
        _pass_lost_slots(draft, now, blind)


def count_bad_run(draft: Draft, reason: Reason, at: datetime) -> None:
    """Count a failed, missed or overrun run; go down when there are more than tolerated."""
    draft.bad_streak += 1
    draft.good_streak = 0
    if draft.status is Status.DOWN or draft.bad_streak <= draft.rules.failure_tolerance:
        return
    incident = Incident(draft.incident_count + 1, at, reason, missed_runs=draft.missed_streak)
    draft.put_incident(incident)
    draft.become(Status.DOWN, at, reason, incident)


def _judge(draft: Draft, at: datetime, blind: BlindWindows) -> None:
    overdue = [run for run in draft.open_runs if is_running(run) and run.deadline_at == at]
    if overdue:
        for run in overdue:
            _judge_run(draft, run, at, blind)
    elif _skip_unheard_slot(draft, at, blind):
        return
    elif draft.down_at == at:
        _lose_slot(draft, at)
    else:
        reason = Reason.OVERRAN if draft.hanging_runs() else Reason.MISSED
        draft.become(Status.LATE, at, reason)


def _judge_run(draft: Draft, run: Run, at: datetime, blind: BlindWindows) -> None:
    """A run is at its deadline without an end: blame it, unless its end may have come unheard.

    One that has less than its whole time because those before it had no end, either, is given the
    rest if that end may have come unheard.
    """
    began_at = run.started_at or at
    whole_time_at = began_at + (draft.rules.max_runtime or timedelta(0))
    first_began_at, draft.unended_since = draft.unended_since or began_at, None
    window = blind.last_touching(began_at, at)
    if window is not None and (later := window.ended_at + draft.rules.grace) > at:
        draft.put_run(replace(run, deadline_at=later))
    elif window is not None:
        draft.put_run(replace(run, outcome=Outcome.UNOBSERVED))
    elif at < whole_time_at and blind.first_touching(first_began_at, at):
        draft.put_run(replace(run, deadline_at=whole_time_at))
    else:
        draft.put_run(replace(run, outcome=Outcome.OVERRAN))
        count_bad_run(draft, Reason.OVERRAN, at)


def _skip_unheard_slot(draft: Draft, at: datetime, blind: BlindWindows) -> bool:
    """Pass over the awaited slot if a blind window touches its time to report; tell whether.

    What was silent while we could hear all of its grace stays late, even if we were blind later.
    """
    if draft.due_at is None:
        return False
    schedule = draft.rules.schedule
    window = blind.last_touching(draft.due_at - schedule.early(draft.due_at), at)
    if window is None:
        return False
    if not draft.hanging_runs():
        draft.add_run(Outcome.UNOBSERVED, slot_at=draft.due_at)
    draft.due_at = slot_after_blindness(schedule, draft.due_at, window)
    return True


def _lose_slot(draft: Draft, at: datetime) -> None:
    """The awaited slot got no run in time: blame the run that hangs, or note that none came."""
    reason = Reason.OVERRAN
    if not _blame_hanging_runs(draft):
        reason = Reason.MISSED
        draft.add_run(Outcome.MISSED, slot_at=draft.due_at)
        draft.missed_streak += 1
    if draft.due_at is not None:
        draft.due_at = draft.rules.schedule.slot_after(draft.due_at)
    count_bad_run(draft, reason, at)
    if draft.status in {Status.PENDING, Status.HEALTHY}:
        # No time is given between late and down, but this bad run is still tolerated.
        draft.become(Status.LATE, at, reason)


def _blame_hanging_runs(draft: Draft) -> bool:
    """Mark the runs that did not end within their slot; tell whether there were any."""
    hanging = draft.hanging_runs()
    for run in hanging:
        draft.put_run(replace(run, outcome=Outcome.OVERRAN))
    return bool(hanging)


def _pass_lost_slots(draft: Draft, now: datetime, blind: BlindWindows) -> None:
    """While down, slots that go by are counted, not judged one by one."""
    if draft.due_at is None or draft.incident is None:
        return
    passed = pass_slots(draft.rules, draft.due_at, now, blind)
    draft.due_at = passed.due_at
    if passed.missed == 0:
        return
    missed = passed.missed - (1 if _blame_hanging_runs(draft) else 0)
    draft.good_streak = 0
    draft.missed_streak += missed
    incident = draft.incident
    draft.put_incident(replace(incident, missed_runs=incident.missed_runs + missed))
