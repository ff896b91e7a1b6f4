"""The floor: the bare limit, but each request has one row committed, durably, before its answer.

    .venv/bin/python -m benchmarks.bare_commit PORT URL

Rows that arrive while a commit is under way share the next one, as pings do. There is no job, no
law and nothing else that a ping does: quicker than this nobody answers who waits for the disk.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import uvloop

from benchmarks.bare import END, START, live, read, serve
from cronbeats.edge.asgi import Receive, Scope, Send

Rows = list[tuple[str]]
_CREATE = "CREATE TABLE IF NOT EXISTS kept (path TEXT NOT NULL)"


class _Group:
    """Commits rows in groups: one at a time, of all that came meanwhile."""

    def __init__(self, commit: Callable[[Rows], Awaitable[None]]) -> None:
        self._commit = commit
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []
        self._committing: asyncio.Task[None] | None = None

    async def keep(self, path: str) -> None:
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[None] = loop.create_future()
        self._waiting.append((path, kept))
        if self._committing is None:
            self._committing = loop.create_task(self._commit_all())
        await kept

    async def _commit_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            await self._commit([(path,) for path, _ in group])
            for _, kept in group:
                if not kept.done():
                    kept.set_result(None)
        self._committing = None


async def _committer(url: str) -> Callable[[Rows], Awaitable[None]]:
    if not url.startswith("sqlite:///"):
        server = await asyncpg.connect(url)
        await server.execute(_CREATE)

        async def commit_on_server(rows: Rows) -> None:
            sql = "INSERT INTO kept SELECT unnest($1::text[])"
            await server.execute(sql, [path for (path,) in rows])

        return commit_on_server
    thread = ThreadPoolExecutor(1)
    loop = asyncio.get_running_loop()
    file = await loop.run_in_executor(thread, _open, url.removeprefix("sqlite:///"))

    def commit_in_file(rows: Rows) -> None:
        file.execute("BEGIN IMMEDIATE")
        file.executemany("INSERT INTO kept VALUES (?)", rows)
        file.execute("COMMIT")

    return lambda rows: loop.run_in_executor(thread, commit_in_file, rows)


def _open(path: str) -> sqlite3.Connection:
    file = sqlite3.connect(path, isolation_level=None)
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = FULL")
    file.execute(_CREATE)
    return file


async def _main(port: int, url: str) -> None:
    group = _Group(await _committer(url))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live(receive, send)
            return
        await read(scope, receive)
        await group.keep(scope["path"])
        await send(START)
        await send(END)

    await serve(app, port)


if __name__ == "__main__":
    uvloop.run(_main(int(sys.argv[1]), sys.argv[2]))
