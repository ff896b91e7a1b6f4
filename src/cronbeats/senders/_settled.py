"""Alerts for several receivers: who has one already, and how it went for all of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping

from cronbeats.domain.delivery import Delivered, Delivery, Refused, Unreachable

_MOST_REMEMBERED = 1000

Settled = Mapping[str, Delivered | Refused]


class SettledReceivers:
    """Remembers with whom an alert is settled while it is tried again for the others.

    Only in memory: a server that was started anew tells all of them once more.
    """

    def __init__(self) -> None:
        self._by_alert: OrderedDict[str, Settled] = OrderedDict()

    def of(self, alert_id: str) -> Settled:
        """Return how it went for the receivers who need not be told again."""
        return self._by_alert.get(alert_id, {})

    def note(self, alert_id: str, outcomes: Mapping[str, Delivery]) -> None:
        """Remember how an attempt went, until there is nobody left to tell."""
        self._by_alert.pop(alert_id, None)
        settled = {
            receiver: outcome
            for receiver, outcome in outcomes.items()
            if not isinstance(outcome, Unreachable)
        }
        if len(settled) == len(outcomes):
            return
        self._by_alert[alert_id] = settled
        while len(self._by_alert) > _MOST_REMEMBERED:
            self._by_alert.popitem(last=False)


def summary(outcomes: Mapping[str, Delivery], shown: Callable[[str], str]) -> Delivery:
    """Return how it went for all: delivered once somebody has it and nobody waits for it.

    `shown` is how a receiver is named to people.
    """
    for outcome in outcomes.values():
        if isinstance(outcome, Unreachable):
            return outcome
    taken = [each for each in outcomes.values() if isinstance(each, Delivered)]
    refused = {name: each for name, each in outcomes.items() if isinstance(each, Refused)}
    reasons = " ".join(f"{shown(name)}: {each.error}" for name, each in refused.items())
    if taken:
        duration = sum(each.duration_ms for each in taken)
        return Delivered(taken[0].status_code, duration, warning=reasons or None)
    code = next(iter(refused.values())).status_code
    return Refused(reasons, code, all(each.is_broken for each in refused.values()))
