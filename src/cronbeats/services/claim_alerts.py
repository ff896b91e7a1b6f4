"""Claim alerts: take what is to be sent now, with a lease, so that nobody else sends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import structlog

from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.integration import Integration
from cronbeats.domain.outbox import LEASE
from cronbeats.domain.storm import StormRule
from cronbeats.senders.protocol import DigestSender, Senders
from cronbeats.storage import claims, due_alerts, integrations, plain_claims
from cronbeats.storage.alerts import Lease
from cronbeats.storage.claims import Claims
from cronbeats.storage.database import Database
from cronbeats.storage.due_alerts import Waiting

_MOST_INTEGRATIONS_AT_ONCE = 50

_log = structlog.get_logger()


async def claim_alerts(
    db: Database,
    senders: Senders,
    now: datetime,
    *,
    room: Callable[[Waiting], int],
    storms: StormRule,
    at_step: Callable[[str], None] = lambda _: None,
) -> Claims:
    """Claim messages whose time has come, for each integration up to its `room`.

    Asks the database one thing when nothing is due. `at_step` hears of "claiming" before each
    commit, maybe in another thread. Raises UnavailableError.
    """
    async with db.read() as tx:
        waiting = await due_alerts.waiting(tx)
        rooms = {each.integration_id: room(each) for each in waiting if each.ready_at <= now}
        ready = [id_ for id_, count in rooms.items() if count > 0]
        at_once = ready[:_MOST_INTEGRATIONS_AT_ONCE]
        known = await integrations.get_many(tx, at_once) if at_once else []
    later = min((each.ready_at for each in waiting if each.ready_at > now), default=None)
    wish = _Wish(db, rooms, now, Lease(str(uuid4()), now + LEASE), lambda: at_step("claiming"))
    found = await _claim(wish, known, senders, storms)
    again = [later, *(each.look_again_at for each in found)]
    if len(at_once) < len(ready):
        again.append(now)
    claimed = tuple(each for one in found for each in one.claimed)
    return Claims(claimed, min(filter(None, again), default=None))


@dataclass(frozen=True, slots=True)
class _Wish:
    db: Database
    rooms: Mapping[int, int]
    now: datetime
    lease: Lease
    at_step: Callable[[], None]


async def _claim(
    wish: _Wish, known: Sequence[Integration], senders: Senders, storms: StormRule
) -> list[Claims]:
    """Claim of most integrations in one go, and then what is gathered or needs a closer look."""
    rules = {
        each.id: storms if isinstance(senders.get(each.kind), DigestSender) else None
        for each in known
    }
    alone = [(each, wish.rooms[each.id]) for each in known if rules[each.id] is None]
    plain = await _claim_plainly(wish, alone)
    rest = {each.id: rules[each.id] for each in known if each.id not in plain.integration_ids}
    if not rest:
        return [Claims(plain.claimed)]
    try:
        return [Claims(plain.claimed), *await _claim_with_care(wish, rest)]
    except Exception:
        if not plain.claimed:
            raise
        # What was claimed must leave, whatever comes of the rest: that is tried again at once.
        return [Claims(plain.claimed, look_again_at=wish.now)]


async def _claim_plainly(
    wish: _Wish, alone: Sequence[tuple[Integration, int]]
) -> plain_claims.PlainClaims:
    try:
        return await plain_claims.claim(wish.db, alone, wish.now, wish.lease, at_step=wish.at_step)
    except UnavailableError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, it comes again, and is told then
        _log.warning("alerts_are_claimed_with_care", error=type(error).__name__)
        return plain_claims.PlainClaims()


async def _claim_with_care(wish: _Wish, rules: Mapping[int, StormRule | None]) -> list[Claims]:
    found = []
    async with wish.db.write() as tx:
        for integration in await integrations.lock_many(tx, list(rules)):
            if integration.resume_at is not None and integration.resume_at > wish.now:
                continue
            room, storms = wish.rooms[integration.id], rules[integration.id]
            found.append(
                await claims.claim(tx, integration, wish.now, wish.lease, room=room, storms=storms)
            )
        wish.at_step()
    return found
