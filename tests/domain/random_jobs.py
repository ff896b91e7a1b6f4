"""Random rules and random signals, small and coarse so that moments often coincide."""

from __future__ import annotations

from hypothesis import strategies as st

from cronbeats.domain.job import Rules
from cronbeats.domain.schedule import Cron, Every
from cronbeats.domain.signal import Signal, SignalKind
from tests.domain.build import signal

_HALF = 0.5
_RUN_IDS = st.sampled_from([None, None, None, "a", "b"])

interval_rules = st.builds(
    Rules,
    schedule=st.builds(Every, st.one_of(st.integers(1, 12), st.sampled_from([30, 60, 90]))),
    grace_seconds=st.integers(0, 12),
    down_after_seconds=st.one_of(st.none(), st.integers(0, 12)),
    max_runtime_seconds=st.one_of(st.none(), st.integers(1, 40)),
    failure_tolerance=st.integers(0, 2),
    recovery_threshold=st.integers(1, 3),
)

cron_rules = st.builds(
    Rules,
    schedule=st.sampled_from([Cron("* * * * *", "UTC"), Cron("*/3 * * * *", "Europe/Berlin")]),
    grace_seconds=st.integers(0, 90),
    down_after_seconds=st.one_of(st.none(), st.integers(0, 90)),
    max_runtime_seconds=st.one_of(st.none(), st.integers(1, 200)),
    failure_tolerance=st.integers(0, 2),
    recovery_threshold=st.integers(1, 2),
)

gaps = st.integers(0, 60).map(lambda halves: halves * _HALF)


@st.composite
def signals(draw: st.DrawFn, most: int = 12, stretch: float = 1) -> list[Signal]:
    """Signals of every kind, in the order in which they came."""
    moment, heard = 0.0, []
    for _ in range(draw(st.integers(1, most))):
        moment += draw(gaps) * stretch
        heard.append(
            signal(
                draw(st.sampled_from(SignalKind)),
                moment,
                draw(_RUN_IDS),
                progress=draw(st.one_of(st.none(), st.integers(0, 120))),
            )
        )
    return heard


def looks(longest: float) -> st.SearchStrategy[list[float]]:
    """Moments at which somebody looks besides."""
    halves = st.integers(0, int(longest / _HALF))
    return st.lists(halves.map(lambda each: each * _HALF), max_size=20)
