"""The rules of detection once more: dull, in whole minutes, and sharing no code with the product.

A job here names no run ids, sends at most one signal a minute, and has slots at least four minutes
apart (so that a run may be one minute early). Moments are minutes since the story's beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.domain.minute_plan import Plan

NEVER = 10**9


@dataclass
class ModelRun:
    started: int | None
    outcome: str
    ended: int | None = None
    deadline: int | None = None


@dataclass
class ModelIncident:
    started: int
    reason: str
    missed: int
    ended: int | None = None


@dataclass
class MinuteModel:
    plan: Plan
    status: str = "pending"
    due: int | None = None
    open_run: ModelRun | None = None
    unended_since: int | None = None
    unheard_since: int | None = None
    unheard_ends_since: int | None = None
    has_succeeded: bool = False
    bad: int = 0
    good: int = 0
    missed: int = 0
    steps: list[tuple[int, str, str | None]] = field(default_factory=list)
    runs: list[ModelRun] = field(default_factory=list)
    incidents: list[ModelIncident] = field(default_factory=list)

    def live(self, signals: Mapping[int, str], until: int) -> MinuteModel:
        """Live from one minute in which something happens to the next."""
        waiting = iter([*sorted(signals), until])
        heard_at, minute = next(waiting), 0
        while True:
            minute = max(minute, min([heard_at, *self._awaited()]))
            self.pass_minute(minute, signals)
            if minute == until:
                return self
            if minute == heard_at:
                heard_at = next(waiting)

    def live_every_minute(self, signals: Mapping[int, str], until: int) -> MinuteModel:
        for minute in range(until + 1):
            self.pass_minute(minute, signals)
        return self

    def pass_minute(self, minute: int, signals: Mapping[int, str]) -> None:
        """In one and the same minute time judges first, and then the signal is heard."""
        while (awaited := min(self._awaited(), default=NEVER)) <= minute:
            if self._run_ends_by() == awaited:
                self._run_has_used_its_time(awaited)
            else:
                self._slot_is_silent(awaited)
        if minute in signals:
            self._hear(signals[minute], minute)

    def _awaited(self) -> list[int]:
        moments = (self._run_ends_by(), self._slot_ends_by())
        return [moment for moment in moments if moment is not None]

    def _run_ends_by(self) -> int | None:
        """Its time is over; but nobody is blamed in a minute that nobody could hear."""
        run = self.open_run
        if run is None or run.outcome != "running" or run.deadline is None:
            return None
        return run.deadline if self._end_is_excused(run) else self._heard_from(run.deadline)

    def _heard_from(self, minute: int) -> int:
        within = [end for start, end in self.plan.blind if start < minute < end]
        return within[0] if within else minute

    def _first_unheard_end(self, run: ModelRun) -> int | None:
        assert run.started is not None
        assert run.deadline is not None
        assert self.plan.limit is not None
        first = run.started if self.unended_since is None else self.unended_since
        if self.plan.blind_end(run.started, run.deadline) is not None:
            return run.started
        was_cut_short = run.deadline < run.started + self.plan.limit
        is_touched = was_cut_short and self.plan.blind_end(first, run.deadline) is not None
        return first if is_touched else None

    def _end_is_excused(self, run: ModelRun) -> bool:
        """Could it have come unheard, and did we not hear of no end for long enough?"""
        assert run.deadline is not None
        assert self.due is not None
        if self._first_unheard_end(run) is None:
            return False
        if self.unheard_ends_since is None:
            return True
        pause = self.plan.gap(self.due) + self.plan.grace + (self.plan.limit or 0)
        return self.plan.heard(self.unheard_ends_since, run.deadline) < 3 * pause

    def _slot_ends_by(self) -> int | None:
        """Its time is over; but nobody is blamed in a minute that nobody could hear."""
        over = self._slot_is_over()
        if over is None or self._is_excused():
            return over
        return self._heard_from(over)

    def _slot_is_over(self) -> int | None:
        """Late when the grace is over; lost, in the end, when `down_after` is over as well."""
        if self.due is None:
            return None
        is_silent_already = self.status in ("late", "down")
        return self.due + self.plan.grace + (self.plan.down_after if is_silent_already else 0)

    def _is_excused(self) -> bool:
        """Could its run have come unheard, and did we not hear its job's silence long enough?"""
        over = self._slot_is_over()
        assert self.due is not None
        assert over is not None
        if self.plan.blind_end(self.due - 1, over) is None:
            return False
        if self.status == "down" or self.unheard_since is None:
            return True
        pause = self.plan.gap(self.due) + self.plan.grace
        return self.plan.heard(self.unheard_since, over) < 3 * pause

    # How time judges --------------------------------------------------------------------------

    def _run_has_used_its_time(self, minute: int) -> None:
        run, plan = self.open_run, self.plan
        assert run is not None
        assert run.started is not None
        assert run.deadline is not None
        assert plan.limit is not None
        first_unheard, is_excused = self._first_unheard_end(run), self._end_is_excused(run)
        self.unended_since = None
        if not is_excused:
            run.outcome = "overran"
            self._count_bad("overran", minute)
            return
        if self.unheard_ends_since is None:
            self.unheard_ends_since = first_unheard
        blind_end = plan.blind_end(run.started, run.deadline)
        if blind_end is None:
            run.deadline = run.started + plan.limit
        elif blind_end + plan.grace > run.deadline:
            run.deadline = blind_end + plan.grace
        else:
            run.outcome = "unobserved"

    def _slot_is_silent(self, minute: int) -> None:
        assert self.due is not None
        hangs = self.open_run if self._is_waited_for() else None
        is_first = self.status not in ("late", "down")
        if self._is_excused():
            blind_end = self.plan.blind_end(self.due - 1, minute)
            assert blind_end is not None
            if self.status != "down" and self.unheard_since is None:
                self.unheard_since = self.due
            if hangs is None and self.status != "down":
                self.runs.append(ModelRun(None, "unobserved"))
            is_interval = self.plan.every is not None
            self.due = self.plan.slot_after(blind_end if is_interval else max(self.due, blind_end))
        elif is_first and self.plan.down_after > 0:
            self._become("late", minute, "overran" if hangs else "missed")
        else:
            self._lose_slot(hangs, minute)

    def _lose_slot(self, hangs: ModelRun | None, minute: int) -> None:
        assert self.due is not None
        self.due = self.plan.slot_after(self.due)
        if hangs is not None:
            hangs.outcome = "overran"
            self.good = 0
        else:
            self.missed += 1
            self.good = 0
            if self.status == "down":
                self.incidents[-1].missed += 1
            else:
                self.runs.append(ModelRun(None, "missed"))
        reason = "missed" if hangs is None else "overran"
        if self.status != "down":
            self._count_bad(reason, minute)
            if self.status in ("pending", "healthy"):
                self._become("late", minute, reason)

    def _is_waited_for(self) -> bool:
        run = self.open_run
        return run is not None and run.outcome == "running" and run.deadline is None

    def _count_bad(self, reason: str, minute: int) -> None:
        self.bad += 1
        self.good = 0
        if self.status != "down" and self.bad > self.plan.tolerance:
            self.incidents.append(ModelIncident(minute, reason, self.missed))
            self._become("down", minute, reason)

    def _become(self, status: str, minute: int, reason: str | None = None) -> None:
        self.status = status
        self.steps.append((minute, status, reason))

    # What signals do --------------------------------------------------------------------------

    def _hear(self, kind: str, minute: int) -> None:
        if kind == "resume" and self.status == "disabled":
            self._become("healthy" if self.has_succeeded else "pending", minute)
            self.due = self.plan.slot_after(minute)
        elif self.status == "disabled":
            return
        elif kind == "pause":
            self._pause(minute)
        elif kind == "start":
            self._start(minute)
        elif kind == "fail":
            was_blamed = self.open_run is not None and self.open_run.outcome == "overran"
            self._end("failed", minute)
            if not was_blamed:
                self._count_bad("failed", minute)
        elif kind == "ping":
            self._succeed(minute)

    def _pause(self, minute: int) -> None:
        self._abandon(minute)
        if self.status == "down":
            self.incidents[-1].ended = minute
        self._become("disabled", minute)
        self.due = self.unended_since = None
        self.unheard_since = self.unheard_ends_since = None
        self.good = self.bad = self.missed = 0

    def _start(self, minute: int) -> None:
        if self.open_run is None or self.unended_since is None:
            self.unended_since = minute
        self._abandon(minute)
        self.open_run = ModelRun(minute, "running")
        self.runs.append(self.open_run)
        following = self.plan.slot_after_run(minute)
        if self.plan.limit is not None:
            whole, restarted = self.plan.limit, self.unended_since + 2 * self.plan.limit
            self.open_run.deadline = min(minute + whole, restarted)
            following = max(following, self.due or following)
            self.unheard_since = None
        self.due = following if self.plan.limit is not None or self.due is None else self.due

    def _abandon(self, minute: int) -> None:
        if self.open_run is not None:
            self._close(self.open_run, "abandoned", minute)

    def _close(self, run: ModelRun, outcome: str, minute: int) -> None:
        run.ended = minute
        run.outcome = "overran" if run.outcome == "overran" else outcome
        self.open_run = None

    def _end(self, outcome: str, minute: int) -> None:
        """A run ended: it answers the slot of its start, and those that it has outlasted."""
        began = minute
        if self.open_run is None:
            self.runs.append(ModelRun(None, outcome, minute))
        else:
            began = minute if self.open_run.started is None else self.open_run.started
            self._close(self.open_run, outcome, minute)
        self.unended_since = self.unheard_since = self.unheard_ends_since = None
        self.due = self.plan.slot_after_run(began)
        if self.due + self.plan.grace <= minute:
            is_interval = self.plan.every is not None
            self.due = self.plan.slot_after(minute if is_interval else minute - self.plan.grace)

    def _succeed(self, minute: int) -> None:
        self._end("success", minute)
        self.has_succeeded = True
        self.good += 1
        self.bad = self.missed = 0
        if self.status == "down" and self.good >= self.plan.recovery:
            self.incidents[-1].ended = minute
            self._become("healthy", minute)
        elif self.status in ("pending", "late"):
            self._become("healthy", minute)
