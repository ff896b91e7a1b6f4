"""Runs, as they are read; the ledger writes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, or_, select

from cronbeats.domain.job import Outcome, Run
from cronbeats.domain.page import PageRequest
from cronbeats.storage.database import Transaction
from cronbeats.storage.pages import fetch_page, newest_to_go
from cronbeats.storage.schema import runs


async def open_by_job(tx: Transaction, job_ids: Sequence[int]) -> dict[int, tuple[Run, ...]]:
    """Return the runs of these jobs whose end was not reported, oldest first."""
    rows = await tx.execute(
        select(runs)
        .where(
            runs.c.job_id.in_(job_ids), runs.c.started_at.is_not(None), runs.c.ended_at.is_(None)
        )
        .order_by(runs.c.job_id, runs.c.number)
    )
    found: dict[int, list[Run]] = defaultdict(list)
    for row in rows:
        found[row.job_id].append(_run_from_row(row))
    return {job_id: tuple(its) for job_id, its in found.items()}


async def browse(tx: Transaction, job_id: int, request: PageRequest) -> tuple[list[Run], int]:
    """Return a page of a job's runs and lost slots, newest first, and the number of all."""
    own = select(runs).where(runs.c.job_id == job_id)
    rows, total = await fetch_page(tx, own.order_by(runs.c.number.desc()), request)
    return [_run_from_row(row) for row in rows], total


async def prune(tx: Transaction, job_id: int, keep: int) -> int:
    """Delete all but a job's newest `keep` runs, and those that are open; return how many went."""
    own = runs.c.job_id == job_id
    last = await newest_to_go(tx, runs.c.number, own, keep)
    if last is None:
        return 0
    is_over = or_(runs.c.ended_at.is_not(None), runs.c.started_at.is_(None))
    return (await tx.execute(delete(runs).where(own, runs.c.number <= last, is_over))).rowcount


def _run_from_row(row: Row[Any]) -> Run:
    return Run(
        number=row.number,
        outcome=Outcome(row.outcome),
        slot_at=row.slot_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        run_id=row.run_id,
        deadline_at=row.deadline_at,
        exit_code=row.exit_code,
        progress=row.progress,
        message=row.message,
    )
