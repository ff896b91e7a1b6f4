"""Transitions, which the ledger writes: here they go when they are too many."""

from __future__ import annotations

from cronbeats.storage.database import Transaction
from cronbeats.storage.pages import prune_rows
from cronbeats.storage.schema import transitions


async def prune(tx: Transaction, job_id: int, keep: int, limit: int) -> int:
    """Delete up to `limit` of a job's transitions beyond its newest `keep`; return the count."""
    return await prune_rows(tx, transitions.c.id, transitions.c.job_id == job_id, keep, limit)
