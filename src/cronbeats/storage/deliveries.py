"""The delivery log: every alert to every integration, with what became of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, exists, func, select, update

from cronbeats.domain.attempt import Attempt
from cronbeats.domain.integration import IntegrationKind
from cronbeats.domain.line import fold
from cronbeats.domain.page import PageRequest
from cronbeats.storage import delivery_attempts
from cronbeats.storage.database import Transaction
from cronbeats.storage.pages import fetch_page
from cronbeats.storage.schema import alerts, integrations, jobs


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries are looked for; what is None may be anything.

    `job_name` is part of what the job is called now, whatever the case.
    """

    job_id: int | None = None
    job_name: str | None = None
    integration: IntegrationKind | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """One alert to one integration.

    `event_id` is what a receiver knows it by, `kind` an AlertKind or one that only a newer version
    knows, `facts` what the alert tells (see alert_codec). `attempt_count` counts all attempts, of
    which the newest are kept. `job_is_there` tells that people can look at the job: neither tests
    nor drills have such a one.
    """

    event_id: str
    kind: str
    status: str
    integration: str
    facts: dict[str, Any]
    owed_at: datetime
    next_attempt_at: datetime
    settled_at: datetime | None
    attempt_count: int
    status_code: int | None
    error: str | None
    attempts: tuple[Attempt, ...]
    job_is_there: bool


async def browse(
    tx: Transaction, workspace_id: int, wanted: Wanted, request: PageRequest
) -> tuple[list[StoredDelivery], int]:
    """Return a page of a workspace's deliveries, newest first, and the number of all."""
    rows, total = await fetch_page(tx, _query(workspace_id, wanted), request)
    attempts = await delivery_attempts.by_alert(tx, [row.id for row in rows])
    return [_delivery(row, tuple(attempts.get(row.id, ()))) for row in rows], total


async def find(tx: Transaction, workspace_id: int, event_id: str) -> StoredDelivery | None:
    """Return a delivery of a workspace, or None."""
    own = (alerts.c.workspace_id == workspace_id, alerts.c.event_id == event_id)
    row = (await tx.execute(_all().where(*own))).first()
    if row is None:
        return None
    attempts = await delivery_attempts.by_alert(tx, [row.id])
    return _delivery(row, tuple(attempts.get(row.id, ())))


async def get_many(tx: Transaction, alert_ids: Collection[int]) -> list[StoredDelivery]:
    """Return the deliveries of these alerts, oldest first, without their attempts."""
    query = _all().where(alerts.c.id.in_(alert_ids)).order_by(alerts.c.id)
    return [_delivery(row, ()) for row in await tx.execute(query)]


async def call_off(tx: Transaction, job_id: int, now: datetime, reason: str) -> None:
    """Settle as failed whatever is still owed about a job, even if it is just being sent."""
    owed = update(alerts).where(alerts.c.job_id == job_id, alerts.c.status == "owed")
    said = func.coalesce(alerts.c.error, reason)
    await tx.execute(owed.values(status="failed", settled_at=now, lease_until=None, error=said))


def _all() -> Select[Any]:
    joined = alerts.join(integrations, integrations.c.id == alerts.c.integration_id)
    is_there = exists().where(jobs.c.id == alerts.c.job_id, jobs.c.deleted_at.is_(None))
    kind = integrations.c.kind.label("integration")
    return select(alerts, kind, is_there.label("job_is_there")).select_from(joined)


def _query(workspace_id: int, wanted: Wanted) -> Select[Any]:
    query = _all().where(alerts.c.workspace_id == workspace_id).order_by(alerts.c.id.desc())
    if wanted.job_id is not None:
        query = query.where(alerts.c.job_id == wanted.job_id)
    if wanted.job_name is not None:
        is_called_so = jobs.c.folded_name.contains(fold(wanted.job_name), autoescape=True)
        named = select(jobs.c.id).where(jobs.c.workspace_id == workspace_id, is_called_so)
        query = query.where(alerts.c.job_id.in_(named))
    if wanted.integration is not None:
        query = query.where(integrations.c.kind == wanted.integration)
    if wanted.status is not None:
        query = query.where(alerts.c.status == wanted.status)
    return query


def _delivery(row: Row[Any], attempts: tuple[Attempt, ...]) -> StoredDelivery:
    return StoredDelivery(
        event_id=row.event_id,
        kind=row.kind,
        status=row.status,
        integration=row.integration,
        facts=row.event,
        owed_at=row.owed_at,
        next_attempt_at=row.next_attempt_at,
        settled_at=row.settled_at,
        attempt_count=row.attempts,
        status_code=row.status_code,
        error=row.error,
        attempts=attempts,
        job_is_there=row.job_is_there,
    )
