"""What happened, in words for people."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronbeats.domain.alert import AlertKind
from cronbeats.domain.job import Job, Reason
from cronbeats.domain.transition import Transition

_SECOND = timedelta(seconds=1)


def alert_text(kind: AlertKind, job: Job, transition: Transition) -> str:
    """Return one line that tells what happened to a job, when, and why."""
    if kind is AlertKind.RECOVERED:
        return f"{job.name} is healthy again{_downtime(transition)}."
    status = "late" if kind is AlertKind.LATE else "down"
    return f"{job.name} is {status}: {_why(job, transition)}."


def in_words(span: timedelta) -> str:
    """Return a span of time with its two largest units, as in `2 h 14 m`."""
    seconds = max(0, span // _SECOND)
    parts: list[tuple[int, str]] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append((count, unit))
    shown = [f"{count} {unit}" for count, unit in parts[:2] if count]
    return " ".join(shown) or "0 s"


def local(moment: datetime, timezone: str) -> str:
    """Return a moment in a time zone, to the second only where it has any."""
    there = moment.astimezone(ZoneInfo(timezone))
    return there.strftime("%Y-%m-%d %H:%M:%S %Z" if there.second else "%Y-%m-%d %H:%M %Z")


def _why(job: Job, transition: Transition) -> str:
    at = local(transition.at, job.timezone)
    if transition.reason is Reason.FAILED:
        return f"a run failed at {at}"
    if transition.reason is Reason.OVERRAN:
        return f"a run had not ended by {at}"
    allowance = job.rules.grace
    if transition.incident is not None:
        allowance += job.rules.down_after
    if not allowance:
        return f"expected at {at}, it did not run"
    return f"expected at {local(transition.at - allowance, job.timezone)}, it had not run by {at}"


def _downtime(transition: Transition) -> str:
    incident = transition.incident
    if incident is None or incident.ended_at is None:
        return ""
    lasted = in_words(incident.ended_at - incident.started_at)
    if incident.missed_runs == 0:
        return f" after {lasted} down"
    runs = "run" if incident.missed_runs == 1 else "runs"
    return f" after {lasted} down, {incident.missed_runs} {runs} missed"
