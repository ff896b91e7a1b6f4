"""The state machine, fed with the minutes of the model and asked for what it tells."""

from __future__ import annotations

from datetime import datetime, timedelta

from cronbeats.domain.blind_window import BlindWindow, BlindWindows
from cronbeats.domain.job import Incident, Rules, Run
from cronbeats.domain.schedule import Schedule
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.domain.state_machine import on_pause, on_resume, on_signal, on_time
from cronbeats.domain.transition import Change, Transition
from tests.domain.build import job_of
from tests.domain.minute_model import MinuteModel
from tests.domain.minute_plan import MIDNIGHT, Plan

A_MINUTE = timedelta(minutes=1)
KINDS = {"ping": SignalKind.PING, "start": SignalKind.START, "fail": SignalKind.FAIL}

Minute = float | None
History = tuple[
    list[tuple[Minute, str, str | None]],
    list[tuple[Minute, Minute, str]],
    list[tuple[Minute, str, int, Minute]],
]


def told_by_model(model: MinuteModel) -> History:
    return (
        [(minute, status, reason) for minute, status, reason in model.steps],
        [(run.started, run.ended, run.outcome) for run in model.runs],
        [(each.started, each.reason, each.missed, each.ended) for each in model.incidents],
    )


def told_by_product(plan: Plan, schedule: Schedule, signals: dict[int, str], until: int) -> History:
    return _Product(plan, schedule).live(signals, until).history()


class _Product:
    def __init__(self, plan: Plan, schedule: Schedule) -> None:
        self.blind = BlindWindows(BlindWindow(_at(start), _at(end)) for start, end in plan.blind)
        limit = None if plan.limit is None else plan.limit * 60
        grace, down_after = plan.grace * 60, plan.down_after * 60
        its_rules = Rules(schedule, grace, down_after, limit, plan.tolerance, plan.recovery)
        self.job = job_of(its_rules, MIDNIGHT)
        self.steps: list[Transition] = []
        self.runs: dict[int, Run] = {}
        self.incidents: dict[int, Incident] = {}

    def live(self, signals: dict[int, str], until: int) -> _Product:
        for minute, kind in signals.items():
            self._take(self._hear(kind, _at(minute)))
        self._take(on_time(self.job, _at(until), self.blind))
        return self

    def history(self) -> History:
        runs = [run for _, run in sorted(self.runs.items())]
        incidents = [incident for _, incident in sorted(self.incidents.items())]
        return (
            [(_minute(s.at), s.after.value, s.reason and s.reason.value) for s in self.steps],
            [(_minute(r.started_at), _minute(r.ended_at), r.outcome.value) for r in runs],
            [
                (_minute(i.started_at), i.reason.value, i.missed_runs, _minute(i.ended_at))
                for i in incidents
            ],
        )

    def _hear(self, kind: str, moment: datetime) -> Change:
        if kind == "pause":
            return on_pause(self.job, moment, self.blind)
        if kind == "resume":
            return on_resume(self.job, moment)
        return on_signal(self.job, Signal(KINDS[kind], moment), self.blind)

    def _take(self, change: Change) -> None:
        self.job = change.job
        self.steps += change.transitions
        self.runs |= {run.number: run for run in change.runs}
        self.incidents |= {each.number: each for each in change.incidents}


def _at(minute: int) -> datetime:
    return MIDNIGHT + minute * A_MINUTE


def _minute(moment: datetime | None) -> Minute:
    return None if moment is None else (moment - MIDNIGHT) / A_MINUTE
