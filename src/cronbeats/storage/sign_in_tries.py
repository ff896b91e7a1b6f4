"""Tries to sign in: what was used up of those that each subject may make."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Delete, select, update

from cronbeats.domain.throttle import Subjects, after_try, seconds_until_room
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.dialect import insert_into
from cronbeats.storage.pruning import delete_old
from cronbeats.storage.schema import sign_in_tries


async def seconds_to_wait(tx: Transaction, subjects: Subjects, now: datetime) -> int:
    """Return the seconds until all subjects have room for a try, 0 if they have; count nothing."""
    query = select(sign_in_tries).where(sign_in_tries.c.subject.in_(subjects))
    known = {row.subject: row.full_at for row in await tx.execute(query)}
    return _longest_wait(known, subjects, now)


async def count(tx: Transaction, subjects: Subjects, now: datetime) -> int:
    """Count one try, if all subjects have room for it; else return the seconds until they have.

    However many processes count at once, none of them finds more room than there is.
    """
    # In one order, as other processes do it.
    names = sorted(subjects)
    unknown = [{"subject": name, "full_at": now} for name in names]
    adding = insert_into(tx, sign_in_tries)
    # One that is there is locked by this, so that nobody prunes it meanwhile.
    locking = {"subject": adding.excluded.subject}
    await tx.execute(
        adding.on_conflict_do_update(index_elements=["subject"], set_=locking), unknown
    )
    query = select(sign_in_tries).where(sign_in_tries.c.subject.in_(names))
    rows = await tx.execute(query.order_by(sign_in_tries.c.subject).with_for_update())
    known = {row.subject: row.full_at for row in rows}
    wait = _longest_wait(known, subjects, now)
    if wait == 0:
        for name in names:
            await _set(tx, name, after_try(known[name], subjects[name], now))
    return wait


async def count_if_room(db: Database, subjects: Subjects, now: datetime) -> int:
    """Do the same in a transaction of its own; who has no room is refused by a read alone."""
    async with db.read() as tx:
        wait = await seconds_to_wait(tx, subjects, now)
    if not wait:
        async with db.write() as tx:
            wait = await count(tx, subjects, now)
    return wait


async def take_back(tx: Transaction, subjects: Subjects) -> None:
    """Count one try less, as it was no guess."""
    names = sorted(subjects)
    query = select(sign_in_tries).where(sign_in_tries.c.subject.in_(names))
    rows = await tx.execute(query.order_by(sign_in_tries.c.subject).with_for_update())
    for row in rows.all():
        await _set(tx, row.subject, row.full_at - subjects[row.subject].interval)


def prune(before: datetime, limit: int) -> Delete:
    """Return what deletes so many rows that have told nothing since a moment."""
    full_at = sign_in_tries.c.full_at
    return delete_old(full_at <= before, limit, full_at, skip_locked=True)


def _longest_wait(known: Mapping[str, datetime], subjects: Subjects, now: datetime) -> int:
    return max(
        seconds_until_room(known.get(name), throttle, now) for name, throttle in subjects.items()
    )


async def _set(tx: Transaction, subject: str, full_at: datetime) -> None:
    one = update(sign_in_tries).where(sign_in_tries.c.subject == subject)
    await tx.execute(one.values(full_at=full_at))
