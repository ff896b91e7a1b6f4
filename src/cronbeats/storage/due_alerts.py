"""What of the alerts may be sent now: found through indexes, however many are owed or were sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, literal_column, or_, select

from cronbeats.domain.job import Status
from cronbeats.domain.outbox import Owed
from cronbeats.storage.database import Transaction
from cronbeats.storage.schema import alerts, integrations, job_states

# Written out, so that the indexes of what is owed can be used.
IS_OWED: ColumnElement[bool] = alerts.c.status == literal_column("'owed'")
# The same of alerts that are known by their ids: written so that the index of what is owed, which
# PostgreSQL takes for nearly empty, is not used for it.
IS_STILL_OWED: ColumnElement[bool] = alerts.c.status.concat(literal_column("''")) == literal_column(
    "'owed'"
)
_earlier = alerts.alias("earlier")
_later = alerts.alias("later")
_OWED_COLUMNS = (
    alerts.c.id,
    alerts.c.job_id,
    alerts.c.kind,
    alerts.c.owed_at,
    alerts.c.may_have_arrived,
    alerts.c.digest_id,
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An integration that is owed something, and when something of it may be sent."""

    integration_id: int
    ready_at: datetime
    is_failing: bool


@dataclass(frozen=True, slots=True)
class First:
    """The earliest alert that an integration is owed about a job; whether it is the only one."""

    owed: Owed
    is_alone: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """All that an integration is owed about a job, oldest first, and how the job stands."""

    owed: tuple[Owed, ...]
    status: Status


async def backlog(tx: Transaction) -> tuple[int, datetime | None]:
    """Return how many alerts are owed in all, and since when the oldest of them."""
    owed = select(func.count(), func.min(alerts.c.owed_at)).where(IS_OWED)
    count, oldest = (await tx.execute(owed)).one()
    return count, oldest


async def waiting(tx: Transaction) -> list[Waiting]:
    """Return every integration that is owed something, the one first that is ready first.

    Costs one look at an index for each of them, however many alerts there are.
    """
    found = [
        Waiting(
            row.id,
            max(filter(None, (row.earliest, row.resume_at))),
            is_failing=row.last_delivery_status == "failed",
        )
        for row in await tx.execute(_WAITING)
    ]
    return sorted(found, key=lambda each: each.ready_at)


async def first_due(tx: Transaction, integration_id: int, now: datetime, limit: int) -> list[First]:
    """Return up to `limit` alerts whose time has come and that wait for no earlier one."""
    query = select_first(_OWED_COLUMNS, integration_id, now).limit(limit)
    return [First(_owed(row), not row.has_later) for row in await tx.execute(query)]


async def blocked_jobs(
    tx: Transaction, integration_id: int, now: datetime, limit: int
) -> list[int]:
    """Return jobs with an alert whose time has come while an earlier one waits for its next try."""
    query = select_blocked(integration_id, now).limit(limit)
    return list(dict.fromkeys((await tx.scalars(query)).all()))


def select_first(
    columns: Iterable[ColumnElement[Any]], integration_id: Any, now: Any
) -> Select[Any]:
    """Return the query of first_due(), of these columns and `has_later`, the oldest first.

    The integration and the moment may be values or parts of the statement.
    """
    has_later = alerts.c.id < _of_its_job(_later, _later.c.id.desc())
    first = select(*columns, has_later.label("has_later")).where(
        *_due(integration_id, now), alerts.c.id == _of_its_job(_earlier, _earlier.c.id)
    )
    return first.order_by(alerts.c.next_attempt_at, alerts.c.id)


def select_blocked(integration_id: Any, now: Any) -> Select[Any]:
    """Return the query of blocked_jobs(), of values or of parts of the statement."""
    is_under_way = and_(_earlier.c.id < alerts.c.id, _earlier.c.lease_until > now)
    return select(alerts.c.job_id).where(
        *_due(integration_id, now),
        alerts.c.id > _of_its_job(_earlier, _earlier.c.id),
        _of_its_job(_earlier, _earlier.c.id, is_under_way).is_(None),
    )


