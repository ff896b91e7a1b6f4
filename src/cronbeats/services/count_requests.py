"""Count requests: let no workspace have more of them than its plan allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.rate_limit import (
    Allowance,
    Quota,
    RateLimits,
    Usage,
    allowance_of,
    usage_at,
)
from cronbeats.storage import request_counts
from cronbeats.storage.database import Database


@dataclass(frozen=True, slots=True)
class Counted:
    """What is left after a request, and which window had no room for it, if it was refused."""

    allowance: Allowance
    refused_by: Quota | None = None


async def count_request(
    db: Database, workspace_id: int, seen: Usage | None, limits: RateLimits, now: datetime
) -> Counted:
    """Count one request at `now`, or refuse it; a refused one does not count.

    `seen` is the usage as it was read a moment ago. A workspace that had no room then is refused
    without a write, so that whoever knocks too often is no burden to others. What counts is the
    row itself: any number of processes may count at the same time. Raises UnavailableError.
    """
    while True:
        current = usage_at(seen, now)
        allowance = allowance_of(current, limits)
        if (full := allowance.exceeded) is not None:
            if seen is not None and current.minute_start < seen.minute_start:
                await _set_back(db, workspace_id, seen, current)
            return Counted(allowance, refused_by=full)
        counted = await request_counts.count(db, workspace_id, seen, current, limits)
        if counted is not None:
            return Counted(allowance_of(counted, limits))
        # Meanwhile others began new windows, or filled these: look again.
        async with db.read() as tx:
            seen = await request_counts.get(tx, workspace_id)


async def _set_back(db: Database, workspace_id: int, seen: Usage, current: Usage) -> None:
    """Follow a clock that was set back, or the counts would be taken over by every minute anew."""
    async with db.write_lightly() as tx:
        await request_counts.set_back(tx, workspace_id, seen, current)
