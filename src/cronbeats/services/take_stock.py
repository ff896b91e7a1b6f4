"""Take stock: how the service stands as a whole, for whoever watches over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cronbeats.storage import blind_windows, due_alerts, jobs
from cronbeats.storage.database import Database


@dataclass(frozen=True, slots=True)
class Stock:
    """What is owed and since when, and when the clock must look at a job again.

    `blind_seconds` is how long nobody could hear, of all time.
    """

    owed_alerts: int
    oldest_owed_at: datetime | None
    next_look_at: datetime | None
    blind_seconds: float


async def take_stock(db: Database) -> Stock:
    """Return how the service stands, by three questions to indexes. Raises UnavailableError."""
    async with db.read() as tx:
        owed, oldest = await due_alerts.backlog(tx)
        return Stock(
            owed, oldest, await jobs.next_wake(tx), await blind_windows.seconds_of_silence(tx)
        )
