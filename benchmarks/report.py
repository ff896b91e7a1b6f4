"""What a benchmark says in the end: tables on the terminal, numbers in a file."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

GOAL_HEADINGS = ("what", "measured", "goal", "met")


@dataclass(frozen=True, slots=True)
class Goal:
    """What was measured, and what it is to be at most, or at least."""

    what: str
    measured: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether it is as it should be."""
        return (self.at_most is None or self.measured <= self.at_most) and (
            self.at_least is None or self.measured >= self.at_least
        )

    @property
    def bound(self) -> str:
        """What it is to be, in words."""
        limits = (("at most", self.at_most), ("at least", self.at_least))
        return ", ".join(f"{words} {limit:g}" for words, limit in limits if limit is not None)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of texts beneath their headings."""
    lines = [headings, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def goal_row(goal: Goal) -> tuple[str, str, str, str]:
    """Return a goal as a row of texts."""
    return goal.what, f"{goal.measured:.3g}", goal.bound, "yes" if goal.is_met else "NO"


def tell_numbers(path: Path, runs: Sequence[Mapping[str, Any]], goals: Sequence[Goal] = ()) -> None:
    """Print what was measured beside its goals, if it has any, and write all of it as JSON.

    With it goes what the machine is and how busy it was.
    """
    if goals:
        sys.stdout.write("\n")
        print_table(GOAL_HEADINGS, [goal_row(goal) for goal in goals])
    told = {
        "machine": {
            "python": platform.python_version(),
            "cpus": os.cpu_count(),
            "load": os.getloadavg(),
        },
        "goals": [{**asdict(goal), "is_met": goal.is_met} for goal in goals],
        "runs": runs,
    }
    path.write_text(json.dumps(told, indent=2) + "\n")
    sys.stdout.write(f"\nWritten to {path}\n")
