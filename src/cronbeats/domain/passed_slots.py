"""Slots that went by while a job was down: counted exactly, without looking at each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.blind_window import BlindWindow, BlindWindows
from cronbeats.domain.job import Rules
from cronbeats.domain.schedule import Every, Schedule


@dataclass(frozen=True, slots=True)
class Passed:
    """How many slots were missed, not counting unobserved ones, and the slot awaited now."""

    missed: int
    due_at: datetime


def pass_slots(rules: Rules, due_at: datetime, now: datetime, blind: BlindWindows) -> Passed:
    """Let the slots from `due_at` on go by that are lost by `now`.

    A slot is lost when its grace and the time from late to down are over. One whose time to report
    touches a blind window is passed over, and those in the window with it.
    """
    allowance, missed = rules.grace + rules.down_after, 0
    while due_at + allowance <= now:
        opened_at = due_at - rules.schedule.early(due_at)
        if window := blind.last_touching(opened_at, due_at + allowance):
            due_at = slot_after_blindness(rules.schedule, due_at, window)
            continue
        following = blind.first_touching(due_at, now)
        heard_until = now if following is None else min(now, following.started_at)
        count, due_at = rules.schedule.count_slots(due_at, heard_until - allowance)
        missed += count
    return Passed(missed, due_at)


def slot_after_blindness(schedule: Schedule, unheard: datetime, window: BlindWindow) -> datetime:
    """Return the slot awaited after the slot `unheard`, which a blind window touched.

    For an interval one whole interval after we could hear; for cron the first moment after it. (A
    window just before the slot touches it, too.)
    """
    if isinstance(schedule, Every):
        return schedule.slot_after(window.ended_at)
    return schedule.slot_after(max(unheard, window.ended_at))
