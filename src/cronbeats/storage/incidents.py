"""Incidents, as they are read; the ledger writes them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from cronbeats.domain.job import Incident, Reason
from cronbeats.domain.page import PageRequest
from cronbeats.storage.database import Transaction
from cronbeats.storage.schema import incidents


@dataclass(frozen=True, slots=True)
class StoredIncident:
    """An incident, and the id by which alerts name it."""

    id: int
    incident: Incident


async def browse(
    tx: Transaction, job_id: int, request: PageRequest
) -> tuple[list[StoredIncident], int]:
    """Return a page of a job's incidents, newest first, and the number of all."""
    own = incidents.c.job_id == job_id
    total = await tx.scalar(select(func.count()).select_from(incidents).where(own))
    newest = select(incidents).where(own).order_by(incidents.c.number.desc())
    rows = await tx.execute(newest.limit(request.per_page).offset(request.offset))
    return [
        StoredIncident(
            row.id,
            Incident(row.number, row.started_at, Reason(row.reason), row.missed_runs, row.ended_at),
        )
        for row in rows
    ], total or 0
