"""Inspect a job: how it stands, and the newest of all that is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.errors import NotFoundError
from cronbeats.domain.job import Job, Run
from cronbeats.domain.page import Page, PageRequest
from cronbeats.domain.state_machine import as_seen
from cronbeats.storage import deliveries, incidents, integrations, jobs, runs, signals
from cronbeats.storage.database import Database
from cronbeats.storage.deliveries import StoredDelivery, Wanted
from cronbeats.storage.incidents import StoredIncident
from cronbeats.storage.signals import SignalQuery, StoredSignal


@dataclass(frozen=True, slots=True)
class Inspection:
    """A job as it stands, and the newest of each sort of its history, newest first.

    Without `is_anybody_told`, alerts go nowhere.
    """

    job: Job
    runs: Page[Run]
    incidents: Page[StoredIncident]
    signals: Page[StoredSignal]
    deliveries: Page[StoredDelivery]
    is_anybody_told: bool


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many of each sort are wanted at most."""

    runs: int
    incidents: int
    signals: int
    deliveries: int


async def inspect_job(
    db: Database,
    workspace_id: int,
    job_id: int,
    now: datetime,
    *,
    blind: BlindWindows,
    amounts: Amounts,
) -> Inspection:
    """Return a job and its newest history, all as it was at one moment. Raises NotFoundError."""
    wanted = {
        "runs": PageRequest(1, amounts.runs),
        "incidents": PageRequest(1, amounts.incidents),
        "signals": PageRequest(1, amounts.signals),
        "deliveries": PageRequest(1, amounts.deliveries),
    }
    async with db.read() as tx:
        job = await jobs.get(tx, workspace_id, job_id)
        if job is None:
            raise NotFoundError("Job not found")
        told = await signals.browse(tx, job_id, SignalQuery(), wanted["signals"])
        ran = await runs.browse(tx, job_id, wanted["runs"])
        broken = await incidents.browse(tx, job_id, wanted["incidents"])
        about = Wanted(job_id=job_id)
        sent = await deliveries.browse(tx, workspace_id, about, wanted["deliveries"])
        is_anybody_told = await integrations.is_any_told(tx, workspace_id)
    return Inspection(
        as_seen(job, now, blind),
        Page(ran[0], wanted["runs"], ran[1]),
        Page(broken[0], wanted["incidents"], broken[1]),
        Page(told[0], wanted["signals"], told[1]),
        Page(sent[0], wanted["deliveries"], sent[1]),
        is_anybody_told,
    )
