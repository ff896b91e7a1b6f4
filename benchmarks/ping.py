"""The ping door under load: durable 200s a second, beside the bare limit of its HTTP server.

    .venv/bin/python -m benchmarks.ping

Every target is asked in turn within each round, so that whatever else the machine does hits all of
them alike; a share is the median of the rounds' shares of the bare limit. After each run, what was
acknowledged is looked for in the database: if anything is missing, the benchmark fails.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.filler import add_signals, analyze
from benchmarks.ping_load import Run, ask
from benchmarks.ping_targets import (
    PROGRAM,
    Target,
    bare,
    bare_commit,
    cronbeats,
    databases,
    make_jobs,
    other,
)
from benchmarks.report import Goal, print_table, tell_numbers
from cronbeats.storage.database import Database

_GOAL_CONNECTIONS = 128
_HEADINGS = (
    *("target", "method", "connections", "load", "pings/s", "share", "p50 ms", "p99 ms"),
    *("bare p99 ms", "refused", "failed"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """The medians of one target's runs: pings a second, and milliseconds until the answer.

    `load` is full, or a tenth of what the quickest of us could take. `share` is of the bare limit's
    rate in the same rounds; refused and failed are sums.
    """

    target: str
    method: str
    connections: int
    load: str
    rate: float
    share: float
    p50_ms: float
    p99_ms: float
    bare_p99_ms: float
    refused: int
    failed: int


_FULL = "full"
# What commits a row for each request, and does nothing else.
_FLOOR = "floor "
_SEED = 8
# Of the full load, so that nothing has to wait for anything else.
_LIGHT = 0.1
_MANY = "also measure databases that hold so much already"
# So many jobs of them are pinged, from all over the database.
_MOST_PINGED = 50_000


class _PingsLostError(Exception):
    """What was acknowledged is not in the database."""


def main() -> None:
    """Run the benchmark, print a table, and write the numbers as JSON."""
    options = _options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        targets = _start_targets(options, folder, stack)
        results = _measure(targets, options)
    _print_table(results)
    tell_numbers(options.json, [asdict(each) for each in results], _goals(results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=1, help="how long each run takes")
    parser.add_argument("--connections", type=int, nargs="+", default=[32, 128, 512])
    parser.add_argument("--methods", nargs="+", default=["GET", "POST"])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--many", type=int, nargs=2, metavar=("JOBS", "SIGNALS"), help=_MANY)
    parser.add_argument("--against", help="another version's `cronbeats`, to compare with")
    parser.add_argument("--other-url", default=os.environ.get("OTHER_URL"), help="a ping's URL")
    parser.add_argument("--json", type=Path, default=Path("benchmark-ping.json"))
    return parser.parse_args()


def _start_targets(options: argparse.Namespace, folder: Path, stack: ExitStack) -> list[Target]:
    targets = [stack.enter_context(bare())]
    programs = {_FLOOR: "", "": PROGRAM}
    if options.against:
        programs["against "] = options.against
    if options.many:
        programs["many "] = PROGRAM
    for name, url in databases(options.databases, list(programs), folder, stack):
        prefix = name.removesuffix(name.rpartition(" ")[2])
        if prefix == _FLOOR:
            targets.append(stack.enter_context(bare_commit(name, url)))
            continue
        if prefix == "many ":
            keys = asyncio.run(_fill(url, *options.many))
        else:
            keys = asyncio.run(make_jobs(url, options.jobs))
        # Nobody's pings come in the order in which the jobs were made.
        random.Random(_SEED).shuffle(keys)  # noqa: S311 - an order, no secret
        targets.append(stack.enter_context(cronbeats(name, programs[prefix], url, keys, folder)))
    if options.other_url:
        targets.append(other(options.other_url))
    return targets


async def _fill(url: str, jobs: int, count: int) -> list[str]:
    """Make very many jobs with signals; return the keys of those to ping."""
    keys = await make_jobs(url, jobs)
    db = Database(url)
    await add_signals(db, (1, jobs), count, datetime.now(UTC), in_a_row=max(1, count // jobs))
    await analyze(db)
    await db.close()
    return keys[:: max(1, jobs // _MOST_PINGED)]


def _measure(targets: Sequence[Target], options: argparse.Namespace) -> list[Result]:
    results = []
    for method in options.methods:
        for connections in options.connections:
            full = _rounds(targets, method, connections, options)
            results += _results(full, method, connections, _FULL)
            best = max(run.rate for each in full for name, run in each.items() if _is_ours(name))
            pause_ms = round(connections * 1000 / (best * _LIGHT))
            light = _rounds(targets, method, connections, options, pause_ms)
            results += _results(light, method, connections, "a tenth")
    return results


def _rounds(
    targets: Sequence[Target],
    method: str,
    connections: int,
    options: argparse.Namespace,
    pause_ms: int = 0,
) -> list[dict[str, Run]]:
    return [
        {each.name: _run(each, method, connections, options.seconds, pause_ms) for each in targets}
        for _ in range(options.rounds)
    ]


def _run(target: Target, method: str, connections: int, seconds: int, pause_ms: int) -> Run:
    """Ask one target for a while, and check that it kept what it acknowledged."""
    before = target.count_kept()
    run = ask(
        target.url,
        method,
        connections,
        seconds,
        pause_ms=pause_ms,
        keys_file=target.keys_file,
        first=target.asked,
    )
    target.asked += run.acknowledged
    if before is not None:
        kept = (target.count_kept() or 0) - before
        # What was under way at the end was kept, or not: nobody heard of it.
        if not run.acknowledged <= kept <= run.acknowledged + run.failed + connections:
            words = f"{target.name}: {run.acknowledged} acknowledged, {kept} kept"
            raise _PingsLostError(words)
    return run


def _results(
    rounds: Sequence[dict[str, Run]], method: str, connections: int, load: str
) -> list[Result]:
    runs: dict[str, list[Run]] = defaultdict(list)
    for each in rounds:
        for name, run in each.items():
            runs[name].append(run)
    bare_runs = runs["bare"]
    return [
        Result(
            target=name,
            method=method,
            connections=connections,
            load=load,
            rate=round(statistics.median(run.rate for run in its), 1),
            share=round(
                statistics.median(
                    run.rate / max(least.rate, 1) for run, least in zip(its, bare_runs, strict=True)
                ),
                3,
            ),
            p50_ms=statistics.median(run.p50_ms for run in its),
            p99_ms=statistics.median(run.p99_ms for run in its),
            bare_p99_ms=statistics.median(run.p99_ms for run in bare_runs),
            refused=sum(run.refused for run in its),
            failed=sum(run.failed for run in its),
        )
        for name, its in runs.items()
    ]


def _goals(results: Sequence[Result]) -> list[Goal]:
    """Return what the product is to reach over 128 connections."""
    p99 = {(each.target, each.method, each.connections, each.load): each.p99_ms for each in results}
    at_goal = [each for each in results if each.connections == _GOAL_CONNECTIONS]
    full = {(each.target, each.method): each.rate for each in at_goal if each.load == _FULL}
    goals = []
    for each in at_goal:
        if not _is_ours(each.target):
            continue
        name, is_full = f"{each.target} {each.method}", each.load == _FULL
        times = round(each.p99_ms / max(each.bare_p99_ms, 0.001), 2)
        words = f"{name}: p99 in times of the bare one, {each.load} load"
        goals.append(Goal(words, times, at_most=5 if is_full else 3))
        floor = f"{_FLOOR}{each.target.rpartition(' ')[2]}"
        times = round(each.p99_ms / p99[floor, each.method, each.connections, each.load], 2)
        words = f"{name}: p99 in times of a bare commit's, {each.load} load"
        goals.append(Goal(words, times, at_most=5 if is_full else 3))
        if is_full:
            goals.append(Goal(f"{name}: share of the bare rate", each.share, at_least=0.3))
        kind = each.target.removeprefix("many ")
        if is_full and kind != each.target:
            share = round(each.rate / full[kind, each.method], 2)
            goals.append(Goal(f"{name}: share of the rate with few rows", share, at_least=0.8))
    return goals


def _is_ours(target: str) -> bool:
    return target not in {"bare", "other"} and not target.startswith(_FLOOR)


def _print_table(results: Sequence[Result]) -> None:
    rows = [
        (
            each.target,
            each.method,
            str(each.connections),
            each.load,
            f"{each.rate:.0f}",
            f"{each.share:.3f}",
            f"{each.p50_ms:.1f}",
            f"{each.p99_ms:.1f}",
            f"{each.bare_p99_ms:.1f}",
            str(each.refused),
            str(each.failed),
        )
        for each in results
    ]
    print_table(_HEADINGS, rows)


if __name__ == "__main__":
    main()
