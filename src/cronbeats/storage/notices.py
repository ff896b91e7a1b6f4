"""Notices: what server processes that share a database tell one another, at once or not at all."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.hint import Gathered, HintKind, Hints
from cronbeats.storage.database import Database

_CHANNEL = "cronbeats_hints"
# PostgreSQL takes payloads below 8000 bytes (https://www.postgresql.org/docs/current/sql-notify.html).
_MOST_BYTES = 7500
# Beside the ids of jobs, in a notice.
_DELIVERIES = "deliveries"
# Instead of jobs: roles are new, so any of them may have changed.
_ROLES = "roles"
# Instead of jobs, too: sessions have ended, and no page shows that.
_SESSIONS = "sessions"
_NOTIFY = text("SELECT pg_notify(:channel, :payload)")


class Ear:
    """One connection of its own that hears the notices of all processes, its own ones included.

    `hear` is given the text of each, on the event loop, and must not raise; `lose` is called when
    the connection has ended. An async context manager: entering raises UnavailableError.
    """

    def __init__(
        self, db: Database, hear: Callable[[str], None], lose: Callable[[], None] = lambda: None
    ) -> None:
        self._engine = db.listening_engine()
        self._hear = hear
        self._lose = lose
        self._connection: AsyncConnection | None = None
        self._is_lost = False

    @property
    def is_lost(self) -> bool:
        """Whether nothing is heard any more, as the connection has ended."""
        return self._is_lost

    async def __aenter__(self) -> Ear:
        """Connect, and listen."""
        try:
            self._connection = await self._engine.connect()
            driver = (await self._connection.get_raw_connection()).driver_connection
            assert driver is not None  # noqa: S101 - tells the type checker that it is open
            await driver.add_listener(_CHANNEL, self._on_notice)
            driver.add_termination_listener(self._on_end)
        except Exception as error:
            await self._close()
            raise UnavailableError(f"cannot listen to other processes: {error}") from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect."""
        await self._close()

    async def _close(self) -> None:
        if self._connection is not None:
            # Not back into a pool: it listens.
            await self._connection.invalidate()
            await self._connection.close()
        await self._engine.dispose()

    def _on_notice(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        self._hear(payload)

    def _on_end(self, _connection: Any) -> None:
        self._is_lost = True
        self._lose()


async def give_notice(db: Database, payload: str) -> None:
    """Tell all processes something, in a transaction of its own. Raises UnavailableError."""
    async with db.write_lightly() as tx:
        await tx.execute(_NOTIFY, {"channel": _CHANNEL, "payload": payload})


def pack(sender: str, gathered: Gathered) -> str:
    """Return hints as a notice: jobs are left out where they are too many to be named."""
    everything: dict[str, Any] = {str(each): _packed(hints) for each, hints in gathered.items()}
    workspaces = dict.fromkeys(everything)
    for content in (everything, workspaces):
        packed = orjson.dumps([sender, content])
        if len(packed) <= _MOST_BYTES:
            return packed.decode()
    return orjson.dumps([sender, None]).decode()


def unpack(payload: str) -> tuple[str, Gathered | None]:
    """Return who gave a notice and its hints, None for any job of any workspace.

    Raises ValueError for a notice that is not one of ours.
    """
    try:
        sender, content = orjson.loads(payload)
        if content is None:
            return str(sender), None
        return str(sender), {int(each): _unpacked(jobs) for each, jobs in content.items()}
    except (AttributeError, TypeError) as error:
        raise ValueError("not a notice of ours") from error


def _packed(hints: Hints) -> dict[str, Any] | str | None:
    if hints.are_readers_new:
        return _ROLES if hints else _SESSIONS
    if hints.is_any:
        return None
    packed: dict[str, Any] = {str(job_id): kind for job_id, kind in hints.jobs.items()}
    return {**packed, _DELIVERIES: sorted(hints.deliveries)} if hints.deliveries else packed


def _unpacked(packed: dict[str, Any] | str | None) -> Hints:
    if packed is None or isinstance(packed, str):
        return Hints(is_any=packed != _SESSIONS, are_readers_new=packed in {_ROLES, _SESSIONS})
    deliveries = {int(job_id) for job_id in packed.pop(_DELIVERIES, ())}
    jobs = {int(job_id): HintKind(kind) for job_id, kind in packed.items()}
    return Hints(jobs, deliveries=deliveries)
