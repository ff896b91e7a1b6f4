"""Pruning, done to its end."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from cronbeats.storage.pruning import Pace
from cronbeats.workers.pruner import PRUNE_EVERY_SECONDS, Pruner


def pace() -> Pace:
    """Return the pace of steps that take no time."""
    return Pace(lambda: datetime(2026, 1, 1, tzinfo=UTC))


async def one_round(pruner: Pruner) -> None:
    """Let a pruner take the steps of one round."""
    while await pruner.step() < PRUNE_EVERY_SECONDS:
        pass


async def in_all(steps: AsyncIterator[int]) -> int:
    """Take every step, and return how many rows went in all."""
    return sum([count async for count in steps])
