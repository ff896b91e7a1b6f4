"""Browse history: signals, runs and incidents of a job, and when the service itself was blind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from cronbeats.domain.blind_window import BlindWindow
from cronbeats.domain.errors import NotFoundError
from cronbeats.domain.job import Run
from cronbeats.domain.page import Page, PageRequest
from cronbeats.storage import blind_windows, incidents, jobs, runs, signals
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.incidents import StoredIncident
from cronbeats.storage.signals import SignalQuery, SignalWithOutput, StoredSignal

_Item = TypeVar("_Item")
_Browse = Callable[[Transaction, int, PageRequest], Awaitable[tuple[list[_Item], int]]]


async def browse_signals(
    db: Database, workspace_id: int, job_id: int, query: SignalQuery, request: PageRequest
) -> Page[StoredSignal]:
    """Return a page of those of a job's signals that match, newest first. Raises NotFoundError."""

    async def browse(
        tx: Transaction, job_id: int, request: PageRequest
    ) -> tuple[list[StoredSignal], int]:
        return await signals.browse(tx, job_id, query, request)

    return await _browse(db, workspace_id, job_id, request, browse)


async def browse_runs(
    db: Database, workspace_id: int, job_id: int, request: PageRequest
) -> Page[Run]:
    """Return a page of a job's runs and lost slots, newest first. Raises NotFoundError."""
    return await _browse(db, workspace_id, job_id, request, runs.browse)


async def browse_incidents(
    db: Database, workspace_id: int, job_id: int, request: PageRequest
) -> Page[StoredIncident]:
    """Return a page of a job's incidents, newest first. Raises NotFoundError."""
    return await _browse(db, workspace_id, job_id, request, incidents.browse)


async def get_output(db: Database, workspace_id: int, job_id: int, signal_id: int) -> str:
    """Return what one signal brought along. Raises NotFoundError if it brought nothing."""
    async with db.read() as tx:
        job = await jobs.get(tx, workspace_id, job_id)
        found = None if job is None else await signals.output(tx, job_id, signal_id)
    if found is None:
        raise NotFoundError("Output not found")
    return found


async def get_signal(
    db: Database, workspace_id: int, job_id: int, signal_id: int
) -> SignalWithOutput:
    """Return one signal of a job, with what it brought along. Raises NotFoundError."""
    async with db.read() as tx:
        job = await jobs.get(tx, workspace_id, job_id)
        found = None if job is None else await signals.get(tx, job_id, signal_id)
    if found is None:
        raise NotFoundError("Signal not found")
    return found


async def browse_blind_windows(db: Database, request: PageRequest) -> Page[BlindWindow]:
    """Return a page of the times in which the service was blind, newest first."""
    async with db.read() as tx:
        found, total = await blind_windows.browse(tx, request)
    return Page(found, request, total)


async def _browse(
    db: Database, workspace_id: int, job_id: int, request: PageRequest, browse: _Browse[_Item]
) -> Page[_Item]:
    async with db.read() as tx:
        if await jobs.get(tx, workspace_id, job_id) is None:
            raise NotFoundError("Job not found")
        found, total = await browse(tx, job_id, request)
    return Page(found, request, total)
