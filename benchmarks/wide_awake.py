"""A lookout for benchmarks that turn the clock by hours."""

from __future__ import annotations

from cronbeats.domain.blind_window import ALWAYS_HEARD, BlindWindows
from cronbeats.workers.lookout import Lookout


class WideAwake(Lookout):
    """Knows of no blindness."""

    async def windows(self) -> BlindWindows:
        """Return that there was none."""
        return ALWAYS_HEARD
