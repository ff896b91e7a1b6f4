"""How much memory a process and all that came from it take."""

from __future__ import annotations

from pathlib import Path

from benchmarks import processor_time

MIB = 1024 * 1024
"""Bytes."""


def proportional_set_size(root: int) -> int:
    """Return the bytes that a process and its descendants take, what they share counted once."""
    total = 0
    for pid in processor_time.tree(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue  # It has just ended.
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total
