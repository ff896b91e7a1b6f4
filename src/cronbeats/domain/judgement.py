"""How time judges: each moment that has come, in order, as far as we could hear."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from cronbeats.domain.blind_window import BlindWindow, BlindWindows
from cronbeats.domain.draft import Draft
from cronbeats.domain.job import Incident, Outcome, Reason, Rules, Run, Status, is_running
from cronbeats.domain.passed_slots import pass_slots, slot_after_blindness

_ENOUGH_PAUSES = 3
"""For how many of its longest pauses a job may stay unheard because of our blindness.

A healthy job reports at least once in a gap of its schedule and its grace; where runs have a limit,
one ends at least once in these and the limit. If we could hear for three of these and heard
nothing, either there was nothing, or three reports in a row or more came just when we were blind:
both are worth a look.
"""


def catch_up(draft: Draft, now: datetime, blind: BlindWindows) -> None:
    """Let time pass up to `now`; `blind` holds every blind window up to then."""
    while (deadline := draft.deadline_at) is not None and deadline <= now:
        if not _judge(draft, deadline, now, blind):
            break
    if draft.status is Status.DOWN:
        _pass_lost_slots(draft, now, blind)


def count_bad_run(
    draft: Draft, reason: Reason, at: datetime, unheard_since: datetime | None = None
) -> None:
    """Count a failed, missed or overrun run; go down when there are more than tolerated."""
    draft.bad_streak += 1
    draft.good_streak = 0
    if draft.status is Status.DOWN or draft.bad_streak <= draft.rules.failure_tolerance:
        return
    incident = Incident(draft.incident_count + 1, at, reason, missed_runs=draft.missed_streak)
    draft.put_incident(incident)
    draft.become(Status.DOWN, at, reason, incident, unheard_since)


def longest_excuse(rules: Rules, due_at: datetime) -> timedelta:
    """Return for how much time that we could hear blindness excuses slots one after another.

    It is counted from the first of them; `due_at` is the slot awaited now.
    """
    return _ENOUGH_PAUSES * (rules.schedule.gap(due_at) + rules.grace)


def _judge(draft: Draft, deadline: datetime, now: datetime, blind: BlindWindows) -> bool:
    """Judge what is at its deadline; tell whether that can be done by `now`."""
    overdue = [run for run in draft.open_runs if is_running(run) and run.deadline_at == deadline]
    if not overdue:
        return _judge_slot(draft, deadline, now, blind)
    return all(_judge_run(draft, run, deadline, now, blind) for run in overdue)


def _judge_run(
    draft: Draft, run: Run, deadline: datetime, now: datetime, blind: BlindWindows
) -> bool:
    """A run is at its deadline without an end: blame it, unless its end may have come unheard.

    One that has less than its whole time because those before it had no end, either, is given the
    rest if that end may have come unheard. Neither excuses for ever.
    """
    unheard_since = _first_unheard_end(draft, run, deadline, blind)
    if unheard_since is not None and not _has_heard_enough_ends(draft, deadline, blind):
        draft.unended_since = None
        draft.unheard_ends_since = draft.unheard_ends_since or unheard_since
        _excuse_run(draft, run, deadline, blind)
        return True
    at = _decided_at(deadline, blind)
    if at > now:
        return False
    draft.unended_since = None
    draft.put_run(replace(run, outcome=Outcome.OVERRAN))
    doubt_since = None if unheard_since is None else draft.unheard_ends_since
    count_bad_run(draft, Reason.OVERRAN, at, doubt_since)
    return True


def _first_unheard_end(
    draft: Draft, run: Run, deadline: datetime, blind: BlindWindows
) -> datetime | None:
    """Return when the run began whose end may have come unheard: `run`, or the first before it."""
    began_at = run.started_at or deadline
    if blind.last_touching(began_at, deadline) is not None:
        return began_at
    first_began_at = draft.unended_since or began_at
    has_less_time = deadline < began_at + (draft.rules.max_runtime or timedelta(0))
    is_touched = has_less_time and blind.first_touching(first_began_at, deadline) is not None
    return first_began_at if is_touched else None


def _has_heard_enough_ends(draft: Draft, deadline: datetime, blind: BlindWindows) -> bool:
    """Whether we could hear for so long since the first run began whose end may be unheard."""
    if draft.unheard_ends_since is None:
        return False
    rules = draft.rules
    pause = rules.schedule.gap(draft.due_at or deadline) + rules.grace
    pause += rules.max_runtime or timedelta(0)
    return blind.heard_between(draft.unheard_ends_since, deadline) >= _ENOUGH_PAUSES * pause


def _excuse_run(draft: Draft, run: Run, deadline: datetime, blind: BlindWindows) -> None:
    """Judge a run later, after the blind window and its grace; if that is over, not at all."""
    began_at = run.started_at or deadline
    window = blind.last_touching(began_at, deadline)
    if window is None:
        whole_time = draft.rules.max_runtime or timedelta(0)
        draft.put_run(replace(run, deadline_at=began_at + whole_time))
    elif (later := window.ended_at + draft.rules.grace) > deadline:
        draft.put_run(replace(run, deadline_at=later))
    else:
        draft.put_run(replace(run, outcome=Outcome.UNOBSERVED))


def _decided_at(deadline: datetime, blind: BlindWindows) -> datetime:
    """Return when what is due at `deadline` is decided: never in a moment that we were blind in."""
    around = blind.around(deadline)
    return deadline if around is None else around.ended_at


def _judge_slot(draft: Draft, deadline: datetime, now: datetime, blind: BlindWindows) -> bool:
    """Judge the awaited slot at its deadline, or when we could hear again; not after `now`.

    A blind window that touches its time to report excuses it, but not for ever. What was silent
    while we could hear all of its grace stays late, even if we were blind later.
    """
    if draft.due_at is None:
        return True
    unheard_since = None
    window = blind.last_touching(draft.due_at - draft.rules.schedule.early(draft.due_at), deadline)
    if window is not None:
        if not _has_heard_enough(draft, draft.due_at, deadline, blind):
            _excuse_slot(draft, draft.due_at, window)
            return True
        unheard_since = draft.unheard_since
    at = _decided_at(deadline, blind)
    if at > now:
        return False
    if draft.down_at == deadline:
        _lose_slot(draft, at, unheard_since)
    else:
        reason = Reason.OVERRAN if draft.hanging_runs() else Reason.MISSED
        draft.become(Status.LATE, at, reason, unheard_since=unheard_since)
    return True


def _has_heard_enough(
    draft: Draft, due_at: datetime, deadline: datetime, blind: BlindWindows
) -> bool:
    """Whether we could hear for so long since the first of the unobserved slots."""
    if draft.unheard_since is None:
        return False
    heard = blind.heard_between(draft.unheard_since, deadline)
    return heard >= longest_excuse(draft.rules, due_at)


def _excuse_slot(draft: Draft, due_at: datetime, window: BlindWindow) -> None:
    """Pass over the slot awaited, as its run may have come unheard."""
    draft.unheard_since = draft.unheard_since or due_at
    if not draft.hanging_runs():
        draft.add_run(Outcome.UNOBSERVED, slot_at=due_at)
    draft.due_at = slot_after_blindness(draft.rules.schedule, due_at, window)


def _lose_slot(draft: Draft, at: datetime, unheard_since: datetime | None) -> None:
    """The awaited slot got no run in time: blame the run that hangs, or note that none came."""
    reason = Reason.OVERRAN
    if not _blame_hanging_runs(draft):
        reason = Reason.MISSED
        draft.add_run(Outcome.MISSED, slot_at=draft.due_at)
        draft.missed_streak += 1
    if draft.due_at is not None:
        draft.due_at = draft.rules.schedule.slot_after(draft.due_at)
    count_bad_run(draft, reason, at, unheard_since)
    if draft.status in {Status.PENDING, Status.HEALTHY}:
        # No time is given between late and down, but this bad run is still tolerated.
        draft.become(Status.LATE, at, reason, unheard_since=unheard_since)


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