async def queues(tx: Transaction, integration_id: int, job_ids: Collection[int]) -> list[Queue]:
    """Return the queues of these jobs."""
    rows = await tx.execute(
        select(*_OWED_COLUMNS, job_states.c.status)
        .join(job_states, job_states.c.job_id == alerts.c.job_id)
        .where(IS_OWED, alerts.c.integration_id == integration_id, alerts.c.job_id.in_(job_ids))
        .order_by(alerts.c.job_id, alerts.c.id)
    )
    by_job: dict[int, list[Owed]] = defaultdict(list)
    statuses: dict[int, Status] = {}
    for row in rows:
        by_job[row.job_id].append(_owed(row))
        statuses[row.job_id] = Status(row.status)
    return [Queue(tuple(owed), statuses[job_id]) for job_id, owed in by_job.items()]


async def digest_members(tx: Transaction, digest_id: str) -> list[Owed]:
    """Return all alerts of a digest that was sent and not settled, oldest first."""
    of_digest = (IS_OWED, alerts.c.digest_id == digest_id)
    rows = await tx.execute(select(*_OWED_COLUMNS).where(*of_digest).order_by(alerts.c.id))
    return [_owed(row) for row in rows]


async def count_near(
    tx: Transaction,
    integration_id: int,
    kind: str,
    moments: tuple[datetime, datetime],
    *,
    at_most: int,
    except_job: int | None,
) -> int:
    """Return how many alerts of a kind came to be owed between two moments, counted `at_most`.

    Those of one job can be left out.
    """
    near = select(alerts.c.id).where(
        alerts.c.integration_id == integration_id,
        alerts.c.kind == kind,
        alerts.c.owed_at.between(*moments),
        *(() if except_job is None else (alerts.c.job_id != except_job,)),
    )
    counted = select(func.count()).select_from(near.limit(at_most).subquery())
    return (await tx.execute(counted)).scalar_one()


def _due(integration_id: Any, now: Any) -> Sequence[ColumnElement[bool]]:
    return (
        IS_OWED,
        alerts.c.integration_id == integration_id,
        alerts.c.next_attempt_at <= now,
        # A server of an earlier version notes only the end of the lease.
        or_(alerts.c.lease_until.is_(None), alerts.c.lease_until <= now),
    )


def _of_its_job(
    other: Any, order: ColumnElement[Any], *how: ColumnElement[bool]
) -> ScalarSelect[Any]:
    """Return the first in an order of what the same integration is owed about the same job, if any.

    PostgreSQL takes what is owed for one row, as it mostly is when it counts; asked whether there
    is one, it looks through all. The order leads it to the index that has them by job.
    """
    return (
        select(other.c.id)
        .where(
            other.c.status == literal_column("'owed'"),
            other.c.integration_id == alerts.c.integration_id,
            other.c.job_id == alerts.c.job_id,
            *how,
        )
        .order_by(order)
        .limit(literal_column("1"))
        # Else it is a parameter of the statement for SQLite.
        .offset(literal_column("0"))
        .correlate(alerts)
        .scalar_subquery()
    )


def _owed(row: Any) -> Owed:
    return Owed(
        id=row.id,
        job_id=row.job_id,
        kind=row.kind,
        owed_at=row.owed_at,
        may_have_arrived=row.may_have_arrived,
        digest_id=row.digest_id,
    )


def _who_waits() -> Select[Any]:
    """Hop through the index from one integration to the next, never through its alerts."""
    hops = select(func.min(alerts.c.integration_id).label("id")).where(IS_OWED)
    walk = hops.cte("walk", recursive=True)
    onward = select(func.min(alerts.c.integration_id)).where(
        IS_OWED, alerts.c.integration_id > walk.c.id
    )
    walk = walk.union_all(
        select(onward.correlate(walk).scalar_subquery()).where(walk.c.id.is_not(None))
    )
    earliest = select(func.min(alerts.c.next_attempt_at)).where(
        IS_OWED, alerts.c.integration_id == integrations.c.id
    )
    return select(
        integrations.c.id,
        integrations.c.resume_at,
        integrations.c.last_delivery_status,
        earliest.correlate(integrations).scalar_subquery().label("earliest"),
    ).join(walk, walk.c.id == integrations.c.id)


_WAITING = _who_waits()
