"""The outbox: what waits to be sent to one integration, and what of it came too late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronbeats.domain.alert import AlertKind
from cronbeats.domain.job import Status

# Longer than one message may take, so that a lease ends only with its holder.
LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Owed:
    """An alert that waits, as far as its order matters.

    `kind` is an AlertKind, or one that only a newer version knows. `may_have_arrived` tells that an
    attempt was made of which nobody knows that it failed. Those that were sent as one digest bear
    its id until all of them are settled.
    """

    id: int
    job_id: int
    kind: str
    owed_at: datetime
    may_have_arrived: bool = False
    digest_id: str | None = None


def superseded(queue: Sequence[Owed], status: Status) -> frozenset[int]:
    """Return the ids of those that are too late to be of use.

    `queue` is all that one integration is owed about one job, oldest first, and `status` is the
    job's own now. What may have arrived is never superseded, and neither is a recovery from a down
    that may have arrived, or that is not in the queue any more.
    """
    gone: set[int] = set()
    down: Owed | None = None
    for position, each in enumerate(queue):
        if each.kind == AlertKind.DOWN:
            down = each
        elif each.kind == AlertKind.RECOVERED:
            if down is not None and not (down.may_have_arrived or each.may_have_arrived):
                gone |= {down.id, each.id}
            down = None
        elif not each.may_have_arrived and _is_stale(each, queue[position + 1 :], status):
            gone.add(each.id)
    return frozenset(gone)


_TELLS_OF: dict[str, Status] = {
    AlertKind.LATE: Status.LATE,
    AlertKind.REMINDER: Status.DOWN,
}


def _is_stale(each: Owed, later: Sequence[Owed], status: Status) -> bool:
    """Tell whether a late or a reminder says what is not so any more, or what a later one says."""
    told = _TELLS_OF.get(each.kind)
    return told is not None and (bool(later) or status is not told)
