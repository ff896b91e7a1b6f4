"""More pings than can be stored: some are refused early, the others are quick, memory is bounded.

    .venv/bin/python -m benchmarks.overload

First wrk finds out how many pings a second a server takes. Then twice as many come for a while,
each when its time has come, whether the earlier ones were answered or not. Then they stop, and one
probe after another finds out when all is as before. In the end every acknowledged ping is looked
for: if one is missing, the benchmark fails. A second flood, of requests for a page, goes on while
pings come at a tenth of what can be stored.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.memory import MIB, proportional_set_size
from benchmarks.open_loop import Heard, Load, flood
from benchmarks.ping_load import ask
from benchmarks.ping_targets import PROGRAM, Target, cronbeats, databases, make_jobs
from benchmarks.report import Goal, print_table, tell_numbers

_ACCEPTED, _REFUSED = 200, 503
_CALIBRATION_CONNECTIONS, _CALIBRATION_SECONDS = 128, 3
_FLOOD_OF_PAGES_CONNECTIONS = 64
# The first seconds are a burst, which is taken as long as clients listen.
_BURST_SECONDS = 8
_PROBE_SECONDS, _CALM_SECONDS, _QUICK_SECONDS = 0.02, 3.0, 0.25
_LONGEST_RECOVERY_SECONDS = 20.0
_P99_MS, _MOST_MIB, _RECOVERY_SECONDS = 1000, 250, 2.0
_HEADINGS = (
    *("target", "could/s", "came/s", "accepted/s", "refused", "p50 ms", "p99 ms"),
    *("refused p99 ms", "failed", "MiB before", "most", "after", "recovered s"),
)
_PAGES_HEADINGS = ("target", "pages/s", "refused", "pings refused", "pings p99 ms")


@dataclass(frozen=True, slots=True)
class Result:
    """What one target did under twice the load; times are of what came after the burst."""

    target: str
    could: float
    came: float
    accepted: float
    refused_share: float
    p50_ms: float
    p99_ms: float
    refused_p99_ms: float
    failed: int
    before_mib: float
    most_mib: float
    after_mib: float
    recovery_seconds: float


@dataclass(frozen=True, slots=True)
class Pages:
    """What pings met with while many asked for a page."""

    target: str
    pages: float
    pages_refused: int
    pings_refused: int
    pings_p99_ms: float


class _PingsLostError(Exception):
    """What was acknowledged is not in the database."""


def main() -> None:
    """Run the benchmark, print its tables, and write the numbers as JSON."""
    options = _options()
    results: list[Result] = []
    pages: list[Pages] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, url in databases(options.databases, [""], folder, stack):
            keys = asyncio.run(make_jobs(url, options.jobs))
            with cronbeats(name, PROGRAM, url, keys, folder) as target:
                results.append(_overload(target, keys, options))
                pages.append(_flood_with_pages(target, keys, results[-1].could / 10, options))
    print_table(_HEADINGS, [_row(each) for each in results])
    print_table(_PAGES_HEADINGS, [_row_of_pages(each) for each in pages])
    runs = [*map(asdict, results), *map(asdict, pages)]
    tell_numbers(options.json, runs, _goals(results, pages))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--times", type=float, default=2, help="how much more comes than can be")
    parser.add_argument("--seconds", type=int, default=20, help="how long it comes")
    parser.add_argument("--connections", type=int, default=4000, help="at most")
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--json", type=Path, default=Path("benchmark-overload.json"))
    return parser.parse_args()


def _overload(target: Target, keys: Sequence[str], options: argparse.Namespace) -> Result:
    could = _calibrate(target)
    before = target.count_kept() or 0
    untimed = min(_BURST_SECONDS, options.seconds / 2)
    load = Load(round(could * options.times), options.seconds, options.connections, untimed)
    with _weighed(target) as weight:
        heard = _in_a_process_of_its_own(target, keys, load)
        recovery = _wait_until_calm(target, keys[0])
    acknowledged = heard.answers[_ACCEPTED]
    kept = (target.count_kept() or 0) - before
    if not 0 < acknowledged <= kept:
        raise _PingsLostError(f"{target.name}: {acknowledged} acknowledged, {kept} kept")
    return Result(
        target=target.name,
        could=round(could),
        came=round((heard.sent + heard.unsent) / options.seconds),
        accepted=round(acknowledged / options.seconds),
        refused_share=round(heard.answers[_REFUSED] / heard.sent, 3),
        p50_ms=round(heard.quantile(_ACCEPTED, 0.5)),
        p99_ms=round(heard.quantile(_ACCEPTED, 0.99)),
        refused_p99_ms=round(heard.quantile(_REFUSED, 0.99)),
        failed=heard.sent - acknowledged - heard.answers[_REFUSED],
        before_mib=weight.first,
        most_mib=weight.most,
        after_mib=weight.last,
        recovery_seconds=round(recovery, 2),
    )


def _flood_with_pages(
    target: Target, keys: Sequence[str], rate: float, options: argparse.Namespace
) -> Pages:
    load = Load(round(rate), options.seconds / 2, options.connections)
    pages: list[tuple[float, int]] = []

    def ask_for_pages() -> None:
        run = ask(
            f"{target.url}/sign-in",
            "GET",
            _FLOOD_OF_PAGES_CONNECTIONS,
            round(load.seconds),
            keys_file=None,
            first=0,
        )
        pages.append((run.rate, run.refused))

    others = threading.Thread(target=ask_for_pages)
    others.start()
    heard = _in_a_process_of_its_own(target, keys, load)
    others.join()
    [(pages_a_second, refused)] = pages
    return Pages(
        target.name,
        round(pages_a_second),
        refused,
        heard.sent - heard.answers[_ACCEPTED],
        round(heard.quantile(_ACCEPTED, 0.99)),
    )


def _calibrate(target: Target) -> float:
    """Return how many pings a second a server takes; the first run warms it up."""
    rates = [
        ask(
            target.url,
            "GET",
            _CALIBRATION_CONNECTIONS,
            _CALIBRATION_SECONDS,
            keys_file=target.keys_file,
            first=0,
        ).rate
        for _ in range(2)
    ]
    return rates[-1]


def _in_a_process_of_its_own(target: Target, keys: Sequence[str], load: Load) -> Heard:
    port = urlsplit(target.url).port or 0
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(flood, port, keys, load).result()


@dataclass(slots=True)
class _Weight:
    """The memory of a server in MiB, by and by."""

    seen: list[float] = field(default_factory=list)

    def weigh(self, target: Target) -> None:
        if target.pid is not None:
            self.seen.append(round(proportional_set_size(target.pid) / MIB, 1))

    @property
    def first(self) -> float:
        return self.seen[0]

    @property
    def most(self) -> float:
        return max(self.seen)

    @property
    def last(self) -> float:
        return self.seen[-1]


@contextmanager
def _weighed(target: Target) -> Iterator[_Weight]:
    """Weigh a server before, twice a second during, and after the block."""
    weight, is_over = _Weight(), threading.Event()
    weight.weigh(target)

    def go_on() -> None:
        while not is_over.wait(0.5):
            weight.weigh(target)

    scales = threading.Thread(target=go_on)
    scales.start()
    try:
        yield weight
    finally:
        is_over.set()
        scales.join()
        weight.weigh(target)


def _wait_until_calm(target: Target, key: str) -> float:
    """Probe until all probes were quick for a while; return the seconds until the first of them."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(target.url).port)
    begun = calm_since = time.monotonic()
    while (now := time.monotonic()) - calm_since < _CALM_SECONDS:
        connection.request("GET", f"/ping/{key}")
        answer = connection.getresponse()
        answer.read()
        # One job may not come so often for long; that it is told so is as quick.
        if answer.status == _REFUSED or time.monotonic() - now > _QUICK_SECONDS:
            calm_since = time.monotonic()
        if now - begun > _LONGEST_RECOVERY_SECONDS:
            break
        time.sleep(_PROBE_SECONDS)
    connection.close()
    return calm_since - begun


