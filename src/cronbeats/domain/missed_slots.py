"""How many slots went by without a run while nobody had to be told of each."""

from __future__ import annotations

from datetime import datetime, timedelta

from cronbeats.domain.job import Rules, down_at
from cronbeats.domain.schedule import Every


def count_missed(
    rules: Rules, due_at: datetime | None, now: datetime
) -> tuple[int, datetime | None]:
    """Return how many awaited slots were lost by `now`, and the slot that is awaited then.

    A slot is lost when its grace and the time from late to down are over.
    """
    lost_at = down_at(rules, due_at)
    if due_at is None or lost_at is None or lost_at > now:
        return 0, due_at
    schedule = rules.schedule
    if isinstance(schedule, Every):
        interval = timedelta(seconds=schedule.seconds)
        missed = (now - lost_at) // interval + 1
        return missed, due_at + missed * interval
    allowance = lost_at - due_at
    missed = 0
    while due_at + allowance <= now:
        missed += 1
        due_at = schedule.slot_after(due_at)
    return missed, due_at
