"""Plain claims: alerts of which each leaves by itself and waits for no other, taken in one go.

Nearly all that a program is owed is so, and goes past what SQLAlchemy does for each statement and
each row. Whatever else there is to decide, `claims` decides it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Dialect, Integer, Text, literal_column, null, select, true, update

from cronbeats.domain.integration import Integration
from cronbeats.storage.alert_codec import alert_from_json
from cronbeats.storage.alerts import Lease, Taken
from cronbeats.storage.claims import MAY_BE_STALE, Claimed
from cronbeats.storage.database import Database
from cronbeats.storage.dialect import ReadMoment, moment_reader, pack_rows, table_of_packed
from cronbeats.storage.drivers import Script, Statement, command, query
from cronbeats.storage.due_alerts import (
    FIRST_COLUMNS,
    IS_STILL_OWED,
    select_blocked_jobs,
    select_first_due,
)
from cronbeats.storage.schema import alerts, integrations


class NotPlainError(Exception):
    """There is more to decide, or an integration was changed; nothing was taken."""


async def claim(
    db: Database,
    wanted: Sequence[tuple[Integration, int]],
    now: datetime,
    lease: Lease,
    at_step: Callable[[], None],
) -> list[Claimed]:
    """Take up to so many alerts for each of these integrations, in one transaction.

    `at_step` is called before the commit, maybe in another thread. Raises NotPlainError and
    UnavailableError; then nothing was taken.
    """
    in_order = sorted(wanted, key=lambda each: each[0].id)
    return await db.run(lambda dialect: _script(dialect, in_order, now, lease, at_step))


def _script(
    dialect: Dialect,
    wanted: Sequence[tuple[Integration, int]],
    now: datetime,
    lease: Lease,
    at_step: Callable[[], None],
) -> Script[list[Claimed]]:
    use, read = _statements(dialect), moment_reader(dialect)
    ids = [[integration.id] for integration, _ in wanted]
    locked = yield use.lock_integrations, pack_rows(dialect, ids)
    known = [_version(integration) for integration, _ in wanted]
    if [(id_, *map(read, moments)) for id_, *moments in locked] != known:
        raise NotPlainError
    claimed: list[Claimed] = []
    for integration, count in wanted:
        asked = pack_rows(dialect, [[integration.id, now, count]])
        firsts: list[Any] = [_First._make(row) for row in (yield use.first_due, asked)]
        if any(each.has_later or each.kind in MAY_BE_STALE for each in firsts):
            raise NotPlainError
        if len(firsts) < count and (yield use.blocked, asked):
            raise NotPlainError
        if not firsts:
            continue
        taken = [[each.id, lease.token, lease.until] for each in firsts]
        yield use.take, pack_rows(dialect, taken)
        found = yield use.taken, pack_rows(dialect, [each[:2] for each in taken])
        by_id = {row[0]: _taken(row, read) for row in found}
        claimed += [
            Claimed(lease, integration, (by_id[each.id],), bool(each.may_have_arrived))
            for each in sorted(firsts, key=lambda each: each.id)
            if each.id in by_id
        ]
    at_step()
    return claimed


def _version(integration: Integration) -> tuple[Any, ...]:
    """Return what tells whether an integration is still as it was read."""
    broken = integration.broken
    since = None if broken is None else broken.since
    return (integration.id, integration.updated_at, integration.resume_at, since)


def _taken(row: Sequence[Any], read: ReadMoment) -> Taken:
    id_, event, owed_at, attempts = row
    try:
        alert = alert_from_json(orjson.loads(event))
    except (KeyError, TypeError, ValueError):
        raise NotPlainError from None
    return Taken(id_, alert, read(owed_at), attempts)


_First = namedtuple("_First", FIRST_COLUMNS)  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class _Statements:
    lock_integrations: Statement
    first_due: Statement
    blocked: Statement
    take: Statement
    taken: Statement


@lru_cache
def _statements(dialect: Dialect) -> _Statements:
    return _Statements(
        query(dialect, _lock_integrations(dialect)),
        query(dialect, _first_due(dialect)),
        query(dialect, _blocked(dialect)),
        command(dialect, _take(dialect)),
        query(dialect, _read_taken(dialect)),
    )


def _lock_integrations(dialect: Dialect) -> Any:
    wanted = table_of_packed(dialect, {"id": integrations.c.id.type})
    its = integrations.c
    return (
        select(its.id, its.updated_at, its.resume_at, its.broken_since)
        .select_from(wanted.join(integrations, its.id == wanted.c.id))
        .order_by(its.id)
        .with_for_update(of=integrations, key_share=True)
    )


def _first_due(dialect: Dialect) -> Any:
    asked = _asked(dialect)
    first = select_first_due(asked["integration_id"], asked["now"]).limit(asked["count"])
    return select(first.subquery())


def _blocked(dialect: Dialect) -> Any:
    asked = _asked(dialect)
    blocked = select_blocked_jobs(asked["integration_id"], asked["now"]).limit(literal_column("1"))
    return select(blocked.subquery())


def _asked(dialect: Dialect) -> Mapping[str, Any]:
    """Return each value of the one row that is asked with, as if it were a parameter of its own."""
    kinds = {
        "integration_id": alerts.c.integration_id.type,
        "now": alerts.c.next_attempt_at.type,
        "count": Integer(),
    }
    asked = select(table_of_packed(dialect, kinds)).cte("asked")
    return {name: select(asked.c[name]).scalar_subquery() for name in kinds}


def _take(dialect: Dialect) -> Any:
    kinds = {"id": alerts.c.id.type, "token": Text(), "until": alerts.c.lease_until.type}
    rows = table_of_packed(dialect, kinds)
    taken = update(alerts).where(alerts.c.id == rows.c.id, IS_STILL_OWED)
    return taken.values(
        claim_token=rows.c.token,
        lease_until=rows.c.until,
        # Should nobody settle it, it is looked at again when the lease ends.
        next_attempt_at=rows.c.until,
        attempts=alerts.c.attempts + literal_column("1"),
        may_have_arrived=true(),
        digest_id=null(),
    )


def _read_taken(dialect: Dialect) -> Any:
    rows = table_of_packed(dialect, {"id": alerts.c.id.type, "token": Text()})
    found = rows.join(alerts, alerts.c.id == rows.c.id)
    its = (alerts.c.id, alerts.c.event, alerts.c.owed_at, alerts.c.attempts)
    return (
        select(*its).select_from(found).where(IS_STILL_OWED, alerts.c.claim_token == rows.c.token)
    )
