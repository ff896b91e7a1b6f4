"""Jobs, moments, signals and stories, so that a test reads like prose."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cronbeats.domain import state_machine
from cronbeats.domain.blind_window import BlindWindow, BlindWindows
from cronbeats.domain.job import Incident, Job, Rules, Run, new_state
from cronbeats.domain.schedule import Cron, Every, Schedule
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.domain.transition import Change

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = 3600
DAY = 24 * HOUR
TICK = 0.000_001

Moment = float | datetime


def at(moment: Moment) -> datetime:
    """Seconds since the story's beginning as a moment; a moment stays what it is."""
    return moment if isinstance(moment, datetime) else NOON + timedelta(seconds=moment)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rules(
    every: int = 60,
    grace: int = 30,
    *,
    cron: str | None = None,
    zone: str = "UTC",
    down_after: int | None = None,
    max_runtime: int | None = None,
    tolerance: int = 0,
    recovery: int = 1,
) -> Rules:
    schedule: Schedule = Every(every) if cron is None else Cron(cron, zone)
    return Rules(schedule, grace, down_after, max_runtime, tolerance, recovery)


def job_of(its_rules: Rules, created: Moment = 0) -> Job:
    born = at(created)
    return Job(1, 1, "abcdEFG1", "backup", its_rules, new_state(born), born, born)


def signal(
    kind: SignalKind,
    moment: Moment,
    run_id: str | None = None,
    *,
    progress: int | None = None,
    message: str | None = None,
    exit_code: int | None = None,
) -> Signal:
    return Signal(kind, at(moment), run_id, message=message, progress=progress, exit_code=exit_code)


@dataclass
class Story:
    """What happened to one job so far, told step by step."""

    told: Change
    begun: datetime = NOON
    signals: list[Signal] = field(default_factory=list)
    windows: tuple[BlindWindow, ...] = ()

    @property
    def blindness(self) -> BlindWindows:
        return BlindWindows(self.windows)

    @property
    def job(self) -> Job:
        return self.told.job

    @property
    def status(self) -> str:
        return self.job.state.status.value

    @property
    def steps(self) -> list[tuple[int | float, str]]:
        """Every change of status, with its moment in seconds."""
        return [(self.seconds(step.at), step.after.value) for step in self.told.transitions]

    @property
    def reasons(self) -> list[str | None]:
        return [step.reason.value if step.reason else None for step in self.told.transitions]

    @property
    def runs(self) -> list[Run]:
        return sorted(self.told.runs, key=lambda run: run.number)

    @property
    def outcomes(self) -> list[str]:
        return [run.outcome.value for run in self.runs]

    @property
    def incidents(self) -> list[Incident]:
        return sorted(self.told.incidents, key=lambda incident: incident.number)

    @property
    def due(self) -> float | None:
        due_at = self.job.state.due_at
        return None if due_at is None else self.seconds(due_at)

    def seconds(self, moment: datetime) -> float:
        return (moment - self.begun).total_seconds()

    def blind(self, start: Moment, end: Moment) -> Story:
        """Nothing could be heard from `start` to `end`; known from then on."""
        self.windows = (*self.windows, BlindWindow(at(start), at(end)))
        return self

    def look(self, moment: Moment) -> Story:
        return self._tell(state_machine.on_time(self.job, at(moment), self.blindness))

    def hear(self, heard: Signal) -> Story:
        self.signals.append(heard)
        return self._tell(state_machine.on_signal(self.job, heard, self.blindness))

    def ping(self, moment: Moment, run_id: str | None = None) -> Story:
        return self.hear(signal(SignalKind.PING, moment, run_id))

    def start(self, moment: Moment, run_id: str | None = None) -> Story:
        return self.hear(signal(SignalKind.START, moment, run_id))

    def success(self, moment: Moment, run_id: str | None = None) -> Story:
        return self.hear(signal(SignalKind.SUCCESS, moment, run_id))

    def fail(
        self, moment: Moment, run_id: str | None = None, *, exit_code: int | None = None
    ) -> Story:
        return self.hear(signal(SignalKind.FAIL, moment, run_id, exit_code=exit_code))

    def log(self, moment: Moment) -> Story:
        return self.hear(signal(SignalKind.LOG, moment))

    def progress(
        self,
        moment: Moment,
        percent: int | None = None,
        message: str | None = None,
        run_id: str | None = None,
    ) -> Story:
        sent = signal(SignalKind.PROGRESS, moment, run_id, progress=percent, message=message)
        return self.hear(sent)

    def pause(self, moment: Moment) -> Story:
        return self._tell(state_machine.on_pause(self.job, at(moment), self.blindness))

    def resume(self, moment: Moment) -> Story:
        return self._tell(state_machine.on_resume(self.job, at(moment)))

    def edit(self, moment: Moment, new_rules: Rules) -> Story:
        edited = replace(self.job, rules=new_rules)
        return self._tell(state_machine.on_edit(self.job, edited, at(moment), self.blindness))

    def set_clock_back(self, moment: Moment) -> Story:
        return self._tell(state_machine.on_clock_set_back(self.job, at(moment)))

    def _tell(self, more: Change) -> Story:
        self.told = self.told.then(more)
        return self


def job(
    every: int = 60,
    grace: int = 30,
    *,
    cron: str | None = None,
    zone: str = "UTC",
    created: Moment = 0,
    down_after: int | None = None,
    max_runtime: int | None = None,
    tolerance: int = 0,
    recovery: int = 1,
) -> Story:
    """The beginning of a story: a job that was just created."""
    its_rules = rules(
        every,
        grace,
        cron=cron,
        zone=zone,
        down_after=down_after,
        max_runtime=max_runtime,
        tolerance=tolerance,
        recovery=recovery,
    )
    return Story(Change(job_of(its_rules, created)), begun=at(created))
