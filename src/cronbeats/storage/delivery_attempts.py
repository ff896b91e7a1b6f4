"""What became of each attempt to deliver an alert; it goes when its alert goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, insert, select

from cronbeats.domain.attempt import Attempt, Outcome
from cronbeats.storage.database import Transaction
from cronbeats.storage.pages import newest_to_go
from cronbeats.storage.schema import delivery_attempts

# An alert that nobody takes is tried a hundred times: of those, only the newest are kept.
MOST_KEPT = 20
COLUMNS = (
    "alert_id",
    "started_at",
    "duration_ms",
    "outcome",
    "status_code",
    "error",
    "answer",
)
"""What is written down of an attempt."""


@dataclass(frozen=True, slots=True)
class Note:
    """An attempt to write down; `number` counts those of its alert, from 1."""

    alert_id: int
    number: int
    attempt: Attempt


async def note(tx: Transaction, notes: Collection[Note]) -> None:
    """Write attempts down."""
    if not notes:
        return
    rows = [dict(zip(COLUMNS, attempt_row(each), strict=True)) for each in notes]
    await tx.execute(insert(delivery_attempts), rows)
    for each in notes:
        if each.number > MOST_KEPT:
            await _forget_old(tx, each.alert_id)


def attempt_row(note_: Note) -> Sequence[Any]:
    """Return an attempt's row: what COLUMNS name, in their order."""
    attempt = note_.attempt
    return (
        note_.alert_id,
        attempt.started_at,
        attempt.duration_ms,
        attempt.outcome,
        attempt.status_code,
        attempt.error,
        attempt.answer,
    )


async def by_alert(tx: Transaction, alert_ids: Iterable[int]) -> dict[int, list[Attempt]]:
    """Return the attempts to deliver these alerts, oldest first, the newest ones of many."""
    rows = await tx.execute(
        select(delivery_attempts)
        .where(delivery_attempts.c.alert_id.in_(list(alert_ids)))
        .order_by(delivery_attempts.c.id)
    )
    found: dict[int, list[Attempt]] = defaultdict(list)
    for row in rows:
        found[row.alert_id].append(_from_row(row))
    return found


async def _forget_old(tx: Transaction, alert_id: int) -> None:
    own = delivery_attempts.c.alert_id == alert_id
    last = await newest_to_go(tx, delivery_attempts.c.id, own, MOST_KEPT)
    if last is not None:
        await tx.execute(delete(delivery_attempts).where(own, delivery_attempts.c.id <= last))


def _from_row(row: Row[Any]) -> Attempt:
    return Attempt(
        started_at=row.started_at,
        duration_ms=row.duration_ms,
        outcome=Outcome(row.outcome),
        status_code=row.status_code,
        error=row.error,
        answer=row.answer,
    )
