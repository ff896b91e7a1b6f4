"""The time zones that are suggested."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

# Old names of zones that have a better one.
_OLD = ("Etc/", "posix/", "right/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")


@cache
def zone_names() -> tuple[str, ...]:
    """Return the names to suggest: UTC, and those of places."""
    places = sorted(name for name in available_timezones() if "/" in name)
    return ("UTC", *(name for name in places if not name.startswith(_OLD)))
