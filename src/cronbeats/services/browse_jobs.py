"""Browse jobs: look at them and their signals, judged up to the moment of looking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.errors import NotFoundError
from cronbeats.domain.job import Job, Status
from cronbeats.domain.state_machine import on_time
from cronbeats.storage import jobs, signals
from cronbeats.storage.database import Database
from cronbeats.storage.signals import StoredSignal

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[_Item]):
    """A page of a list: its items, and how many the whole list has."""

    items: list[_Item]
    page: int
    per_page: int
    total: int

    @property
    def total_pages(self) -> int:
        """How many pages there are; none if the list is empty."""
        return -(-self.total // self.per_page)


async def browse_jobs(
    db: Database,
    workspace_id: int,
    now: datetime,
    blind: BlindWindows,
    *,
    statuses: Iterable[Status],
    page: int,
    per_page: int,
) -> Page[Job]:
    """Return a page of the workspace's jobs that are in one of `statuses`, oldest first."""
    async with db.read() as tx:
        found, total = await jobs.browse(
            tx, workspace_id, statuses, limit=per_page, offset=(page - 1) * per_page
        )
    return Page([on_time(job, now, blind).job for job in found], page, per_page, total)


async def get_job(
    db: Database, workspace_id: int, job_id: int, now: datetime, blind: BlindWindows
) -> Job:
    """Return one job. Raises NotFoundError if this workspace has none of that id."""
    async with db.read() as tx:
        job = await jobs.get(tx, workspace_id, job_id)
    if job is None:
        raise NotFoundError("Job not found")
    return on_time(job, now, blind).job


async def browse_signals(
    db: Database, workspace_id: int, job_id: int, *, page: int, per_page: int
) -> Page[StoredSignal]:
    """Return a page of a job's signals, newest first. Raises NotFoundError."""
    async with db.read() as tx:
        if await jobs.get(tx, workspace_id, job_id) is None:
            raise NotFoundError("Job not found")
        found, total = await signals.browse(
            tx, job_id, limit=per_page, offset=(page - 1) * per_page
        )
    return Page(found, page, per_page, total)


async def get_output(db: Database, workspace_id: int, job_id: int, signal_id: int) -> str:
    """Return what one signal brought along. Raises NotFoundError if it brought nothing."""
    async with db.read() as tx:
        job = await jobs.get(tx, workspace_id, job_id)
        found = None if job is None else await signals.output(tx, job_id, signal_id)
    if found is None:
        raise NotFoundError("Output not found")
    return found
