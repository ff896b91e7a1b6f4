"""What a message for people says, before a service's markup is put around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from cronbeats.domain.alert import Alert, AlertIncident, AlertJob, AlertKind, Digest
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
_DRILL = "[Drill] "
LINK_TEXT = "Look at it in CronBeats"
_LONGEST_LINK = 400
# No sign that any service's markup knows; `%` is there for what is quoted already.
_SAFE_IN_LINKS = ":/%?=&[]~"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a table: both parts are plain text on one line."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Message:
    """An alert in words, each text but `output` on one line, nothing escaped or cut yet.

    `colour` is 0xRRGGBB. `items` is what a digest lists. `output` is as the job printed it, and
    `link` leads to a page about it all; both may be empty.
    """

    title: str
    sentence: str
    workspace: str
    colour: int
    facts: tuple[Fact, ...] = ()
    items: tuple[str, ...] = ()
    output: str = ""
    link: str = ""


def message_of(told: Alert | Digest, pages: str = "") -> Message:
    """Return what people are told about an alert or a digest, times in the jobs' time zones.

    `pages` is the address of the pages for people, without a slash at its end; without it, or if
    it is very long, there is no link.
    """
    if isinstance(told, Digest):
        title, path = _digest_title(told), "/jobs"
    else:
        title, path = _title(told), _page_of(told)
    return Message(
        title=title,
        sentence=one_line(told.text) or title,
        workspace=one_line(told.workspace_name),
        colour=_COLOURS[told.kind],
        facts=() if isinstance(told, Digest) else tuple(_facts(told)),
        items=tuple(_items(told)) if isinstance(told, Digest) else (),
        output="" if isinstance(told, Digest) else _output(told),
        link=_link(pages, path),
    )


def _page_of(alert: Alert) -> str:
    """Return the path of the page about an alert; a test has none, nor the job of a drill."""
    return "" if alert.job is None or alert.is_drill else f"/jobs/{alert.job.id}"


def _link(pages: str, path: str) -> str:
    link = quote(pages + path, safe=_SAFE_IN_LINKS, errors="replace")
    return link if pages and path and len(link) <= _LONGEST_LINK else ""


def _digest_title(digest: Digest) -> str:
    count = len(digest.alerts)
    return f"{_TITLES[digest.kind]}: {count} job{'s' if count > 1 else ''}"


def _items(digest: Digest) -> Iterator[str]:
    for alert in digest.alerts:
        yield one_line(alert.text) or _title(alert)


def _title(alert: Alert) -> str:
    if alert.job is None:
        return _TITLES[alert.kind]
    name = one_line(alert.job.name) or f"job {alert.job.id}"
    return f"{_DRILL if alert.is_drill else ''}{_TITLES[alert.kind]}: {name}"


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
