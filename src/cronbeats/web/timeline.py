"""The timeline of a job's runs: where each bar stands, how high it is, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.duration import duration_in_words
from cronbeats.domain.job import Outcome, Run
from cronbeats.domain.words import local
from cronbeats.web.duration_scale import Scale, Tick, scale_for
from cronbeats.web.outcome_words import OUTCOMES

MOST_BARS = 60
PITCH, BAR_WIDTH = 13, 9
TOP, PLOT_HEIGHT = 18, 120
"""Where the plot begins beneath the marks, and how high it is, in the drawing's own units."""
COMPACT_HEIGHT = 44
"""How high the plot is if no run told how long it took, so that all bars are alike."""
_AXIS_WIDTH, _LABEL_HEIGHT = 58, 22
_LEAST_HEIGHT, _STUB_HEIGHT = 4, 12
_MOST_BANDS = 100
_MILLISECOND = timedelta(milliseconds=1)
# What did not happen has no duration: such bars fill the plot, so that gaps are seen.
_FULL = frozenset({Outcome.MISSED, Outcome.UNOBSERVED})


@dataclass(frozen=True, slots=True)
class Bar:
    """One run, or one slot that went without."""

    number: int
    outcome: Outcome
    x: int
    y: int
    height: int
    text: str


@dataclass(frozen=True, slots=True)
class Band:
    """A time in which CronBeats itself heard nothing, between or across bars."""

    x: int
    width: int
    text: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing of runs from the oldest to the newest, which stands at the right."""

    bars: tuple[Bar, ...]
    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    is_logarithmic: bool
    plot_width: int
    plot_height: int
    first: str
    last: str

    @property
    def width(self) -> int:
        """The width of the drawing, the labels of its axis included."""
        return self.plot_width + _AXIS_WIDTH

    @property
    def height(self) -> int:
        """The height of the drawing, the marks above and the moments beneath included."""
        return TOP + self.plot_height + _LABEL_HEIGHT

    @property
    def counts(self) -> list[tuple[Outcome, int, str]]:
        """How many runs ended how, the most frequent first, with the words for it."""
        told = [bar.outcome for bar in self.bars]
        kinds = sorted(set(told), key=lambda each: (-told.count(each), each))
        return [(each, told.count(each), OUTCOMES[each]) for each in kinds]


def draw_timeline(
    runs: Sequence[Run],
    blind: BlindWindows,
    zone: str,
    now: datetime,
    *,
    is_newest: bool = True,
) -> Timeline | None:
    """Return the drawing of runs, given newest first, with moments in a time zone; None of none.

    Unless they are the newest ones, it ends with the last of them, else at `now`.
    """
    shown = list(reversed(runs[:MOST_BARS]))
    if not shown:
        return None
    durations = [each for run in shown if (each := _duration(run, now)) is not None]
    scale = scale_for(durations, PLOT_HEIGHT) if durations else None
    height = PLOT_HEIGHT if scale else COMPACT_HEIGHT
    moments = [moment_of(run) or now for run in shown]
    return Timeline(
        tuple(
            Bar(
                run.number,
                run.outcome,
                _x(index, len(shown)),
                TOP + height - each,
                each,
                describe(run, zone, now),
            )
            for index, run in enumerate(shown)
            for each in [_height(run, scale, now)]
        ),
        tuple(_bands(moments, blind, zone, now if is_newest else moments[-1])),
        scale.ticks if scale else (),
        is_logarithmic=scale is not None and scale.is_logarithmic,
        plot_width=MOST_BARS * PITCH,
        plot_height=height,
        first=local(moments[0], zone),
        last=local(moments[-1], zone),
    )


def moment_of(run: Run) -> datetime | None:
    """Return when a run began or ended; of one that did not happen, when it was expected."""
    if run.outcome in _FULL:
        return run.slot_at or run.ended_at
    return run.started_at or run.ended_at or run.slot_at


def describe(run: Run, zone: str, now: datetime) -> str:
    """Return what a run was, in one line."""
    words = f"Run {run.number} {OUTCOMES[run.outcome]}"
    duration = _duration(run, now)
    if duration is not None:
        is_over = run.ended_at is not None
        words += f"{' after' if is_over else ', so far'} {duration_in_words(duration)}"
    if run.exit_code:
        words += f" with exit code {run.exit_code}"
    moment = moment_of(run)
    if moment is not None:
        words += f", {'expected ' if run.outcome in _FULL else ''}{local(moment, zone)}"
    return words


def _duration(run: Run, now: datetime) -> int | None:
    """Return the milliseconds that a run took, or has taken for sure."""
    if run.started_at is None or run.ended_at is not None:
        return run.duration_ms
    seen_until = now if run.outcome is Outcome.RUNNING else run.deadline_at
    return max(0, ((seen_until or run.started_at) - run.started_at) // _MILLISECOND)


def _height(run: Run, scale: Scale | None, now: datetime) -> int:
    duration = _duration(run, now)
    if scale is None:
        return COMPACT_HEIGHT
    if run.outcome in _FULL:
        return PLOT_HEIGHT
    return _STUB_HEIGHT if duration is None else max(_LEAST_HEIGHT, scale.height(duration))


def _x(index: int, count: int) -> int:
    """Return where the bar of that index begins: the newest is the last one at the right."""
    return (MOST_BARS - count + index) * PITCH + (PITCH - BAR_WIDTH) // 2


def _bands(
    moments: Sequence[datetime], blind: BlindWindows, zone: str, until: datetime
) -> list[Band]:
    """Return the blind windows from the first run on, which reach across the bars of their time."""
    bands: list[Band] = []
    for window in blind.touching(moments[0], until)[-_MOST_BANDS:]:
        before = sum(each <= window.started_at for each in moments)
        within = sum(window.started_at < each <= window.ended_at for each in moments)
        left = (MOST_BARS - len(moments) + before) * PITCH
        start, end = local(window.started_at, zone), local(window.ended_at, zone)
        text = f"CronBeats itself heard nothing from {start} to {end}"
        if bands and bands[-1].x == left - 2 and not within:
            continue
        bands.append(Band(left - 2, max(4, within * PITCH + 4), text))
    return bands
