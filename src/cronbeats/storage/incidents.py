"""Incidents, as they are read; the ledger writes them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Integer, and_, select

from cronbeats.domain.job import Incident, Reason
from cronbeats.domain.page import PageRequest
from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import Id, table_of
from cronbeats.storage.pages import fetch_page
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
    own = select(incidents).where(incidents.c.job_id == job_id)
    rows, total = await fetch_page(tx, own.order_by(incidents.c.number.desc()), request)
    return [
        StoredIncident(
            row.id,
            Incident(row.number, row.started_at, Reason(row.reason), row.missed_runs, row.ended_at),
        )
        for row in rows
    ], total


async def ids(tx: Transaction, keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Return the ids of incidents, by their jobs' ids and their numbers."""
    if not keys:
        return {}
    wanted = table_of(tx, {"job_id": Id, "number": Integer()}, keys)
    is_wanted = and_(incidents.c.job_id == wanted.c.job_id, incidents.c.number == wanted.c.number)
    query = select(incidents.c.id, wanted.c.job_id, wanted.c.number).join(wanted, is_wanted)
    return {(row.job_id, row.number): row.id for row in await tx.execute(query)}