def _goals(results: Sequence[Result], pages: Sequence[Pages]) -> list[Goal]:
    goals = []
    for each in results:
        name = f"overload, {each.target}"
        goals += [
            Goal(f"p99 ms of accepted pings, {name}", each.p99_ms, at_most=_P99_MS),
            Goal(f"MiB at most, {name}", each.most_mib, at_most=_MOST_MIB),
            Goal(f"seconds to recover, {name}", each.recovery_seconds, at_most=_RECOVERY_SECONDS),
        ]
    goals += [
        Goal(f"pings refused for pages, {each.target}", each.pings_refused, at_most=0)
        for each in pages
    ]
    return goals


def _row(each: Result) -> tuple[str, ...]:
    return (
        each.target,
        *(f"{value:.0f}" for value in (each.could, each.came, each.accepted)),
        f"{each.refused_share:.0%}",
        *(f"{value:.0f}" for value in (each.p50_ms, each.p99_ms, each.refused_p99_ms)),
        str(each.failed),
        *(f"{value:.0f}" for value in (each.before_mib, each.most_mib, each.after_mib)),
        f"{each.recovery_seconds:.1f}",
    )


def _row_of_pages(each: Pages) -> tuple[str, ...]:
    return (
        each.target,
        f"{each.pages:.0f}",
        str(each.pages_refused),
        str(each.pings_refused),
        f"{each.pings_p99_ms:.0f}",
    )


if __name__ == "__main__":
    main()
