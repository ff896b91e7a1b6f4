"""What a message for people says, before a service's markup is put around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.alert import Alert, AlertIncident, AlertJob, AlertKind
from cronbeats.domain.job import Reason
from cronbeats.domain.words import in_words, local
from cronbeats.senders._text import one_line

_TITLES = {
    AlertKind.DOWN: "Down",
    AlertKind.RECOVERED: "Recovered",
    AlertKind.LATE: "Late",
    AlertKind.REMINDER: "Still down",
    AlertKind.TEST: "CronBeats test",
}
_RED, _AMBER, _GREEN, _BLUE = 0xD92D20, 0xF5A524, 0x12A150, 0x2F6FEB
_COLOURS = {
    AlertKind.DOWN: _RED,
    AlertKind.RECOVERED: _GREEN,
    AlertKind.LATE: _AMBER,
    AlertKind.REMINDER: _RED,
    AlertKind.TEST: _BLUE,
}
_REASONS = {
    Reason.MISSED: "No run in time",
    Reason.FAILED: "A run failed",
    Reason.OVERRAN: "A run took too long",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a table: both parts are plain text on one line."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Message:
    """An alert in words, each text but `output` on one line, nothing escaped or cut yet.

    `colour` is 0xRRGGBB; `output` is as the job printed it, or empty.
    """

    title: str
    sentence: str
    facts: tuple[Fact, ...]
    output: str
    workspace: str
    colour: int


def message_of(alert: Alert) -> Message:
    """Return what people are told about `alert`, times in the job's time zone."""
    title = _title(alert)
    return Message(
        title=title,
        sentence=one_line(alert.text) or title,
        facts=tuple(_facts(alert)),
        output=_output(alert),
        workspace=one_line(alert.workspace_name),
        colour=_COLOURS[alert.kind],
    )


def _title(alert: Alert) -> str:
    if alert.job is None:
        return _TITLES[alert.kind]
    name = one_line(alert.job.name) or f"job {alert.job.id}"
    return f"{_TITLES[alert.kind]}: {name}"


def _output(alert: Alert) -> str:
    # What the last run printed when it failed is old news once all is well.
    if alert.incident is None or alert.kind is AlertKind.RECOVERED:
        return ""
    return alert.incident.last_output or ""


def _facts(alert: Alert) -> Iterator[Fact]:
    if alert.job is None:
        return
    if alert.incident is not None:
        yield from _incident_facts(alert, alert.job, alert.incident)
    if alert.kind is AlertKind.RECOVERED:
        yield from _moment_fact("Next expected", alert.job.next_expected_at, alert.job)
        return
    if alert.kind is AlertKind.LATE:
        yield from _moment_fact("Expected", alert.job.next_expected_at, alert.job)
    yield from _moment_fact("Last success", alert.job.last_success_at, alert.job, never="Never")


def _incident_facts(alert: Alert, job: AlertJob, incident: AlertIncident) -> Iterator[Fact]:
    yield Fact("Reason", _REASONS[incident.reason])
    yield from _moment_fact("Down since", incident.started_at, job)
    if alert.kind is not AlertKind.DOWN:
        end = incident.ended_at or alert.occurred_at
        yield Fact("Down for", in_words(end - incident.started_at))
    if incident.missed_runs > 0:
        yield Fact("Missed runs", str(incident.missed_runs))


def _moment_fact(
    label: str, moment: datetime | None, job: AlertJob, never: str = ""
) -> Iterator[Fact]:
    value = never if moment is None else local(moment, job.timezone)
    if value:
        yield Fact(label, value)
