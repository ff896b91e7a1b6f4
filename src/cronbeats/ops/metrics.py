"""How the server does, for Prometheus: who shows the token may read it."""

from __future__ import annotations

import asyncio
import hmac
import platform
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import structlog

from cronbeats import __version__
from cronbeats.clock import Clock
from cronbeats.domain.errors import UnavailableError
from cronbeats.edge.asgi import Receive, Scope, Send
from cronbeats.edge.exposition import counter, expose, gauge, histogram, processes
from cronbeats.edge.fixed_answer import METHODS
from cronbeats.instruments import Instruments, Readings
from cronbeats.services.take_stock import Stock, take_stock
from cronbeats.storage.database import Database

PATH = "/metrics"
# Prometheus gives up after 10 s unless told otherwise.
_PATIENCE_SECONDS = 3.0
_PLAIN = "text/plain; charset=utf-8"

_log = structlog.get_logger()


class MetricsDoor:
    """Answers GET and HEAD of `/metrics` for whoever bears `token` (Authorization: Bearer)."""

    def __init__(self, db: Database, clock: Clock, instruments: Instruments, token: str) -> None:
        self._db = db
        self._clock = clock
        self._instruments = instruments
        self._credentials = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Serve one HTTP request."""
        headers = dict(scope["headers"])
        if scope["method"] not in METHODS:
            allowed = {"allow": ", ".join(METHODS)}
            await _answer(scope, send, 405, b"Use GET\n", more=allowed)
        elif not self._knows_token(headers.get(b"authorization", b"")):
            wanted = {"www-authenticate": 'Bearer realm="metrics"'}
            await _answer(scope, send, 401, b"Show the token of the metrics\n", more=wanted)
        else:
            accept = headers.get(b"accept", b"").decode("latin-1")
            body, media_type = expose(await self._collect(), accept)
            await _answer(scope, send, 200, body, media_type=media_type)

    def _knows_token(self, shown: bytes) -> bool:
        return hmac.compare_digest(shown.strip(), self._credentials)

    async def _collect(self) -> list[Any]:
        readings = self._instruments.read()
        stock = await self._stock()
        database = "SQLite" if self._db.file else "PostgreSQL"
        build = [__version__, platform.python_version(), database]
        return [
            gauge(
                "cronbeats_build_info",
                "Always 1; the labels tell what runs here.",
                ["version", "python", "database"],
                [(build, 1)],
            ),
            *_of_pings(readings),
            *_of_alerts(readings),
            _of_database(stock),
            *([] if stock is None else _of_stock(stock, self._clock())),
            *processes(readings.process_ids),
        ]

    async def _stock(self) -> Stock | None:
        """Return how the service stands, None if the database does not say so in time."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await take_stock(self._db)
        except (TimeoutError, UnavailableError) as error:
            _log.warning("metrics_without_database", error=str(error))
            return None


def _of_pings(readings: Readings) -> Iterator[Any]:
    yield counter(
        "cronbeats_pings_total",
        "Pings, by what they were answered.",
        ["outcome"],
        (([outcome], count) for outcome, count in readings.pings.items()),
    )
    yield counter(
        "cronbeats_overloads_total",
        "Requests that were answered 503 at once, as more came than can be served.",
        ["door"],
        (([door], count) for door, count in readings.overloads.items()),
    )
    yield histogram(
        "cronbeats_ping_batch_size",
        "Pings that were committed together.",
        readings.batch_sizes,
    )
    yield histogram(
        "cronbeats_ping_commit_seconds",
        "From the beginning of a batch of pings to the end of its commit.",
        readings.commit_seconds,
    )


def _of_alerts(readings: Readings) -> Iterator[Any]:
    yield histogram(
        "cronbeats_look_lag_seconds",
        "How long the job that was due first had waited when the clock looked at what was due.",
        readings.look_lag_seconds,
    )
    yield counter(
        "cronbeats_deliveries_total",
        "Attempts to deliver a message, by the integration's kind and how they ended.",
        ["integration", "result"],
        ((labels, count) for labels, count in readings.deliveries.items()),
    )


def _of_database(stock: Stock | None) -> Any:
    answers = 0 if stock is None else 1
    return gauge(
        "cronbeats_database_up", "Whether the database answers: 1 or 0.", [], [([], answers)]
    )


def _of_stock(stock: Stock, now: datetime) -> Iterator[Any]:
    yield gauge("cronbeats_outbox_alerts", "Alerts that are owed.", [], [([], stock.owed_alerts)])
    yield gauge(
        "cronbeats_outbox_oldest_age_seconds",
        "For how long the oldest alert has been owed; 0 without any.",
        [],
        [([], _age(stock.oldest_owed_at, now))],
    )
    yield gauge(
        "cronbeats_look_overdue_seconds",
        "For how long a job has been waiting for the clock to look at it; 0 without any.",
        [],
        [([], _age(stock.next_look_at, now))],
    )
    yield counter(
        "cronbeats_blind_seconds_total",
        "Time in which no process could take pings, for which no job was blamed.",
        [],
        [([], stock.blind_seconds)],
    )


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


async def _answer(
    scope: Scope,
    send: Send,
    status: int,
    body: bytes,
    *,
    media_type: str = _PLAIN,
    more: dict[str, str] | None = None,
) -> None:
    headers = {
        "content-type": media_type,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        **(more or {}),
    }
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
