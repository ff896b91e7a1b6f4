"""Forget answers: those kept for requests that might be made again, once that time is over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from cronbeats.domain.kept_answer import KEPT_FOR
from cronbeats.storage import kept_answers
from cronbeats.storage.database import Database
from cronbeats.storage.pruning import Pace, prune_what_is_old


def forget_answers(db: Database, pace: Pace, now: datetime) -> AsyncIterator[int]:
    """Delete the answers whose time is over, a step at a time; tell how many went.

    Raises UnavailableError.
    """
    return prune_what_is_old(db, pace, kept_answers.prune, now - KEPT_FOR)
