"""Tries to sign in: what was used up of those that each subject may make."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update

from cronbeats.domain.throttle import Subjects, after_try, seconds_until_room
from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import insert_into
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
    await tx.execute(insert_into(tx, sign_in_tries).on_conflict_do_nothing(), unknown)
    query = select(sign_in_tries).where(sign_in_tries.c.subject.in_(names))
    rows = await tx.execute(query.order_by(sign_in_tries.c.subject).with_for_update())
    known = {row.subject: row.full_at for row in rows}
    wait = _longest_wait(known, subjects, now)
    if wait == 0:
        for name in names:
            await _set(tx, name, after_try(known[name], subjects[name], now))
    return wait


async def take_back(tx: Transaction, subjects: Subjects) -> None:
    """Count one try less, as it was no guess."""
    names = sorted(subjects)
    query = select(sign_in_tries).where(sign_in_tries.c.subject.in_(names))
    rows = await tx.execute(query.order_by(sign_in_tries.c.subject).with_for_update())
    for row in rows.all():
        await _set(tx, row.subject, row.full_at - subjects[row.subject].interval)


def _longest_wait(known: Mapping[str, datetime], subjects: Subjects, now: datetime) -> int:
    return max(
        seconds_until_room(known.get(name), throttle, now) for name, throttle in subjects.items()
    )


async def _set(tx: Transaction, subject: str, full_at: datetime) -> None:
    one = update(sign_in_tries).where(sign_in_tries.c.subject == subject)
    await tx.execute(one.values(full_at=full_at))
