"""The clock: what a look costs that finds nothing, and how soon many jobs are judged at once.

    .venv/bin/python -m benchmarks.clock

Looks that find nothing are compared between a database with few armed jobs and one with very many;
they take turns. Judging is compared with what the database alone needs for it: the very same rows
with the same values, written in one transaction by the bare driver, just as durably.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop

from benchmarks.clock_bare import BareWriter, Judged, bare_writer
from benchmarks.filler import analyze, copy_job
from benchmarks.ping_targets import databases
from benchmarks.report import Goal, print_table, tell_numbers
from benchmarks.wide_awake import WideAwake
from cronbeats.domain.audit import OPERATOR
from cronbeats.domain.integration import IntegrationKind
from cronbeats.domain.job import Rules, new_state
from cronbeats.domain.keys import new_job_key
from cronbeats.domain.schedule import Every
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.senders.registry import HttpClient, build_senders
from cronbeats.services.manage_integrations import save_integration
from cronbeats.services.receive_signals import Arrival, receive_signals
from cronbeats.services.set_up import set_up
from cronbeats.storage import jobs
from cronbeats.storage.cipher import Cipher
from cronbeats.storage.database import Database
from cronbeats.storage.jobs import NewJob
from cronbeats.storage.ledger import open_account
from cronbeats.storage.migrate import migrate
from cronbeats.workers.watch_deadlines import DeadlineWatcher

_RULES = Rules(Every(86_400), grace_seconds=60, down_after_seconds=0)
_LOOKS_AT_ONCE = 25
_ROUNDS_OF_LOOKS = 20


@dataclass(frozen=True, slots=True)
class Idle:
    """Looks that found nothing: milliseconds of the processor and on the wall for one."""

    database: str
    jobs: int
    cpu_ms: float
    wall_ms: float


@dataclass(frozen=True, slots=True)
class Judging:
    """Jobs judged at once, in seconds, and how long the database alone takes.

    `bare_rows` writes all rows that judging wrote, `bare_states` only the jobs' states. `cpu_us` is
    the processor's time of this process for one job.
    """

    database: str
    jobs: int
    armed: int
    seconds: float
    longest_look_ms: float
    cpu_us: float
    bare_rows: float
    bare_states: float


class _Clock:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class _Bench:
    """A database with armed jobs, all due a day after the clock's beginning, and its watcher."""

    db: Database
    clock: _Clock
    watcher: DeadlineWatcher
    first_id: int
    count: int


def main() -> None:
    """Run the benchmark, print tables, and write the numbers as JSON."""
    options = _options()
    idle: list[Idle] = []
    judgings: list[Judging] = []
    for kind in options.databases:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            few, many = (url for _, url in databases([kind], ["few ", "many "], folder, stack))
            looks, judging = uvloop.run(_measure(kind, few, many, options))
            idle += looks
            judgings.append(judging)
    _print(idle, judgings)
    tell_numbers(options.json, [*map(asdict, idle), *map(asdict, judgings)], _goals(idle, judgings))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--few", type=int, default=1_000, help="armed jobs of the small database")
    parser.add_argument("--many", type=int, default=1_000_000, help="armed jobs of the large one")
    parser.add_argument("--due", type=int, default=10_000, help="jobs due at the same second")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--json", type=Path, default=Path("benchmark-clock.json"))
    return parser.parse_args()


async def _measure(
    kind: str, few_url: str, many_url: str, options: argparse.Namespace
) -> tuple[list[Idle], Judging]:
    few = await _prepare(few_url, options.few)
    many = await _prepare(many_url, options.many)
    looks = await _look_idly(kind, (few, many))
    # The first job is not among them: it alone has a history.
    writer = await bare_writer(many_url, many.first_id + 1, many.first_id + options.due)
    judging = await _judge(kind, many, writer, options.due, options.rounds)
    await writer.close()
    for bench in (few, many):
        await bench.db.close()
    return looks, judging


async def _prepare(url: str, count: int) -> _Bench:
    """Make a workspace with a webhook and so many jobs that have all succeeded just now."""
    clock = _Clock()
    db = Database(url, cipher=Cipher(["a key for this benchmark alone, of no use elsewhere"]))
    await migrate(db)
    workspace_id = (await set_up(db, "Home", "ada@example.com", clock())).workspace_id
    http = HttpClient(allowed_networks=["127.0.0.0/8"], allow_http=True)
    webhook = build_senders(http, clock)[IntegrationKind.WEBHOOK]
    await save_integration(
        *(db, webhook, workspace_id, {"url": "http://127.0.0.1:1/"}),
        is_enabled=True,
        by=OPERATOR,
        now=clock(),
    )
    await http.close()
    keys = [new_job_key() for _ in range(count)]
    async with db.write() as tx:
        new = NewJob(workspace_id, keys[0], "Backup of the database", _RULES, tags=("benchmark",))
        first = await jobs.add(tx, new, new_state(clock()))
        await open_account(tx, first)
    await receive_signals(db, [Arrival(keys[0], Signal(SignalKind.PING, clock()))])
    await copy_job(db, first.id, keys[1:])
    await analyze(db)
    watcher = DeadlineWatcher(db, clock, WideAwake(db, clock), lambda: None, lambda: None)
    return _Bench(db, clock, watcher, first.id, count)


