"""The only reader of the time; everybody else is handed a moment, or this."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment, in UTC."""


def system_clock() -> datetime:
    """Return the present moment as the machine knows it."""
    return datetime.now(UTC)
