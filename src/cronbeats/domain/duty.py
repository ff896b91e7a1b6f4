"""Duties: what a server process is there for; together, all of its database's servers have all."""

from __future__ import annotations

from enum import StrEnum


class Duty(StrEnum):
    """One thing that a server process may do, alone or among others."""

    PING = "ping"
    """Take pings."""
    API = "api"
    """Answer programs."""
    WEB = "web"
    """Serve pages to people."""
    WORKERS = "workers"
    """Watch the clock, send alerts, prune history."""


ALL_DUTIES = frozenset(Duty)
"""What a server does of which nobody asks anything else."""


def in_order(duties: frozenset[Duty]) -> list[Duty]:
    """Return duties as they are written down, always in the same order."""
    return [duty for duty in Duty if duty in duties]
