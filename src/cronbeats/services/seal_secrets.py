"""Seal secrets: encrypt those in plain text from earlier versions, and those under older keys."""

from __future__ import annotations

from dataclasses import dataclass

from cronbeats.storage import integrations, second_factors
from cronbeats.storage.database import Database


@dataclass(frozen=True, slots=True)
class Sealing:
    """How many integrations were sealed anew, and how many cannot be read, and were left alone.

    The same of people's second factors.
    """

    sealed: int
    unreadable: int
    sealed_factors: int = 0
    unreadable_factors: int = 0


async def seal_secrets(db: Database) -> Sealing:
    """Seal with the first key every secret that is not, in one transaction; others may do so, too.

    Where there is nothing to do, it only reads. Raises NoSecretKeyError and UnavailableError.
    """
    async with db.read() as tx:
        seals = await integrations.check_seals(tx)
        factors = await second_factors.check_seals(tx)
    sealed = sealed_factors = 0
    if seals.stale_ids or factors.stale_ids:
        async with db.write_unhurried(leaves_trace=False) as tx:
            sealed = await integrations.seal_again(tx, seals.stale_ids)
            sealed_factors = await second_factors.seal_again(tx, factors.stale_ids)
    return Sealing(sealed, len(seals.unreadable_ids), sealed_factors, len(factors.unreadable_ids))
