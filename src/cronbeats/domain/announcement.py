"""Announcements: what people must be told of a job, by its history, its mute and the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cronbeats.domain.alert import AlertKind
from cronbeats.domain.alert_rules import AlertRules, alert_kind
from cronbeats.domain.job import Incident, Job, Status
from cronbeats.domain.reminder import Reminder, plan_reminder
from cronbeats.domain.transition import Change, Transition


@dataclass(frozen=True, slots=True)
class Announcement:
    """One event that people must be told of.

    A reminder is a step from down to down, at the moment at which it is said. `muted_until` is when
    the mute ended that held the news back, None for news that are told at once.
    """

    kind: AlertKind
    transition: Transition
    muted_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Announced:
    """What must be told now, in order, and what is still to be said of an incident that is open."""

    announcements: Sequence[Announcement]
    reminder: Reminder | None


def announce(change: Change, known: Reminder | None, rules: AlertRules, now: datetime) -> Announced:
    """Return what people must be told about `change` and about the time until `now`.

    `known` is what was still to be said before. While a job is muted nothing is told but the
    recovery from an incident that people know of. An incident that began under a mute and outlives
    it is told when the mute ends; one that is over by then is told to nobody.
    """
    teller = _Teller(known, rules, change.job, now)
    for step in change.transitions:
        teller.take_step(step)
    incident = change.job.state.incident
    if incident is None:
        return Announced(teller.told, None)
    teller.take_time(incident)
    return Announced(teller.told, teller.reminder)


class _Teller:
    """What was told so far, and what is still to be said, while a change is gone through."""

    def __init__(
        self,
        known: Reminder | None,
        rules: AlertRules,
        job: Job,
        now: datetime,
    ) -> None:
        self.reminder = known
        self.told: list[Announcement] = []
        self._rules = rules
        self._muted_until = job.muted_until
        self._unheard_since = job.unheard_since
        self._now = now

    def take_step(self, step: Transition) -> None:
        """Tell one step of history, unless it is a silent one."""
        if step.before is Status.DOWN and step.incident is not None:
            self._end_mute(step.incident, step.at)
        if step.after is Status.DOWN:
            is_muted = self._is_muted(step.at)
            self.reminder = Reminder(None if is_muted else step.at, self._now)
        elif step.before is Status.DOWN:
            is_muted = self.reminder is not None and self.reminder.is_held_back
            self.reminder = None
        else:
            is_muted = self._is_muted(step.at)
        kind = alert_kind(step, self._rules)
        if kind is not None and not is_muted:
            self.told.append(Announcement(kind, step))

    def take_time(self, incident: Incident) -> None:
        """Say what has come due about an incident that is open, and plan what comes next."""
        self._end_mute(incident, self._now)
        reminder, interval = self.reminder, self._rules.reminder_interval_seconds
        if reminder is None or (reminder.due_at is not None and reminder.due_at > self._now):
            return
        if reminder.due_at is not None and interval and not self._is_muted(self._now):
            still = self._step_of(incident, Status.DOWN, self._now)
            self.told.append(Announcement(AlertKind.REMINDER, still))
            reminder = replace(reminder, told_at=self._now)
        self.reminder = plan_reminder(reminder, interval, self._muted_until, self._now)

    def _end_mute(self, incident: Incident, at: datetime) -> None:
        """Tell what a mute has held back, if that is over by `at`."""
        if self.reminder is None or not self.reminder.is_held_back or self._is_muted(at):
            return
        ended_at = min(self._muted_until or at, at)
        down = self._step_of(incident, Status.HEALTHY, incident.started_at)
        if self._rules.alert_on_down:
            self.told.append(Announcement(AlertKind.DOWN, down, ended_at))
        self.reminder = Reminder(ended_at, self._now)

    def _step_of(self, incident: Incident, before: Status, at: datetime) -> Transition:
        """Return the step to down that tells of an incident as an open one."""
        unheard_since = self._unheard_since(incident.reason)
        began_unheard = unheard_since is not None and unheard_since < incident.started_at
        return Transition(
            at,
            before,
            Status.DOWN,
            incident.reason,
            replace(incident, ended_at=None),
            unheard_since if began_unheard else None,
        )

    def _is_muted(self, at: datetime) -> bool:
        return self._muted_until is not None and at < self._muted_until
