"""Settlements: messages that simply arrived, noted in one go.

Nearly every message is one, so this goes past what SQLAlchemy does for each statement and each row.
What failed, or tells of a change of its integration, is noted by `alerts` and `integrations`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Text, insert, literal_column, null, select, update

from cronbeats.storage.database import Database
from cronbeats.storage.delivery_attempts import COLUMNS, Note, attempt_row
from cronbeats.storage.dialect import pack_rows, table_of_packed
from cronbeats.storage.drivers import Script, Statement, command, query
from cronbeats.storage.due_alerts import IS_STILL_OWED
from cronbeats.storage.schema import alerts, delivery_attempts, integrations

# Written out, as each statement's one parameter is its rows.
_SENT: ColumnElement[str] = literal_column("'sent'")


@dataclass(frozen=True, slots=True)
class Arrived:
    """An alert that the other side took: who held it by which token, and the attempt."""

    integration_id: int
    token: str
    note: Note


async def settle(
    db: Database, arrived: Sequence[Arrived], now: datetime, at_step: Callable[[], None]
) -> set[int]:
    """Settle alerts as sent in one transaction, and write their attempts down.

    `at_step` is called before the commit, maybe in another thread. Returns the ids of those that
    were still their holders' to settle. Raises UnavailableError and RefusedError.
    """
    return await db.run(lambda dialect: _script(dialect, arrived, now, at_step))


def _script(
    dialect: Dialect, arrived: Sequence[Arrived], now: datetime, at_step: Callable[[], None]
) -> Script[set[int]]:
    use = _statements(dialect)
    # The integrations come first, as they do for whoever claims.
    told = [[each, now] for each in sorted({each.integration_id for each in arrived})]
    yield use.note_integrations, pack_rows(dialect, told)
    held = sorted((each.note.alert_id, each.token) for each in arrived)
    kept = {row[0] for row in (yield use.lock_held, pack_rows(dialect, held))}
    notes = [each.note for each in arrived if each.note.alert_id in kept]
    if notes:
        ended = [[each.alert_id, now, each.attempt.status_code] for each in notes]
        yield use.settle, pack_rows(dialect, ended)
        yield use.insert_attempts, pack_rows(dialect, list(map(attempt_row, notes)))
    at_step()
    return kept


@dataclass(frozen=True, slots=True)
class _Statements:
    note_integrations: Statement
    lock_held: Statement
    settle: Statement
    insert_attempts: Statement


@lru_cache
def _statements(dialect: Dialect) -> _Statements:
    return _Statements(
        command(dialect, _note_integrations(dialect)),
        query(dialect, _lock_held(dialect)),
        command(dialect, _settle(dialect)),
        command(dialect, _insert_attempts(dialect)),
    )


def _note_integrations(dialect: Dialect) -> Any:
    kinds = {"id": integrations.c.id.type, "at": integrations.c.last_delivery_at.type}
    rows = table_of_packed(dialect, kinds)
    noted = update(integrations).where(integrations.c.id == rows.c.id)
    return noted.values(
        last_delivery_status=_SENT,
        last_delivery_at=rows.c["at"],
        last_delivery_error=null(),
        last_success_at=rows.c["at"],
    )


def _lock_held(dialect: Dialect) -> Any:
    rows = table_of_packed(dialect, {"id": alerts.c.id.type, "token": Text()})
    is_held = (IS_STILL_OWED, alerts.c.claim_token == rows.c.token)
    found = select(alerts.c.id).select_from(rows.join(alerts, alerts.c.id == rows.c.id))
    return found.where(*is_held).with_for_update(of=alerts, key_share=True)


def _settle(dialect: Dialect) -> Any:
    kinds = {
        "id": alerts.c.id.type,
        "at": alerts.c.settled_at.type,
        "status_code": alerts.c.status_code.type,
    }
    rows = table_of_packed(dialect, kinds)
    ended = update(alerts).where(alerts.c.id == rows.c.id)
    return ended.values(
        status=_SENT,
        settled_at=rows.c["at"],
        lease_until=null(),
        claim_token=null(),
        status_code=rows.c.status_code,
        error=null(),
    )


def _insert_attempts(dialect: Dialect) -> Any:
    rows = table_of_packed(dialect, {name: delivery_attempts.c[name].type for name in COLUMNS})
    return insert(delivery_attempts).from_select(COLUMNS, select(rows))
