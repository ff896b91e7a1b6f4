"""What a schedule means: in words, and as the moments that come next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.job import Job
from cronbeats.domain.schedule import Schedule
from cronbeats.domain.words import schedule_in_words

_SLOTS = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """A schedule in words, and its next five slots."""

    words: str
    slots: tuple[datetime, ...]


def preview(schedule: Schedule, now: datetime) -> Preview:
    """Return what a schedule means from `now` on."""
    return _preview(schedule, schedule.slot_after(now))


def preview_job(job: Job, now: datetime) -> Preview:
    """Return what a job's schedule means: the slot awaited, and those after it."""
    first = job.state.due_at
    if first is None or first <= now:
        first = job.rules.schedule.slot_after(now)
    return _preview(job.rules.schedule, first)


def _preview(schedule: Schedule, first: datetime) -> Preview:
    slots = [first]
    while len(slots) < _SLOTS:
        slots.append(schedule.slot_after(slots[-1]))
    return Preview(schedule_in_words(schedule), tuple(slots))
