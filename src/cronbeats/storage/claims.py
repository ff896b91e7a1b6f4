"""Claims: which of the owed alerts leave now, in one message or in many; the others wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from cronbeats.domain.alert import AlertKind, Digest, digest_of
from cronbeats.domain.hint import Hint, HintKind
from cronbeats.domain.integration import Integration
from cronbeats.domain.outbox import Owed, superseded
from cronbeats.domain.storm import MOST_IN_A_DIGEST, StormRule, sort_out
from cronbeats.storage import alerts, drill_jobs, due_alerts, signals
from cronbeats.storage.alerts import Lease, Taken
from cronbeats.storage.database import Transaction, note_hints

# So many jobs at once are looked through for what need not be sent any more.
_MOST_TO_CLEAR = 500

MAY_BE_STALE = frozenset({AlertKind.LATE, AlertKind.REMINDER})
"""What may not be so any more once it could be sent."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message that nobody else will send while the lease holds: an alert, or a digest of some.

    `may_have_arrived` tells of the attempts before this one.
    """

    lease: Lease
    integration: Integration
    taken: tuple[Taken, ...]
    may_have_arrived: bool
    digest: Digest | None = None

    @property
    def ids(self) -> list[int]:
        """The rows of its alerts."""
        return [each.id for each in self.taken]

    @property
    def event_id(self) -> str:
        """What a receiver knows it by."""
        return self.taken[0].alert.id if self.digest is None else self.digest.id

    @property
    def kind(self) -> AlertKind:
        """What all its alerts are about."""
        return self.taken[0].alert.kind

    @property
    def attempts(self) -> int:
        """How often it was tried, this time counted; of a digest's alerts the most."""
        return max(each.attempts for each in self.taken)

    @property
    def owed_at(self) -> datetime:
        """Since when it is owed; of a digest's alerts the newest counts."""
        return max(each.owed_at for each in self.taken)


@dataclass(frozen=True, slots=True)
class Claims:
    """What was claimed, and when there may be more to claim (None: only when something happens)."""

    claimed: tuple[Claimed, ...] = ()
    look_again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Choice:
    parcels: Sequence[Sequence[Owed]] = ()
    look_again_at: datetime | None = None


async def claim(
    tx: Transaction,
    integration: Integration,
    now: datetime,
    lease: Lease,
    *,
    room: int,
    storms: StormRule | None,
) -> Claims:
    """Claim up to `room` messages to one integration, which must be locked.

    An alert waits until every earlier one of the same job and integration is settled, so that a
    recovery never overtakes its down. What came too late to be of use is settled as superseded.
    With a rule for `storms`, many alerts of a kind leave as one digest.
    """
    limit = room if storms is None else MOST_IN_A_DIGEST
    firsts = await due_alerts.first_due(tx, integration.id, now, limit)
    leaving = await _clear_up(tx, integration, firsts, now, limit)
    if storms is None:
        choice = _Choice([[each] for each in leaving])
    else:
        choice = await _gather(tx, integration, leaving, now, storms)
    parcels = sorted(choice.parcels, key=lambda parcel: parcel[0].id)[:room]
    claimed = await _take(tx, integration, parcels, lease, now)
    was_cleared = len(leaving) < len(firsts)
    return Claims(tuple(claimed), now if was_cleared else choice.look_again_at)


async def _clear_up(
    tx: Transaction,
    integration: Integration,
    firsts: Sequence[due_alerts.First],
    now: datetime,
    limit: int,
) -> list[Owed]:
    """Settle what is superseded, let the others line up; return which of `firsts` are left."""
    may_be_late = [
        each.owed.job_id for each in firsts if not each.is_alone or each.owed.kind in MAY_BE_STALE
    ]
    blocked: list[int] = []
    if len(firsts) < limit:
        blocked = await due_alerts.blocked_jobs(tx, integration.id, now, _MOST_TO_CLEAR)
    gone: set[int] = set()
    if looked_at := {*may_be_late, *blocked}:
        for queue in await due_alerts.queues(tx, integration.id, looked_at):
            gone |= superseded(queue.owed, queue.status)
    if gone:
        await alerts.supersede(tx, gone, now)
        which = (Hint(integration.workspace_id, each, HintKind.DELIVERY) for each in looked_at)
        note_hints(tx, which)
    if blocked:
        await alerts.line_up(tx, integration.id, blocked, now)
    return [each.owed for each in firsts if each.owed.id not in gone]


async def _gather(
    tx: Transaction,
    integration: Integration,
    leaving: Sequence[Owed],
    now: datetime,
    rule: StormRule,
) -> _Choice:
    """Put alerts together for people: what was one message before is the same one again.

    A drill is never part of a storm: it would tell people of an outage that there is not.
    """
    drill_job_id = await drill_jobs.get_id(tx, integration.workspace_id)
    fresh: dict[str, list[Owed]] = defaultdict(list)
    parcels: list[Sequence[Owed]] = [
        await due_alerts.digest_members(tx, digest_id)
        for digest_id in {each.digest_id for each in leaving if each.digest_id is not None}
    ]
    for each in sorted(leaving, key=lambda each: (each.owed_at, each.id)):
        is_alone = each.may_have_arrived or each.job_id == drill_job_id
        if each.digest_id is None and is_alone:
            parcels.append([each])
        elif each.digest_id is None:
            fresh[each.kind].append(each)
    held = []
    for kind, its in fresh.items():
        around = (its[0].owed_at - rule.hold, its[0].owed_at + rule.hold)
        count = await due_alerts.count_near(
            tx, integration.id, kind, around, at_most=rule.most_alone + 1, except_job=drill_job_id
        )
        sorting = sort_out(its, count, now, rule)
        parcels.extend(sorting.parcels)
        held.append(sorting.held_until)
    return _Choice(parcels, min(filter(None, held), default=None))


async def _take(
    tx: Transaction,
    integration: Integration,
    parcels: Sequence[Sequence[Owed]],
    lease: Lease,
    now: datetime,
) -> list[Claimed]:
    alone = [parcel for parcel in parcels if not _is_digest(parcel)]
    taken = await alerts.take(tx, [each.id for parcel in alone for each in parcel], lease, now)
    claimed = [
        Claimed(lease, integration, (taken[each.id],), each.may_have_arrived)
        for parcel in alone
        for each in parcel
        if each.id in taken
    ]
    for parcel in filter(_is_digest, parcels):
        claimed += await _take_digest(tx, integration, parcel, lease, now)
    return claimed


def _is_digest(parcel: Sequence[Owed]) -> bool:
    return len(parcel) > 1 or parcel[0].digest_id is not None


async def _take_digest(
    tx: Transaction,
    integration: Integration,
    parcel: Sequence[Owed],
    lease: Lease,
    now: datetime,
) -> list[Claimed]:
    digest_id = parcel[0].digest_id or str(uuid4())
    found = await alerts.take(tx, [each.id for each in parcel], lease, now, digest_id)
    taken = tuple(found[each.id] for each in parcel if each.id in found)
    if not taken:
        return []
    address = await signals.common_address(tx, [each.job_id for each in parcel])
    digest = digest_of(digest_id, [each.alert for each in taken], address)
    may_have_arrived = any(each.may_have_arrived for each in parcel)
    return [Claimed(lease, integration, taken, may_have_arrived, digest)]
