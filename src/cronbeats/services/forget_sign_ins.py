"""Forget sign-ins: sessions, devices, links and requests that are over, tries that mean nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from cronbeats.storage import (
    authorization_requests,
    known_devices,
    one_time_links,
    sessions,
    sign_in_tries,
)
from cronbeats.storage.database import Database
from cronbeats.storage.pruning import prune_what_is_old

# Another server's clock may be behind.
_SKEW = timedelta(hours=1)
# Whoever invited somebody sees for a while that the link was not used.
_LINKS_KEPT_FOR = timedelta(days=30)


async def forget_sign_ins(db: Database, now: datetime) -> int:
    """Delete what nobody can use any more; return how many rows went. Raises UnavailableError."""
    before = now - _SKEW
    return (
        await prune_what_is_old(db, sessions.prune, before)
        + await prune_what_is_old(db, known_devices.prune, before)
        + await prune_what_is_old(db, one_time_links.prune, now - _LINKS_KEPT_FOR)
        + await prune_what_is_old(db, sign_in_tries.prune, before)
        + await prune_what_is_old(db, authorization_requests.prune, before)
    )
