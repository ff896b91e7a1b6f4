"""Which transitions deserve an alert, with the answer as a value."""

from __future__ import annotations

from dataclasses import dataclass

from cronbeats.domain.alert import AlertKind
from cronbeats.domain.job import Status
from cronbeats.domain.transition import Transition

SHORTEST_REMINDER_SECONDS = 60
LONGEST_REMINDER_SECONDS = 31_536_000


@dataclass(frozen=True, slots=True)
class AlertRules:
    """What a workspace wants to hear of."""

    alert_on_down: bool = True
    alert_on_recovery: bool = True
    alert_on_late: bool = False
    reminder_interval_seconds: int | None = None


def alert_kind(transition: Transition, rules: AlertRules) -> AlertKind | None:
    """Return what kind of alert `transition` deserves, or None.

    A pause ends an incident silently, and a late job that reports after all was never alarming.
    """
    step = (transition.before, transition.after)
    if transition.after is Status.DOWN:
        return AlertKind.DOWN if rules.alert_on_down else None
    if step == (Status.DOWN, Status.HEALTHY):
        return AlertKind.RECOVERED if rules.alert_on_recovery else None
    if transition.after is Status.LATE:
        return AlertKind.LATE if rules.alert_on_late else None
    return None