async def _look_idly(kind: str, benches: Sequence[_Bench]) -> list[Idle]:
    cpu: list[list[float]] = [[] for _ in benches]
    wall: list[list[float]] = [[] for _ in benches]
    for round_ in range(_ROUNDS_OF_LOOKS + 1):
        for place, bench in enumerate(benches):
            begun, used = time.perf_counter(), time.process_time()
            for _ in range(_LOOKS_AT_ONCE):
                await bench.watcher.step()
            # The first round only warms up.
            if round_:
                cpu[place].append((time.process_time() - used) / _LOOKS_AT_ONCE * 1000)
                wall[place].append((time.perf_counter() - begun) / _LOOKS_AT_ONCE * 1000)
    return [
        Idle(
            kind,
            bench.count,
            round(statistics.median(cpu[place]), 4),
            round(statistics.median(wall[place]), 4),
        )
        for place, bench in enumerate(benches)
    ]


async def _judge(kind: str, bench: _Bench, writer: BareWriter, due: int, rounds: int) -> Judging:
    """Judge jobs whose time comes at the same second, then let the bare driver write the same."""
    await writer.let_be_due(bench.clock())
    before = await writer.read()
    bench.clock.now += timedelta(minutes=30)
    ours, longest, cpu, rows, states = [], [], [], [], []
    for _ in range(rounds):
        used, begun = time.process_time(), time.perf_counter()
        longest.append(await _judge_all(bench))
        ours.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - used)
        after = await writer.read()
        _check(before, after, due)
        await writer.undo(before)
        rows.append(await writer.write_rows(after))
        await writer.undo(before)
        states.append(await writer.write_states(after))
        await writer.undo(before)
    return Judging(
        *(kind, due, bench.count),
        seconds=round(statistics.median(ours), 4),
        longest_look_ms=round(statistics.median(longest) * 1000, 1),
        cpu_us=round(statistics.median(cpu) / due * 1_000_000, 1),
        bare_rows=round(statistics.median(rows), 4),
        bare_states=round(statistics.median(states), 4),
    )


async def _judge_all(bench: _Bench) -> float:
    """Let the watcher look until it may rest; return the longest look, in seconds."""
    longest, wait = 0.0, 0.0
    while wait == 0:
        begun = time.perf_counter()
        wait = await bench.watcher.step()
        longest = max(longest, time.perf_counter() - begun)
    return longest


def _check(before: Judged, after: Judged, due: int) -> None:
    new = {name: len(rows) - len(before.rows[name]) for name, rows in after.rows.items()}
    if {new[name] for name in ("alerts", "incidents", "transitions", "runs")} != {due}:
        raise AssertionError(f"{due} jobs were due, but there came to be {new}")


def _goals(idle: Sequence[Idle], judgings: Sequence[Judging]) -> list[Goal]:
    goals = []
    for few, many in zip(idle[::2], idle[1::2], strict=True):
        words = f"{few.database}: an idle look, {many.jobs} jobs against {few.jobs}"
        goals.append(Goal(words, round(many.wall_ms / few.wall_ms, 2), at_most=1.5))
    for each in judgings:
        words = f"{each.database}: {each.jobs} jobs judged, in bare writes of the same rows"
        goals.append(Goal(words, round(each.seconds / each.bare_rows, 2), at_most=3))
    return goals


def _print(idle: Sequence[Idle], judgings: Sequence[Judging]) -> None:
    print_table(
        ("database", "armed jobs", "idle look: cpu", "wall"),
        [
            (each.database, str(each.jobs), f"{each.cpu_ms:.3f} ms", f"{each.wall_ms:.3f} ms")
            for each in idle
        ],
    )
    sys.stdout.write("\n")
    print_table(
        (
            *("database", "armed", "due", "judged in", "longest look", "cpu a job"),
            *("bare rows", "times", "bare states", "times"),
        ),
        [
            (
                *(each.database, str(each.armed), str(each.jobs), f"{each.seconds:.3f} s"),
                *(f"{each.longest_look_ms:.0f} ms", f"{each.cpu_us:.0f} us"),
                *(f"{each.bare_rows:.3f} s", f"{each.seconds / each.bare_rows:.1f}"),
                *(f"{each.bare_states:.3f} s", f"{each.seconds / each.bare_states:.1f}"),
            )
            for each in judgings
        ],
    )


if __name__ == "__main__":
    main()
