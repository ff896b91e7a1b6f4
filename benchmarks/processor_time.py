"""How much of the processors' time a process and all that came from it have used."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
# Of the fields after the name of the program: the parent, and four kinds of time.
_PARENT, _TIMES = 1, slice(11, 15)


def of_tree(root: int) -> float:
    """Return the seconds that a process, its descendants and those of them that ended have used."""
    stats = _stats()
    family = _family(root, stats)
    ticks = sum(int(each) for pid in family & stats.keys() for each in stats[pid][_TIMES])
    return ticks / _TICKS_A_SECOND


def tree(root: int) -> set[int]:
    """Return the ids of a process and of all its descendants that run now."""
    stats = _stats()
    return _family(root, stats) & stats.keys()


def _family(root: int, stats: dict[int, list[str]]) -> set[int]:
    family: set[int] = set()
    found = {root}
    while found:
        family |= found
        found = {pid for pid, fields in stats.items() if int(fields[_PARENT]) in family} - family
    return family


def _stats() -> dict[int, list[str]]:
    stats = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            stats[int(file.parent.name)] = file.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # It has just ended.
    return stats
