"""Signals, as they are read; the ledger writes them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from cronbeats.domain.page import PageRequest
from cronbeats.domain.signal import SignalKind
from cronbeats.storage.database import Transaction
from cronbeats.storage.pages import fetch_page
from cronbeats.storage.schema import jobs, signals


@dataclass(frozen=True, slots=True)
class StoredSignal:
    """A signal as it is listed: all but its output."""

    id: int
    kind: SignalKind
    received_at: datetime
    run_id: str | None
    message: str | None
    progress: int | None
    exit_code: int | None
    duration_ms: int | None
    source_ip: str | None
    user_agent: str | None
    output_size: int


@dataclass(frozen=True, slots=True)
class SignalWithOutput:
    """A signal, and what is kept of the text that it brought along; None if it brought none."""

    signal: StoredSignal
    output: str | None

    @property
    def is_cut(self) -> bool:
        """Whether more was sent than is kept."""
        return self.output is not None and len(self.output.encode()) < self.signal.output_size


@dataclass(frozen=True, slots=True)
class SignalQuery:
    """Which signals of a job are listed: of one kind, from `since` on, before `until`."""

    kind: SignalKind | None = None
    since: datetime | None = None
    until: datetime | None = None


async def browse(
    tx: Transaction, job_id: int, query: SignalQuery, request: PageRequest
) -> tuple[list[StoredSignal], int]:
    """Return a page of those of a job's signals that match, newest first, and how many do."""
    rows, total = await fetch_page(tx, list_query(job_id, query), request)
    return [_signal(row) for row in rows], total


async def get(tx: Transaction, job_id: int, signal_id: int) -> SignalWithOutput | None:
    """Return one signal of a job, or None if it has none of that id."""
    own = select(signals).where(signals.c.job_id == job_id, signals.c.id == signal_id)
    row = (await tx.execute(own)).first()
    return None if row is None else SignalWithOutput(_signal(row), row.output)


def list_query(job_id: int, query: SignalQuery) -> Select[Any]:
    """Return the query for all signals that match, newest first.

    A job's signals are few enough (they are pruned) to be looked through one by one: an index on
    their moments would cost every ping a write.
    """
    conditions = [signals.c.job_id == job_id]
    if query.kind is not None:
        conditions.append(signals.c.kind == query.kind)
    if query.since is not None:
        conditions.append(signals.c.received_at >= query.since)
    if query.until is not None:
        conditions.append(signals.c.received_at < query.until)
    listed = select(*(column for column in signals.c if column.name != "output"))
    return listed.where(*conditions).order_by(signals.c.id.desc())


async def common_address(tx: Transaction, job_ids: Collection[int]) -> str | None:
    """Return the address that the newest signals of all these jobs came from, or None."""
    newest = (
        select(signals.c.source_ip)
        .where(signals.c.job_id == jobs.c.id)
        .order_by(signals.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    addresses = select(newest).where(jobs.c.id.in_(job_ids)).distinct().limit(2)
    found = (await tx.scalars(addresses)).all()
    return found[0] if len(found) == 1 else None


async def output(tx: Transaction, job_id: int, signal_id: int) -> str | None:
    """Return what a signal of a job brought along, or None if it brought nothing."""
    return await tx.scalar(
        select(signals.c.output).where(signals.c.job_id == job_id, signals.c.id == signal_id)
    )


def _signal(row: Row[Any]) -> StoredSignal:
    return StoredSignal(
        id=row.id,
        kind=SignalKind(row.kind),
        received_at=row.received_at,
        run_id=row.run_id,
        message=row.message,
        progress=row.progress,
        exit_code=row.exit_code,
        duration_ms=row.duration_ms,
        source_ip=row.source_ip,
        user_agent=row.user_agent,
        output_size=row.output_size,
    )
