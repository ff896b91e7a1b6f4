"""Forget answers: those kept for requests that might be made again, once that time is over."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.kept_answer import KEPT_FOR
from cronbeats.storage import kept_answers
from cronbeats.storage.database import Database
from cronbeats.storage.pruning import prune_what_is_old


async def forget_answers(db: Database, now: datetime) -> int:
    """Delete the answers whose time is over; return how many went. Raises UnavailableError."""
    return await prune_what_is_old(db, kept_answers.prune, now - KEPT_FOR)
