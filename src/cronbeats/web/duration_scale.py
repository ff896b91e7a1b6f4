"""Scales for durations: from milliseconds to a height, with a labelled axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from cronbeats.domain.duration import duration_in_words

# What people count in: of all these, the axis bears those that fit.
_ROUND = (
    *(1, 2, 5, 10, 20, 50, 100, 200, 500),
    *(seconds * 1_000 for seconds in (1, 2, 4, 10, 20, 30)),
    *(minutes * 60_000 for minutes in (1, 2, 4, 10, 20, 30)),
    *(hours * 3_600_000 for hours in (1, 2, 4, 8, 12)),
    *(days * 86_400_000 for days in (1, 2, 4, 10, 30, 100, 366)),
)
_FAR_APART = 10
_WIDEST = 2_000
"""How many times the lowest duration the highest one may be; what is shorter is drawn alike."""
_MOST_TICKS = 4


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis: how far above the ground, and what it says."""

    height: int
    text: str


@dataclass(frozen=True, slots=True)
class Scale:
    """From `low` to `high` milliseconds over so much height; logarithmic if `low` is not 0."""

    low: int
    high: int
    full_height: int

    @property
    def is_logarithmic(self) -> bool:
        """Whether equal heights are equal ratios."""
        return self.low > 0

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """The marks on the axis, the lowest first."""
        if not self.is_logarithmic:
            half = self.high // 2
            values = [half, self.high] if half in _ROUND else [self.high]
        else:
            within = [each for each in _ROUND if self.low <= each <= self.high]
            values = within[:: -(-len(within) // _MOST_TICKS)]
        return tuple(Tick(self.height(each), duration_in_words(each)) for each in values)

    def height(self, milliseconds: int) -> int:
        """Return how high a bar of that duration is."""
        if not self.is_logarithmic:
            return round(self.full_height * milliseconds / self.high)
        above = log(max(milliseconds, self.low) / self.low)
        return round(self.full_height * above / log(self.high / self.low))


def scale_for(durations: Sequence[int], full_height: int) -> Scale:
    """Return the scale for at least one duration; logarithmic where they are far apart."""
    ranked = sorted(max(1, each) for each in durations)
    usual, longest = ranked[len(ranked) // 2], ranked[-1]
    high = next((each for each in _ROUND if each >= longest), longest)
    if longest <= usual * _FAR_APART:
        return Scale(0, high, full_height)
    lowest = max(ranked[0] // 2, high // _WIDEST, 1)
    return Scale(max(each for each in _ROUND if each <= lowest), high, full_height)
