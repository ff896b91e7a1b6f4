"""Answers kept under the idempotency keys of their requests, for a day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Delete, and_, delete, select, update

from cronbeats.domain.errors import KeyReusedError
from cronbeats.domain.kept_answer import KEPT_FOR, KeptAnswer, OnceOnly
from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import insert_into
from cronbeats.storage.pruning import delete_old
from cronbeats.storage.schema import kept_answers


async def claim(
    tx: Transaction, workspace_id: int, once: OnceOnly, now: datetime
) -> KeptAnswer | None:
    """Take a key for the request at hand: None if it is the first, else what was answered then.

    Whoever comes second waits until the first one's transaction has ended. Raises KeyReusedError if
    another request has the key.
    """
    mine = and_(kept_answers.c.workspace_id == workspace_id, kept_answers.c.key == once.key)
    await tx.execute(delete(kept_answers).where(mine, _is_over(now)))
    values = {
        "workspace_id": workspace_id,
        "key": once.key,
        "fingerprint": once.fingerprint,
        "kept_at": now,
    }
    taken = insert_into(tx, kept_answers).values(values).on_conflict_do_nothing()
    if (await tx.execute(taken)).rowcount:
        return None
    row = (await tx.execute(select(kept_answers).where(mine))).one()
    if row.fingerprint != once.fingerprint:
        why = "Another request had this key within the last 24 hours."
        raise KeyReusedError({"Idempotency-Key": [why]})
    return KeptAnswer(row.status, row.body, row.headers, is_replayed=True)


async def keep(tx: Transaction, workspace_id: int, once: OnceOnly, answer: KeptAnswer) -> None:
    """Keep the answer to the request that has claimed its key in this transaction."""
    mine = and_(kept_answers.c.workspace_id == workspace_id, kept_answers.c.key == once.key)
    values = {"status": answer.status, "body": answer.body, "headers": dict(answer.headers)}
    await tx.execute(update(kept_answers).where(mine).values(values))


def prune(before: datetime, limit: int) -> Delete:
    """Return what deletes up to `limit` answers kept since before a moment."""
    kept_at = kept_answers.c.kept_at
    return delete_old(kept_at <= before, limit, kept_at, skip_locked=True)


def _is_over(now: datetime) -> ColumnElement[bool]:
    return kept_answers.c.kept_at <= now - KEPT_FOR
