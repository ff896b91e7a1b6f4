"""Forget answers: those kept for requests that might be made again, once that time is over."""

from __future__ import annotations

from datetime import datetime

from cronbeats.storage import kept_answers
from cronbeats.storage.database import Database


async def forget_answers(db: Database, now: datetime) -> int:
    """Delete the answers whose time is over; return how many went. Raises UnavailableError."""
    async with db.write() as tx:
        return await kept_answers.prune(tx, now)
