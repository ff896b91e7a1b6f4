"""Storms: when many jobs of a workspace change at once, people get one message, not many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronbeats.domain.outbox import Owed

# One digest tells of no more, so that a message is composed and settled well within its lease.
MOST_IN_A_DIGEST = 5000


@dataclass(frozen=True, slots=True)
class StormRule:
    """More than `most_alone` alerts of a kind within `hold` are told together."""

    most_alone: int = 3
    hold: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Sorting:
    """What to do with alerts of one kind: each of `parcels` is one message.

    The others are to be looked at again at `held_until`.
    """

    parcels: tuple[tuple[Owed, ...], ...] = ()
    held_until: datetime | None = None


def sort_out(fresh: Sequence[Owed], neighbours: int, now: datetime, rule: StormRule) -> Sorting:
    """Decide how alerts of one kind, of which surely none has arrived, are told to people.

    `fresh` are those that may leave, oldest first. `neighbours` is how many of the kind came to be
    owed within the hold before or after the first of them, sent or not, themselves included.

    Up to `most_alone` leave at once, one by one. When there are more, they are held until the first
    of them has waited for the hold, and leave as one.
    """
    if not fresh:
        return Sorting()
    if max(len(fresh), neighbours) <= rule.most_alone:
        return Sorting(tuple((each,) for each in fresh))
    until = fresh[0].owed_at + rule.hold
    # After a clock was set back, a moment that lies far ahead holds nobody up.
    if now < until <= now + 2 * rule.hold:
        return Sorting(held_until=until)
    return Sorting(
        tuple(
            tuple(fresh[start : start + MOST_IN_A_DIGEST])
            for start in range(0, len(fresh), MOST_IN_A_DIGEST)
        )
    )
