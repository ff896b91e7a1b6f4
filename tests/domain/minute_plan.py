"""Random jobs of whole minutes, and the random lives that they lead."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from tests.domain.naive_cron import naive_slots

HOUR = 60
DAY = 24 * HOUR
YEAR = 365 * DAY
MIDNIGHT = datetime(2025, 1, 1, tzinfo=UTC)

# Slots at least four minutes apart: a run may be a whole minute early.
EXPRESSIONS = [
    ("30 2 * * *", "Europe/Berlin"),
    ("0 0 * * *", "America/Santiago"),
    ("45 1 * * 1-5", "Australia/Lord_Howe"),
    ("15 2 * * 0,3", "Africa/Casablanca"),
    ("0 12 1-7 * *", "Pacific/Apia"),
    ("15 */12 * * *", "Australia/Lord_Howe"),
    ("0 9 1 * 1", "UTC"),
]


@dataclass
class Plan:
    """What a person configured: an interval `every`, or `slots` by the clock on the wall."""

    every: int | None
    slots: list[int]
    grace: int
    down_after: int
    limit: int | None
    tolerance: int
    recovery: int
    blind: list[tuple[int, int]]

    def slot_after(self, minute: int) -> int:
        if self.every is not None:
            return minute + self.every
        return self.slots[bisect_right(self.slots, minute)]

    def slot_after_run(self, minute: int) -> int:
        return minute + self.every if self.every is not None else self.slot_after(minute + 1)

    def gap(self, slot: int) -> int:
        return self.slot_after(slot) - slot

    def heard(self, start: int, end: int) -> int:
        """How many minutes between two moments we could hear."""
        blind = [min(end, until) - max(start, since) for since, until in self.blind]
        return end - start - sum(each for each in blind if each > 0)

    def blind_end(self, start: int, end: int) -> int | None:
        """When the last blind window ended that touches the time from `start` to `end`."""
        ends = [until for since, until in self.blind if since < end and until > start]
        return max(ends, default=None)


@cache
def slots_of(expression: str, zone: str) -> list[int]:
    until = MIDNIGHT + timedelta(minutes=2 * YEAR)
    slots = naive_slots(expression, zone, MIDNIGHT, until)
    return [(slot - MIDNIGHT) // timedelta(minutes=1) for slot in slots]


def random_plan(dice: Random, length: int, every: int | None, slots: list[int]) -> Plan:
    gap = every or (slots[-1] - slots[0]) // len(slots)
    times = [0, 1, 5, 30, gap // 10, gap // 2, gap, 2 * gap]
    return Plan(
        every,
        slots,
        grace=dice.choice(times),
        down_after=dice.choice(times),
        limit=dice.choice([None, None, 1 + gap // 30, 1 + gap // 3, 1 + gap, 3 * gap]),
        tolerance=dice.choice([0, 0, 0, 1, 2]),
        recovery=dice.choice([1, 1, 1, 2, 3]),
        blind=dice.choice([random_windows, random_windows, recurring_windows])(dice, length, gap),
    )


def random_windows(dice: Random, length: int, gap: int) -> list[tuple[int, int]]:
    windows: list[tuple[int, int]] = []
    start = 1
    for _ in range(dice.choice([0, 1, 5, 30])):
        start += 1 + dice.randrange(1, max(2, length // 20))
        end = start + dice.choice([1, 2, 10, 1 + gap // 10, 1 + gap, 5 * gap])
        windows.append((start, end))
        start = end
    return windows


def recurring_windows(dice: Random, length: int, gap: int) -> list[tuple[int, int]]:
    """Each slot's maintenance, or a server that crashes again and again; some of it is heard."""
    period = dice.choice([gap, gap, max(2, gap // 2), max(2, gap // 7)])
    blind = dice.choice([1, (period + 1) // 2, period - 1])
    first = dice.randrange(1, max(2, length // 2))
    most = first + 60 * period
    return [(start, start + blind) for start in range(first, min(length, most), period)]


@dataclass
class Life:
    """What a job sends, by the minute: at most one signal a minute, and none that is not heard."""

    dice: Random
    plan: Plan
    signals: dict[int, str] = field(default_factory=dict)

    def live(self, until: int) -> dict[int, str]:
        minute = self.dice.randrange(0, 5)
        while minute < until:
            minute = self._run(minute) + 1
            minute = max(minute, self._next_run(minute - 1))
        return {each: kind for each, kind in sorted(self.signals.items()) if each < until}

    def _next_run(self, minute: int) -> int:
        dice, plan = self.dice, self.plan
        slot = plan.slot_after(minute)
        match dice.choice(["punctual"] * 12 + ["anyhow", "dead", "early", "again"]):
            case "punctual":
                return slot + dice.randrange(-1, max(1, plan.grace))
            case "anyhow":
                return slot + dice.randrange(0, plan.grace + plan.down_after + 2)
            case "dead":
                return slot + dice.randrange(1, 6) * (slot - minute)
            case "early":
                return minute + (slot - minute) // 2
            case _:
                return minute + dice.randrange(1, 30)

    def _run(self, minute: int) -> int:
        """Run once from `minute` on; return when that was over."""
        dice, longest = self.dice, self.plan.limit or self.plan.grace
        match dice.choice(["ping"] * 6 + ["run"] * 6 + ["fail", "hang", "restart", "pause"]):
            case "ping":
                return self._send("ping", minute)
            case "run":
                self._send("start", minute)
                end = minute + 1 + dice.randrange(0, longest + 2)
                return self._send(dice.choice(["ping", "ping", "ping", "fail"]), end)
            case "fail":
                return self._send("fail", minute)
            case "hang":
                return self._send("start", minute)
            case "restart":
                for _ in range(dice.randrange(2, 6)):
                    minute = self._send("start", minute) + 1 + dice.randrange(0, longest + 2)
                return minute
            case _:
                self._send("pause", minute)
                return self._send("resume", minute + 1 + dice.randrange(0, 2 * DAY))

    def _send(self, kind: str, minute: int) -> int:
        if not any(start < minute < end for start, end in self.plan.blind):
            self.signals[minute] = kind
        return minute
