"""Keeping: how long pruning holds the database, what pings feel of it, and what history takes.

    .venv/bin/python -m benchmarks.keeping

First a pruner goes through millions of rows, and each of its steps is timed, its commit included.
After each, a bare update of one row is timed in the same way: what that takes at most is the
machine's own. Room that was freed is filled again, to see whether the database grows. Then two
servers are pinged in turns: one whose pruner has millions of rows to go through, and one whose
pruner has nothing to do.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop
from sqlalchemy import ColumnElement, Dialect, text, update

from benchmarks.filler import Values, add_signals, analyze, fill
from benchmarks.ping_load import Run, ask
from benchmarks.ping_targets import PROGRAM, Target, cronbeats, databases, make_jobs
from benchmarks.report import Goal, print_table, tell_numbers
from cronbeats.storage import schema
from cronbeats.storage.database import Database
from cronbeats.storage.drivers import Result, Script, Statement
from cronbeats.storage.pruning import Gone
from cronbeats.workers.pruner import PRUNE_EVERY_SECONDS, Pruner

_MONTHS = timedelta(days=90)
_CONNECTIONS = 32
_MILLION = 1_000_000
_MOST_KEPT = 1_000_000
# Of one job the first run is there already.
_FIRST_RUN = 2


@dataclass(frozen=True, slots=True)
class Pruned:
    """A pruner's way through all rows: sizes in bytes, times in milliseconds.

    A ping is one signal and one run. A step's time is that for which nobody else could write; the
    bare ones are those of as many updates of one row. `longest_cpu_ms` is the most that a step took
    of a processor: of SQLite all of its work, of PostgreSQL only the client's. `size_full` is that
    of the database before, `size_refilled` after as much was added again as had gone.
    """

    database: str
    rows: int
    steps: int
    median_ms: float
    p99_ms: float
    longest_ms: float
    longest_cpu_ms: float
    bare_p99_ms: float
    bare_longest_ms: float
    rows_a_second_of_work: float
    bytes_a_signal: float
    bytes_a_ping: float
    size_full: int
    size_pruned: int
    size_refilled: int
    log_size: int


@dataclass(frozen=True, slots=True)
class Pinged:
    """Pings a second while a pruner is at work and while none is; the share is of the rounds."""

    database: str
    rate_pruning: float
    rate_idle: float
    share: float
    p99_ms_pruning: float
    p99_ms_idle: float
    rows_pruned: int


class _TimedDatabase(Database):
    """Notes how long each step of pruning kept others from writing, in seconds.

    After each it changes one row, no less and no more durably, and notes how long that took.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.took: list[float] = []
        self.worked: list[float] = []
        self.bare_took: list[float] = []

    async def run_lightly(
        self, begin: Callable[[Dialect], Script[Result]], *, is_large: bool = False
    ) -> Result:
        worked = 0.0

        def timed(dialect: Dialect) -> Script[Result]:
            nonlocal worked
            begun = time.thread_time()
            result = yield from begin(dialect)
            worked = time.thread_time() - begun
            return result

        result = await super().run_lightly(timed, is_large=is_large)
        if isinstance(result, Gone):
            self.took.append(result.took.total_seconds())
            self.worked.append(worked)
            self.bare_took.append(await super().run_lightly(_change_one_row))
        return result


def _change_one_row(_dialect: Dialect) -> Script[float]:
    begun = time.perf_counter()
    yield (Statement("UPDATE job_states SET run_count = run_count WHERE job_id = 1"),)
    return time.perf_counter() - begun


def main() -> None:
    """Run the benchmark, print tables, and write the numbers as JSON."""
    options = _options()
    pruned, pinged = [], []
    for kind in options.databases:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            prefixes = ("", "busy ", "idle ")
            alone, busy, idle = (url for _, url in databases([kind], prefixes, folder, stack))
            pruned.append(uvloop.run(_prune(kind, alone, options)))
            pinged.append(_ping(kind, (busy, idle), folder, options))
    _print(pruned, pinged)
    tell_numbers(options.json, [*map(asdict, pruned), *map(asdict, pinged)], _goals(pruned, pinged))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--pings", type=int, default=500, help="pings of each job that there are")
    parser.add_argument("--keep", type=int, default=100, help="how many of them are kept")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="how long each run of pings takes")
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--json", type=Path, default=Path("benchmark-keeping.json"))
    return parser.parse_args()


