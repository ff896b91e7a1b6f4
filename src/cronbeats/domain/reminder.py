"""Reminders: what people know of an open incident, and when they must be told of it next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is still to be said about an incident that is open.

    `announced_at` is the moment from which reminders are counted: when people were told that the
    job is down, or would have been, had they asked for it; None while a mute holds that back.
    `told_at` is when something was last said, `due_at` when something must be said next (None for
    never, or not planned yet).
    """

    announced_at: datetime | None
    told_at: datetime
    due_at: datetime | None = None

    @property
    def is_held_back(self) -> bool:
        """Whether the job went down while it was muted, so that nobody knows yet."""
        return self.announced_at is None


def plan_reminder(
    reminder: Reminder,
    interval_seconds: int | None,
    muted_until: datetime | None,
    now: datetime,
) -> Reminder:
    """Return the reminder with its next moment, from `now` on.

    What a mute holds back is due when the mute ends. After that something is due every interval
    since `announced_at`, but neither within a mute nor less than half an interval after the last
    time: after a long silence of ours people get one reminder, not all that were missed.
    """
    unmuted_at = max(muted_until or now, now)
    told_at = min(reminder.told_at, now)
    if reminder.announced_at is None:
        return Reminder(None, told_at, unmuted_at)
    announced_at = min(reminder.announced_at, now)
    if interval_seconds is None:
        return Reminder(announced_at, told_at)
    interval = timedelta(seconds=interval_seconds)
    earliest = max(told_at + interval / 2, unmuted_at)
    intervals = -((announced_at - earliest) // interval)
    return Reminder(announced_at, told_at, announced_at + intervals * interval)
