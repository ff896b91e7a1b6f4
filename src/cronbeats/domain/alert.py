"""Alerts: what one integration is to be told, as it was when it became true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cronbeats.domain.job import Reason, Status


class AlertKind(StrEnum):
    """What an alert is about, by its name in the webhook's body."""

    DOWN = "job.down"
    RECOVERED = "job.recovered"
    LATE = "job.late"
    REMINDER = "job.reminder"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class AlertJob:
    """The job of an alert; its key is a secret and stays out of messages."""

    id: int
    name: str
    status: Status
    description: str | None = None
    timezone: str = "UTC"
    tags: tuple[str, ...] = ()
    expected_interval_seconds: int | None = None
    cron_expression: str | None = None
    last_success_at: datetime | None = None
    next_expected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertIncident:
    """The incident of an alert; `ended_at` tells that it is over."""

    id: int
    started_at: datetime
    reason: Reason
    missed_runs: int = 0
    ended_at: datetime | None = None
    last_output: str | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """One event owed to one integration.

    `id` stays the same over all attempts, so that a receiver can drop a repeat. `text` is one line
    for people: what happened, when, why. A test has neither a job nor an incident.
    """

    id: str
    kind: AlertKind
    occurred_at: datetime
    workspace_id: int
    workspace_name: str
    text: str
    job: AlertJob | None = None
    incident: AlertIncident | None = None