async def _prune(kind: str, url: str, options: argparse.Namespace) -> Pruned:
    await make_jobs(url, options.jobs)
    db = _TimedDatabase(url)
    empty = await _size(db)
    count = options.jobs * options.pings
    await _add_signals(db, options.jobs, count)
    with_signals = await _size(db)
    await _add_runs(db, options.jobs, options.pings, first=_FIRST_RUN)
    full = await _size(db)
    await analyze(db)
    await _prune_all(db, options.keep)
    went, took = 2 * options.jobs * (options.pings - options.keep), sorted(db.took)
    bare = sorted(db.bare_took)
    log_size, after = _log_size(db), await _size(db)
    gone = options.pings - options.keep
    await _tidy(db)
    await _add_signals(db, options.jobs, options.jobs * gone)
    await _add_runs(db, options.jobs, gone, first=_FIRST_RUN + options.pings)
    refilled = await _size(db)
    await db.close()
    return Pruned(
        *(kind, went, len(took)),
        median_ms=round(statistics.median(took) * 1000, 2),
        p99_ms=_p99_ms(took),
        longest_ms=round(took[-1] * 1000, 2),
        longest_cpu_ms=round(max(db.worked) * 1000, 2),
        bare_p99_ms=_p99_ms(bare),
        bare_longest_ms=round(bare[-1] * 1000, 2),
        rows_a_second_of_work=round(went / sum(took)),
        bytes_a_signal=round((with_signals - empty) / count, 1),
        bytes_a_ping=round((full - empty) / count, 1),
        size_full=full,
        size_pruned=after,
        size_refilled=refilled,
        log_size=log_size,
    )


def _p99_ms(took: Sequence[float]) -> float:
    return round(took[int(len(took) * 0.99)] * 1000, 2)


async def _prune_all(db: Database, keep: int) -> None:
    """Let a pruner go one round, with the rests it asks for: in them the log is moved."""
    pruner = Pruner(db, lambda: datetime.now(UTC), keep, _MONTHS, _MONTHS)
    rest = 0.0
    while rest < PRUNE_EVERY_SECONDS:
        await asyncio.sleep(rest)
        rest = await pruner.step()


async def _add_signals(db: Database, jobs: int, count: int) -> None:
    await add_signals(db, (1, jobs), count, datetime.now(UTC))


async def _add_runs(db: Database, jobs: int, each: int, *, first: int) -> None:
    """Give each job so many runs, in turns, and let it go on counting from there."""
    now = datetime.now(UTC)

    def run(number: ColumnElement[int]) -> Values:
        return {
            "job_id": 1 + number % jobs,
            "number": first + number // jobs,
            "outcome": "success",
            "slot_at": now,
            "started_at": now,
            "ended_at": now,
        }

    await fill(db, schema.runs, jobs * each, run)
    async with db.write_unhurried() as tx:
        await tx.execute(update(schema.job_states).values(run_count=first + each - 1))


