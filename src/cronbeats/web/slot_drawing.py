"""The drawing of a slot: when its job is on time, late and down, to scale where there is room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from cronbeats.domain.job import Rules
from cronbeats.domain.words import in_words

WIDTH = 340
_DUE, _END = 24, 330
_TAIL = 66
# The widest mark, as in `+29 d 23 h`, with a little room beside it.
_LEAST_GAP = 80


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the drawing: how a job stands in it, and from where it reaches how far."""

    kind: str
    name: str
    x: float
    width: float

    @property
    def middle(self) -> float:
        """Where its name is written."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the drawing, and what it is called."""

    x: float
    words: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A slot as it is drawn, from the moment that it is due; `run` is the longest that may be."""

    parts: tuple[Part, ...]
    marks: tuple[Mark, ...]
    run: Part | None
    is_to_scale: bool
    width: int = WIDTH


def draw(rules: Rules) -> Drawing:
    """Return the drawing of a slot under these rules."""
    zero = timedelta(0)
    late, down = rules.grace, rules.grace + rules.down_after
    moments = sorted({zero, late, down, rules.max_runtime or zero})
    places, is_to_scale = _place(moments)
    last = "missed" if rules.failure_tolerance else "down"
    parts = [
        _part("healthy", "on time", places[zero], places[late]),
        _part("late", "late", places[late], places[down]),
        _part("down", last, places[down], _END),
    ]
    marks = [Mark(places[each], f"+{in_words(each)}") for each in sorted({late, down} - {zero})]
    return Drawing(
        tuple(part for part in parts if part.width),
        (Mark(_DUE, "due"), *marks),
        _run(rules.max_runtime, places),
        is_to_scale,
    )


def _place(moments: list[timedelta]) -> tuple[dict[timedelta, float], bool]:
    """Return where each moment is, none too near the one before, and whether that is to scale."""
    gaps = [after - before for before, after in pairwise(moments)]
    room, whole = float(_END - _TAIL - _DUE), sum(gaps, timedelta(0))
    cramped: set[int] = set()
    while narrow := set(_narrow(gaps, cramped, room, whole)):
        cramped |= narrow
        room = _END - _TAIL - _DUE - _LEAST_GAP * len(cramped)
        whole = sum((gap for at, gap in enumerate(gaps) if at not in cramped), timedelta(0))
    places, x = {moments[0]: float(_DUE)}, float(_DUE)
    for at, gap in enumerate(gaps):
        x += _LEAST_GAP if at in cramped else room * (gap / whole)
        places[moments[at + 1]] = round(x, 1)
    return places, not cramped


def _narrow(
    gaps: list[timedelta], cramped: set[int], room: float, whole: timedelta
) -> Iterator[int]:
    """Give the gaps, beside those that are known, that would be too small at this scale."""
    for at, gap in enumerate(gaps):
        if at not in cramped and room * (gap / whole) < _LEAST_GAP:
            yield at


def _part(kind: str, name: str, start: float, end: float) -> Part:
    return Part(kind, name, start, round(end - start, 1))


def _run(longest: timedelta | None, places: dict[timedelta, float]) -> Part | None:
    if longest is None:
        return None
    return _part("run", f"a run: {in_words(longest)} at most", _DUE, places[longest])
