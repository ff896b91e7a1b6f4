"""From an announcement to the alert that tells it."""

from __future__ import annotations

from dataclasses import dataclass

from cronbeats.domain.alert import Alert, AlertIncident, AlertJob, AlertKind
from cronbeats.domain.announcement import Announcement
from cronbeats.domain.explanation import recovery_sentence, reminder_sentence, status_sentence
from cronbeats.domain.job import Job, cron_of, interval_of
from cronbeats.domain.transition import Transition
from cronbeats.domain.words import local

_ONLY_A_DRILL = "This is only a drill, all is well: "


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an alert tells beyond the job and its transition."""

    workspace_name: str
    incident_id: int | None = None
    last_output: str | None = None
    is_drill: bool = False


def compose_alert(
    event_id: str, announcement: Announcement, job: Job, around: Circumstances
) -> Alert:
    """Return the alert that tells `announcement`, with all as it was at that moment."""
    transition = announcement.transition
    text = _text(announcement, job, transition)
    return Alert(
        id=event_id,
        kind=announcement.kind,
        occurred_at=transition.at,
        workspace_id=job.workspace_id,
        workspace_name=around.workspace_name,
        text=f"{_ONLY_A_DRILL}{text}" if around.is_drill else text,
        job=_alert_job(job, transition),
        incident=_alert_incident(transition, around),
        is_drill=around.is_drill,
    )


def _text(announcement: Announcement, job: Job, transition: Transition) -> str:
    if announcement.kind is AlertKind.RECOVERED:
        return recovery_sentence(job, transition)
    if announcement.kind is AlertKind.REMINDER:
        return reminder_sentence(job, transition)
    text = status_sentence(
        job, transition.after, transition.reason, transition.at, transition.unheard_since
    )
    if announcement.muted_until is not None:
        text += f" It was muted until {local(announcement.muted_until, job.timezone)}."
    return text


def _alert_job(job: Job, transition: Transition) -> AlertJob:
    return AlertJob(
        id=job.id,
        name=job.name,
        status=transition.after,
        description=job.description,
        timezone=job.timezone,
        tags=job.tags,
        expected_interval_seconds=interval_of(job.rules.schedule),
        cron_expression=cron_of(job.rules.schedule),
        last_success_at=job.state.last_success_at,
        next_expected_at=job.state.due_at,
    )


def _alert_incident(transition: Transition, around: Circumstances) -> AlertIncident | None:
    incident = transition.incident
    if incident is None or around.incident_id is None:
        return None
    return AlertIncident(
        id=around.incident_id,
        started_at=incident.started_at,
        reason=incident.reason,
        missed_runs=incident.missed_runs,
        ended_at=incident.ended_at,
        last_output=around.last_output,
    )
