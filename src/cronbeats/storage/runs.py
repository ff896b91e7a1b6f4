"""Runs, as they are read; the ledger writes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from cronbeats.domain.job import Outcome, Run
from cronbeats.storage.database import Transaction
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
