"""Seal secrets: encrypt those in plain text from earlier versions, and those under older keys."""

from __future__ import annotations

from dataclasses import dataclass

from cronbeats.storage import integrations
from cronbeats.storage.database import Database


@dataclass(frozen=True, slots=True)
class Sealing:
    """How many integrations were sealed anew, and how many cannot be read, and were left alone."""

    sealed: int
    unreadable: int


async def seal_secrets(db: Database) -> Sealing:
    """Seal with the first key every secret that is not, in one transaction; others may do so, too.

    Where there is nothing to do, it only reads. Raises NoSecretKeyError and UnavailableError.
    """
    async with db.read() as tx:
        seals = await integrations.check_seals(tx)
    sealed = 0
    if seals.stale_ids:
        async with db.write_unhurried(leaves_trace=False) as tx:
            sealed = await integrations.seal_again(tx, seals.stale_ids)
    return Sealing(sealed, len(seals.unreadable_ids))
