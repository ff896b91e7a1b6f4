"""The strip of a job's last runs: drawn, and in words for whoever does not see it.

It is markup, made of numbers and of our own words alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

from cronbeats.domain.job import Outcome
from cronbeats.web.outcome_words import OUTCOMES

_STEP, _HEIGHT = 6, 20
# Lines along the strip, at these heights; how thick each is, and so its shape, its class says.
_LINES = {
    Outcome.RUNNING: (13,),
    Outcome.SUCCESS: (13,),
    Outcome.FAILED: (10,),
    Outcome.MISSED: (18,),
    Outcome.OVERRAN: (4, 16),
    Outcome.ABANDONED: (13,),
    Outcome.UNOBSERVED: (13,),
}


def draw_strip(outcomes: Sequence[Outcome], room: int) -> str:
    """Return a drawing with `room` for so many runs, the newest at its right end."""
    return _draw(tuple(outcomes), room)


def draw_mark(outcome: Outcome) -> str:
    """Return the mark of one run, to explain it beside its word."""
    lines = "".join(f"M0 {height}h{_STEP}" for height in _LINES[outcome])
    return (
        f'<svg class="strip" viewBox="0 0 {_STEP} {_HEIGHT}" aria-hidden="true">'
        f'<path class="{outcome}" d="{lines}"/></svg>{OUTCOMES[outcome].capitalize()}'
    )


@lru_cache(maxsize=2048)
def _draw(outcomes: tuple[Outcome, ...], room: int) -> str:
    groups = [(outcome, len(list(same))) for outcome, same in groupby(outcomes)]
    lines: dict[Outcome, str] = {}
    position = (room - len(outcomes)) * _STEP
    for outcome, count in groups:
        for height in _LINES[outcome]:
            line = f"M{position} {height}h{count * _STEP}"
            lines[outcome] = lines.get(outcome, "") + line
        position += count * _STEP
    drawn = "".join(f'<path class="{outcome}" d="{line}"/>' for outcome, line in lines.items())
    size, title = f"{room * _STEP} {_HEIGHT}", f"<title>{_in_words(groups[::-1])}</title>"
    return f'<svg class="strip" viewBox="0 0 {size}" role="img">{title}{drawn}</svg>'


def _in_words(newest_first: Sequence[tuple[Outcome, int]]) -> str:
    if not newest_first:
        return "No runs yet"
    told = ", ".join(f"{count} {OUTCOMES[outcome]}" for outcome, count in newest_first)
    return f"Newest first: {told}"
