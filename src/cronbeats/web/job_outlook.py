"""What a job's rules mean, told while they are typed: in words, as moments, and drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cronbeats.domain.clock_change import clock_notes
from cronbeats.domain.job import Rules
from cronbeats.domain.preview import preview
from cronbeats.domain.schedule import Every, Schedule, choose_schedule
from cronbeats.domain.words import in_words, local
from cronbeats.web.job_forms import LABELS, Reading
from cronbeats.web.slot_drawing import Drawing, draw

_MINUTE_SECONDS = 60
_SCHEDULE = ("every", "cron", "timezone")
_LIMITS = ("grace", "down_after", "max_runtime", "failure_tolerance", "recovery_threshold")


@dataclass(frozen=True, slots=True)
class SlotShown:
    """A slot in the job's zone, in the reader's if that is another one, and how far off it is."""

    at: datetime
    there: str
    here: str
    wait: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What can be told; `missing` says why it is not all."""

    words: str = ""
    is_interval: bool = False
    slots: tuple[SlotShown, ...] = ()
    notes: tuple[str, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    limits: tuple[str, ...] = ()
    drawing: Drawing | None = None
    missing: tuple[str, ...] = ()


def look_ahead(reading: Reading, now: datetime, reader_zone: str | None) -> Outlook:
    """Return what the rules of a form mean, as far as they can be read."""
    missing = tuple(
        f"{LABELS[field]}: {' '.join(reading.errors[field])}"
        for field in (*_SCHEDULE, *_LIMITS)
        if field in reading.errors
    )
    if not reading.has(*_SCHEDULE):
        return Outlook(missing=missing)
    values = reading.values
    timezone = values["timezone"]
    schedule = choose_schedule(
        values["expected_interval_seconds"], values["cron_expression"], timezone
    )
    start = _start(schedule, now)
    found = preview(schedule, start)
    rules = _rules(reading, schedule)
    return Outlook(
        words=f"{found.words[0].upper()}{found.words[1:]}.",
        is_interval=isinstance(schedule, Every),
        slots=tuple(_slot(slot, start, timezone, reader_zone) for slot in found.slots),
        notes=tuple(clock_notes(schedule, timezone, start)),
        steps=tuple(_steps(rules, found.slots[0], timezone)) if rules else (),
        limits=tuple(_limits(rules)) if rules else (),
        drawing=draw(rules) if rules else None,
        missing=missing,
    )


def _start(schedule: Schedule, now: datetime) -> datetime:
    """Return from when slots are counted: of an interval of minutes, from a whole one."""
    is_whole = isinstance(schedule, Every) and schedule.seconds % _MINUTE_SECONDS == 0
    return now.replace(second=0, microsecond=0) if is_whole else now.replace(microsecond=0)


def _rules(reading: Reading, schedule: Schedule) -> Rules | None:
    if not reading.has(*_LIMITS):
        return None
    values = reading.values
    return Rules(
        schedule,
        values["grace_seconds"],
        values["down_after_seconds"],
        values["max_runtime_seconds"],
        values["failure_tolerance"],
        values["recovery_threshold"],
    )


def _slot(slot: datetime, now: datetime, timezone: str, reader_zone: str | None) -> SlotShown:
    is_elsewhere = reader_zone not in {None, timezone}
    here = _on_the_wall(slot, reader_zone) if reader_zone and is_elsewhere else ""
    return SlotShown(slot, _on_the_wall(slot, timezone), here, f"in {in_words(slot - now)}")


def _on_the_wall(moment: datetime, timezone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(timezone)):%a} {local(moment, timezone)}"


def _steps(rules: Rules, due_at: datetime, timezone: str) -> Iterator[tuple[str, str]]:
    """Give what becomes of a slot whose job stays silent, with the moments of the next one."""
    late_at, down_at = due_at + rules.grace, due_at + rules.grace + rules.down_after
    grace, down_after = in_words(rules.grace), in_words(rules.down_after)
    yield _time(due_at, due_at, timezone), "the run is due."
    if down_at > late_at:
        why = f"after {grace} of grace" if rules.grace else "without any grace"
        yield _time(late_at, due_at, timezone), f"still silent, the job is late, {why}."
        why = f"after {down_after} of being late"
    else:
        why = f"after {grace} of grace" if rules.grace else "without any grace"
    if rules.failure_tolerance:
        what = f"the run is missed, {why}."
    else:
        what = f"the job is down, {why}, and alerts are sent."
    yield _time(down_at, due_at, timezone), what


def _limits(rules: Rules) -> Iterator[str]:
    """Give what else makes the job down or healthy, as far as anything unusual does."""
    if rules.max_runtime is not None:
        yield f"A run that tells when it starts has {in_words(rules.max_runtime)} to end."
    if rules.failure_tolerance:
        yield f"{rules.failure_tolerance + 1} bad runs in a row make the job down."
    if rules.recovery_threshold > 1:
        yield f"{rules.recovery_threshold} good runs in a row make it healthy again."


def _time(moment: datetime, due_at: datetime, timezone: str) -> str:
    """Return a moment, with its day unless that is the day of the slot."""
    there, due = (each.astimezone(ZoneInfo(timezone)) for each in (moment, due_at))
    time = f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}"
    return time if there.date() == due.date() else f"{there:%a %Y-%m-%d} {time}"
