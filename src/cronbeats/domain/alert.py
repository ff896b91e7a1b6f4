"""Alerts: what one integration is to be told, as it was when it became true."""

from __future__ import annotations

from collections.abc import Sequence
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
    for people: what happened, when, why. A test has neither a job nor an incident. A drill tells of
    a job that nobody sees, and says so.
    """

    id: str
    kind: AlertKind
    occurred_at: datetime
    workspace_id: int
    workspace_name: str
    text: str
    job: AlertJob | None = None
    incident: AlertIncident | None = None
    is_drill: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """Several alerts of one kind and one workspace, told to people in one message.

    `alerts` are at least one, oldest first. `id` stays the same over all attempts. What all the
    jobs have in common, if anything, hints at the cause: a tag, an address that they call from.
    """

    id: str
    kind: AlertKind
    alerts: tuple[Alert, ...]
    common_tag: str | None = None
    common_address: str | None = None

    @property
    def occurred_at(self) -> datetime:
        """When the newest of its events happened."""
        return max(alert.occurred_at for alert in self.alerts)

    @property
    def workspace_name(self) -> str:
        """The name of the workspace that is told."""
        return self.alerts[0].workspace_name

    @property
    def text(self) -> str:
        """What happened, in one line for people, and what the jobs have in common."""
        count = len(self.alerts)
        jobs = "1 job is" if count == 1 else f"{count} jobs are"
        common = []
        if self.common_tag is not None:
            common.append(f"have the tag {self.common_tag}")
        if self.common_address is not None:
            common.append(f"call from {self.common_address}")
        hint = f" All {' and '.join(common)}." if common else ""
        return f"{jobs} {_MANY[self.kind]}.{hint}"


_MANY = {
    AlertKind.DOWN: "down",
    AlertKind.RECOVERED: "healthy again",
    AlertKind.LATE: "late",
    AlertKind.REMINDER: "still down",
    AlertKind.TEST: "only a test",
}


def digest_of(digest_id: str, alerts: Sequence[Alert], common_address: str | None = None) -> Digest:
    """Return the digest of `alerts`, all of one kind, with the tag that all their jobs have.

    Of several such tags it is the first one of the first job.
    """
    in_order = tuple(sorted(alerts, key=lambda alert: alert.occurred_at))
    tags = [() if alert.job is None else alert.job.tags for alert in in_order]
    common = (tag for tag in tags[0] if all(tag in others for others in tags))
    return Digest(digest_id, in_order[0].kind, in_order, next(common, None), common_address)
