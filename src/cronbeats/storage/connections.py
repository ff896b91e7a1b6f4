"""Connections to PostgreSQL: to the one of several servers that takes writes, poolers or not."""

from __future__ import annotations

import socket
from collections.abc import MutableMapping
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# A server that is there answers sooner; one that is not may never say so.
_CONNECT_SECONDS = 5
# Where there are others to ask, nobody waits that long for one that is gone.
_CONNECT_TO_ONE_OF_SEVERAL_SECONDS = 2
_COMMAND_SECONDS = 10
# A machine that lost its power closes no connection; so long we wait for any sign of it.
_SILENT_SECONDS = 10
_TCP_OPTIONS = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _SILENT_SECONDS // 2),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _SILENT_SECONDS // 2),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _SILENT_SECONDS * 1000),
)
# Through a pooler, the next transaction is another connection, which knows no statement of ours:
# the driver then sends each anew, together with its values.
_NOTHING_PREPARED = {"statement_cache_size": 0}
_READ_ONLY_TRANSACTION = "25006"


class Connector:
    """Makes the connections of engines, and learns from them what lies on the way.

    Of several servers it asks first the one that took writes the last time.
    """

    def __init__(self) -> None:
        self._place = 0
        self._pooled: dict[int, bool] = {}

    @property
    def is_pooled(self) -> bool | None:
        """Whether the newest connection leads through a pooler, None before there was any."""
        return self._pooled.get(self._place)

    def engine(self, url: URL, *, pool_size: int, is_hurried: bool, read_json: Any) -> AsyncEngine:
        """Return an engine whose connections this makes.

        One that has gone silent is given up after a while, unless nothing is in a hurry. What
        values a statement had is kept out of the texts of errors, as they may be secrets.
        """
        engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,
            hide_parameters=True,
            json_deserializer=read_json,
            connect_args={
                "command_timeout": _COMMAND_SECONDS if is_hurried else None,
                "connection_class": _Connection,
                "target_session_attrs": "read-write",
                "async_creator_fn": self._find,
            },
        )
        event.listen(engine.sync_engine, "handle_error", _give_up_what_is_of_no_use)
        return engine

    async def _find(self, *, host: Any = None, port: Any = None, **options: Any) -> Any:
        """Connect to the server that takes writes. Raises OSError, or what the only one said."""
        is_one = host is None or isinstance(host, str)
        servers = [(host, port)] if is_one else list(zip(host, port, strict=True))
        patience = _CONNECT_SECONDS if is_one else _CONNECT_TO_ONE_OF_SEVERAL_SECONDS
        failures: dict[str, Exception] = {}
        for place in (*range(self._place, len(servers)), *range(self._place)):
            at, on = servers[place]
            try:
                connection = await self._connect(
                    place, host=at, port=on, timeout=patience, **options
                )
            except _NO_CONNECTION as error:
                failures[f"{at}:{on}"] = error
            else:
                self._place = place
                return connection
        raise _sum_up(failures)

    async def _connect(self, place: int, **options: Any) -> Any:
        if not self._pooled.get(place, True):
            return await asyncpg.connect(**options)
        connection = await asyncpg.connect(**options, **_NOTHING_PREPARED)
        if place not in self._pooled:
            try:
                self._pooled[place] = await _is_pooled(connection)
            except BaseException:
                connection.terminate()
                raise
            if not self._pooled[place]:
                await connection.close()
                return await asyncpg.connect(**options)
        return connection


def tells_to_part(error: BaseException) -> bool:
    """Tell whether a server hangs, or takes no writes any more: the next one may be another."""
    is_demoted = getattr(error, "sqlstate", None) == _READ_ONLY_TRANSACTION
    return is_demoted or isinstance(error, TimeoutError)


class _Connection(asyncpg.Connection):  # type: ignore[misc] # The driver ships no types.
    """A connection that notices within seconds when the machine at its other end is gone."""

    def __init__(self, protocol: Any, transport: Any, *rest: Any) -> None:
        super().__init__(protocol, transport, *rest)
        its_socket = transport.get_extra_info("socket")
        if its_socket is not None and its_socket.family != socket.AF_UNIX:
            for level, name, value in _TCP_OPTIONS:
                its_socket.setsockopt(level, name, value)


_NO_CONNECTION = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


async def _is_pooled(connection: Any) -> bool:
    """Tell whether somebody else answers than whoever greeted us."""
    return bool(connection.get_server_pid() != await connection.fetchval("SELECT pg_backend_pid()"))


def _sum_up(failures: MutableMapping[str, Exception]) -> Exception:
    words = {server: _words(error) for server, error in failures.items()}
    if len(words) == 1:
        [(_, error)] = failures.items()
        is_standby = isinstance(error, asyncpg.TargetServerAttributeNotMatched)
        return OSError(*words.values()) if is_standby else error
    return OSError(
        "no server takes writes: " + "; ".join(f"{at}: {why}" for at, why in words.items())
    )


def _words(error: Exception) -> str:
    if isinstance(error, asyncpg.TargetServerAttributeNotMatched):
        return "it takes no writes"
    if isinstance(error, TimeoutError):
        return "it does not answer"
    return str(error).strip().split("\n")[0] or type(error).__name__


def _give_up_what_is_of_no_use(context: ExceptionContext) -> None:
    """Part with a server for good; with the connection go all of its pool that are as old."""
    if tells_to_part(context.original_exception):
        context.is_disconnect = True
