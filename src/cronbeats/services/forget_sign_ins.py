"""Forget sign-ins: sessions, devices, links and requests that are over, tries that mean nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from cronbeats.storage import (
    authorization_requests,
    known_devices,
    one_time_links,
    sessions,
    sign_in_tries,
)
from cronbeats.storage.database import Database
from cronbeats.storage.pruning import Pace, prune_what_is_old

# Another server's clock may be behind.
_SKEW = timedelta(hours=1)
# Whoever invited somebody sees for a while that the link was not used.
_LINKS_KEPT_FOR = timedelta(days=30)


async def forget_sign_ins(db: Database, pace: Pace, now: datetime) -> AsyncIterator[int]:
    """Delete what nobody can use any more, a step at a time; tell how many rows went.

    Raises UnavailableError.
    """
    before = now - _SKEW
    for prune, end in (
        (sessions.prune, before),
        (known_devices.prune, before),
        (one_time_links.prune, now - _LINKS_KEPT_FOR),
        (sign_in_tries.prune, before),
        (authorization_requests.prune, before),
    ):
        async for count in prune_what_is_old(db, pace, prune, end):
            yield count
