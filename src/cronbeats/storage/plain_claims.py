"""Plain claims: alerts that leave one by one and wait for nothing, taken in one go.

When many are owed nearly all are such, so this goes past what SQLAlchemy does for each statement
and each row. What needs a closer look is left to `claims`.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Integer, literal_column, select, true, update

from cronbeats.domain.alert import Alert
from cronbeats.domain.integration import Integration
from cronbeats.storage.alert_codec import alert_from_json
from cronbeats.storage.alerts import Lease, Taken
from cronbeats.storage.claims import MAY_BE_STALE, Claimed
from cronbeats.storage.database import Database
from cronbeats.storage.dialect import (
    ReadMoment,
    moment_reader,
    pack_rows,
    read_json,
    table_of_packed,
)
from cronbeats.storage.drivers import Script, Statement, command, query
from cronbeats.storage.due_alerts import select_blocked, select_first
from cronbeats.storage.schema import alerts, integrations


@dataclass(frozen=True, slots=True)
class PlainClaims:
    """What was claimed, and of which integrations all is claimed that there was to claim."""

    claimed: tuple[Claimed, ...] = ()
    integration_ids: frozenset[int] = frozenset()


async def claim(
    db: Database,
    wanted: Sequence[tuple[Integration, int]],
    now: datetime,
    lease: Lease,
    *,
    at_step: Callable[[], None],
) -> PlainClaims:
    """Claim messages to integrations that gather none and were read before, in one transaction.

    Of each up to so many. One that is not as it was, is owed nothing now, or is owed anything that
    needs a closer look, is passed over, and nothing of it is changed. `at_step` is called before
    the commit, maybe in another thread. Raises UnavailableError and RefusedError.
    """
    sound = [
        (each, room) for each, room in wanted if each.resume_at is None and each.broken is None
    ]
    if not sound:
        return PlainClaims()
    # Whoever locks several does so in this order.
    sound.sort(key=lambda each: each[0].id)
    return await db.run(lambda dialect: _script(dialect, sound, now, lease, at_step))


def _script(
    dialect: Dialect,
    wanted: Sequence[tuple[Integration, int]],
    now: datetime,
    lease: Lease,
    at_step: Callable[[], None],
) -> Script[PlainClaims]:
    use = _statements(dialect)
    claimed: list[Claimed] = []
    done: list[int] = []
    for integration, room in wanted:
        found = yield from _find(dialect, integration, room, now)
        if found:
            done.append(integration.id)
            claimed += [Claimed(lease, integration, (each,), was) for each, was in found]
    if claimed:
        held = [[each.taken[0].id, lease.token, lease.until, each.attempts] for each in claimed]
        yield use.take, pack_rows(dialect, held)
        at_step()
    return PlainClaims(tuple(claimed), frozenset(done))


def _find(
    dialect: Dialect, integration: Integration, room: int, now: datetime
) -> Script[list[tuple[Taken, bool]]]:
    """Lock an integration, and return what it is owed now, and whether that may have arrived.

    Nothing, if anything of it needs a closer look.
    """
    use = _statements(dialect)
    as_it_was = pack_rows(dialect, [[integration.id, integration.updated_at]])
    if not (yield use.lock_integration, as_it_was):
        return []
    due = pack_rows(dialect, [[integration.id, now, room]])
    found = yield use.first_due, due
    # The oldest leaves first.
    rows = [_Row._make(row) for row in sorted(found, key=itemgetter(_PLACE_OF_ID))]
    if not all(map(_is_plain, rows)) or (len(rows) < room and (yield use.blocked, due)):
        return []
    return _readable(rows, moment_reader(dialect))


def _is_plain(row: Any) -> bool:
    """Tell whether an alert neither came too late nor is a part of a message of many."""
    return not row.has_later and row.digest_id is None and row.kind not in MAY_BE_STALE


def _readable(rows: Sequence[Any], read: ReadMoment) -> list[tuple[Taken, bool]]:
    """Return the alerts of rows; none if one cannot be read, which must be told."""
    try:
        return [
            (
                Taken(row.id, _alert(row.event), read(row.owed_at), row.attempts + 1),
                bool(row.may_have_arrived),
            )
            for row in rows
        ]
    except (KeyError, TypeError, ValueError):
        return []


def _alert(event: Any) -> Alert:
    return alert_from_json(read_json(event) if isinstance(event, str) else event)


@dataclass(frozen=True, slots=True)
class _Statements:
    lock_integration: Statement
    first_due: Statement
    blocked: Statement
    take: Statement


@lru_cache
def _statements(dialect: Dialect) -> _Statements:
    due = {"id": integrations.c.id.type, "now": alerts.c.next_attempt_at.type, "room": Integer()}
    given = select(table_of_packed(dialect, due)).cte("given")
    which, now, room = (select(column).scalar_subquery() for column in given.c)
    first = select_first(_COLUMNS, which, now).with_for_update(of=alerts, key_share=True)
    return _Statements(
        query(dialect, _lock_integration(dialect)),
        query(dialect, first, at_most=room),
        query(dialect, select_blocked(which, now), at_most=literal_column("1")),
        command(dialect, _take(dialect)),
    )


_COLUMNS = (
    alerts.c.id,
    alerts.c.kind,
    alerts.c.event,
    alerts.c.owed_at,
    alerts.c.attempts,
    alerts.c.may_have_arrived,
    alerts.c.digest_id,
)
_PLACE_OF_ID = 0
# mypy wants the names written out.
_Row = namedtuple("_Row", [*(column.name for column in _COLUMNS), "has_later"])  # type: ignore[misc]


def _lock_integration(dialect: Dialect) -> Any:
    """Lock the integration if it is as it was, and nothing of it is held back."""
    kinds = {"id": integrations.c.id.type, "updated_at": integrations.c.updated_at.type}
    wanted = table_of_packed(dialect, kinds)
    found = wanted.join(integrations, integrations.c.id == wanted.c.id)
    as_it_was = (
        integrations.c.updated_at == wanted.c.updated_at,
        integrations.c.resume_at.is_(None),
        integrations.c.broken_since.is_(None),
    )
    locked = select(integrations.c.id).select_from(found).where(*as_it_was)
    return locked.with_for_update(of=integrations, key_share=True)


def _take(dialect: Dialect) -> Any:
    kinds = {
        "id": alerts.c.id.type,
        "token": alerts.c.claim_token.type,
        "until": alerts.c.lease_until.type,
        "attempts": alerts.c.attempts.type,
    }
    rows = table_of_packed(dialect, kinds)
    taken = update(alerts).where(alerts.c.id == rows.c.id)
    return taken.values(
        claim_token=rows.c.token,
        lease_until=rows.c.until,
        # Should nobody settle it, it is looked at again when the lease ends.
        next_attempt_at=rows.c.until,
        attempts=rows.c.attempts,
        may_have_arrived=true(),
    )
