"""Prune history: keep each job's newest rows, and no alert or audit entry that is too old.

Each of these is done a step at a time, for whoever asks for the next one to rest between them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from functools import partial
from itertools import islice

from cronbeats.storage import alerts, audit_log, history, jobs
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.history import Row, Sort, TooLong
from cronbeats.storage.pruning import Pace, prune_what_is_old

_JOBS_AT_ONCE = 200
_MOST_TOO_LONG = 10_000
_ROWS_AT_ONCE = 10_000


async def prune_history(
    db: Database, pace: Pace, keep: int, active_since: datetime | None
) -> AsyncIterator[int]:
    """Delete all but the newest `keep` rows of each job, of each sort; tell how many went.

    These are its signals, runs, transitions, incidents that are over and alerts that are settled.
    Looks only at jobs that were active since a moment, or at all. Raises UnavailableError.
    """
    for sort in history.SORTS:
        async for count in _prune_sort(db, pace, sort, keep, active_since):
            yield count


def prune_alerts(db: Database, pace: Pace, settled_before: datetime) -> AsyncIterator[int]:
    """Delete the alerts that were settled before a moment; tell how many went.

    What is still owed stays, however old it is. Raises UnavailableError.
    """
    return prune_what_is_old(db, pace, alerts.prune_settled, settled_before)


def prune_audit_log(db: Database, pace: Pace, before: datetime) -> AsyncIterator[int]:
    """Delete what the audit log tells of the time before a moment; tell how many entries went.

    Raises UnavailableError.
    """
    return prune_what_is_old(db, pace, audit_log.prune, before)


async def _prune_sort(
    db: Database, pace: Pace, sort: Sort, keep: int, active_since: datetime | None
) -> AsyncIterator[int]:
    """Gather many jobs that have too much, as their rows lie side by side; then prune these."""
    last_id: int | None = 0
    while last_id is not None:
        too_long: list[TooLong] = []
        while last_id is not None and len(too_long) < _MOST_TOO_LONG:
            found, last_id = await pace.read(
                db, partial(_look, sort=sort, after=last_id, keep=keep, active_since=active_since)
            )
            too_long += found
            yield 0
        async for count in _prune_rows(db, pace, sort, too_long):
            yield count


async def _look(
    tx: Transaction, *, sort: Sort, after: int, keep: int, active_since: datetime | None
) -> tuple[list[TooLong], int | None]:
    """Look at the next jobs; return those with too much, and after which to go on, if any."""
    job_ids = await jobs.ids_after(tx, after, _JOBS_AT_ONCE, active_since)
    found = await history.find_too_long(tx, sort, job_ids, keep) if job_ids else []
    return found, job_ids[-1] if len(job_ids) == _JOBS_AT_ONCE else None


async def _prune_rows(
    db: Database, pace: Pace, sort: Sort, too_long: list[TooLong]
) -> AsyncIterator[int]:
    pace.begin_anew()
    while too_long:
        rows = await pace.read(
            db, partial(history.find_oldest, sort=sort, too_long=too_long, most=_ROWS_AT_ONCE)
        )
        yield 0
        if not rows:
            return
        async for count in _delete(db, pace, sort, rows):
            yield count


async def _delete(db: Database, pace: Pace, sort: Sort, rows: list[Row]) -> AsyncIterator[int]:
    begin = 0
    while begin < len(rows):
        some = list(_first(rows, begin, pace.rows))
        begin += len(some)
        yield await pace.delete(db, partial(history.delete_rows, sort=sort, rows=some))


def _first(rows: list[Row], begin: int, most: int) -> Iterator[Row]:
    """Give rows that weigh so much together, and one in any case."""
    weight = 0
    for row in islice(rows, begin, None):
        weight += row.weight
        if weight > most and weight > row.weight:
            return
        yield row