async def _size(db: Database) -> int:
    """Return how many bytes the database takes on the disk, without its log."""
    if db.file is not None:
        with closing(sqlite3.connect(db.file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return db.file.stat().st_size
    async with db.read() as tx:
        query = text("SELECT pg_database_size(current_database())")
        size: int = (await tx.execute(query)).scalar_one()
    return size


def _log_size(db: Database) -> int:
    return 0 if db.file is None else Path(f"{db.file}-wal").stat().st_size


async def _tidy(db: Database) -> None:
    """Do what PostgreSQL does by itself by and by."""
    if db.file is None:
        async with db.write_lightly() as connection:
            await connection.execute(text("VACUUM ANALYZE"))


def _ping(kind: str, urls: tuple[str, str], folder: Path, options: argparse.Namespace) -> Pinged:
    with ExitStack() as stack:
        servers = []
        for name, url, keep in zip(("busy", "idle"), urls, (options.keep, _MOST_KEPT), strict=True):
            keys = asyncio.run(_prepare(url, options))
            settings = {"CRONBEATS_HISTORY_PER_JOB": str(keep)}
            started = cronbeats(f"{name} {kind}", PROGRAM, url, keys, folder, **settings)
            servers.append(stack.enter_context(started))
        before = servers[0].count_kept() or 0
        rounds = [
            (_run(servers[0], options.seconds), _run(servers[1], options.seconds))
            for _ in range(options.rounds)
        ]
        asked = sum(round_[0].acknowledged for round_ in rounds)
        went = before + asked - (servers[0].count_kept() or 0)
    busy, idle = zip(*rounds, strict=True)
    return Pinged(
        kind,
        rate_pruning=round(statistics.median(run.rate for run in busy)),
        rate_idle=round(statistics.median(run.rate for run in idle)),
        share=round(statistics.median(a.rate / b.rate for a, b in rounds), 3),
        p99_ms_pruning=statistics.median(run.p99_ms for run in busy),
        p99_ms_idle=statistics.median(run.p99_ms for run in idle),
        rows_pruned=went,
    )


async def _prepare(url: str, options: argparse.Namespace) -> list[str]:
    """Make jobs with all their history; return their keys."""
    keys = await make_jobs(url, options.jobs)
    db = Database(url)
    await _add_signals(db, options.jobs, options.jobs * options.pings)
    await _add_runs(db, options.jobs, options.pings, first=_FIRST_RUN)
    await analyze(db)
    await db.close()
    return keys


def _run(server: Target, seconds: int) -> Run:
    keys = server.keys_file
    run = ask(server.url, "GET", _CONNECTIONS, seconds, keys_file=keys, first=server.asked)
    server.asked += run.acknowledged
    return run


def _goals(pruned: Sequence[Pruned], pinged: Sequence[Pinged]) -> list[Goal]:
    goals = []
    for each in pruned:
        name = each.database
        goals += [
            Goal(f"{name}: the longest step of pruning, in ms", each.longest_ms, at_most=50),
            Goal(
                f"{name}: size when filled again, as a share of the size before",
                round(each.size_refilled / each.size_full, 3),
                at_most=1.1,
            ),
        ]
    goals += [
        Goal(f"{each.database}: pings while pruning, as a share", each.share, at_least=0.9)
        for each in pinged
    ]
    return goals


def _print(pruned: Sequence[Pruned], pinged: Sequence[Pinged]) -> None:
    print_table(
        (
            *("database", "rows pruned", "steps", "median ms", "p99 ms", "longest ms"),
            *("longest cpu ms", "bare p99 ms", "bare longest ms"),
            *("rows/s of work", "MB/M signals", "MB/M pings", "full MB", "pruned MB"),
            *("refilled MB", "log MB"),
        ),
        [
            (
                *(each.database, str(each.rows), str(each.steps), f"{each.median_ms:.1f}"),
                *(f"{each.p99_ms:.1f}", f"{each.longest_ms:.1f}"),
                f"{each.longest_cpu_ms:.1f}",
                *(f"{each.bare_p99_ms:.1f}", f"{each.bare_longest_ms:.1f}"),
                f"{each.rows_a_second_of_work:.0f}",
                *(f"{each.bytes_a_signal:.0f}", f"{each.bytes_a_ping:.0f}"),
                *(_megabytes(each.size_full), _megabytes(each.size_pruned)),
                *(_megabytes(each.size_refilled), _megabytes(each.log_size)),
            )
            for each in pruned
        ],
    )
    sys.stdout.write("\n")
    print_table(
        (
            "database",
            "pings/s pruning",
            "idle",
            "share",
            "p99 ms pruning",
            "idle",
            "signals pruned",
        ),
        [
            (
                *(each.database, f"{each.rate_pruning:.0f}", f"{each.rate_idle:.0f}"),
                *(f"{each.share:.3f}", f"{each.p99_ms_pruning:.1f}", f"{each.p99_ms_idle:.1f}"),
                str(each.rows_pruned),
            )
            for each in pinged
        ],
    )


def _megabytes(size: int) -> str:
    return f"{size / _MILLION:.0f}"


if __name__ == "__main__":
    main()
