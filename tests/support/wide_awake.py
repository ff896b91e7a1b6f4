"""A lookout for tests that turn the clock by hours and mean a service that heard all of them."""

from cronbeats.domain.blind_window import ALWAYS_HEARD, BlindWindows
from cronbeats.workers.lookout import BEAT_SECONDS, Lookout


class WideAwake(Lookout):
    async def step(self) -> float:
        return BEAT_SECONDS

    async def windows(self) -> BlindWindows:
        return ALWAYS_HEARD
