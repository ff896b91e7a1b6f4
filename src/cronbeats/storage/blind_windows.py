"""The pulse of the service, and the times in which it had none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from cronbeats.domain.blind_window import Blindness, BlindWindow
from cronbeats.domain.page import PageRequest
from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import insert_into, seconds_between
from cronbeats.storage.pages import fetch_page
from cronbeats.storage.schema import blind_windows, pulse

_THE_ROW = 1


async def lock_pulse(tx: Transaction) -> datetime | None:
    """Return when any process last beat, by the clock that all share, None if none ever did.

    The row is locked, so that of many processes which wake up at once only one finds a gap.
    """
    return await tx.scalar(select(pulse.c.alive_at).with_for_update())


async def beat(tx: Transaction, now: datetime) -> None:
    """Note that the service is alive at `now`, by the clock that all processes share."""
    alive = insert_into(tx, pulse).values(id=_THE_ROW, alive_at=now)
    await tx.execute(alive.on_conflict_do_update(index_elements=["id"], set_={"alive_at": now}))


async def add(tx: Transaction, window: BlindWindow) -> None:
    """Keep a blind window, for good."""
    values = {
        "started_at": window.started_at,
        "ended_at": window.ended_at,
        "reason": window.reason,
    }
    await tx.execute(insert(blind_windows).values(values))


async def newest_number(tx: Transaction) -> int | None:
    """Return the number of the window that was kept last; it changes with every change of them."""
    newest: int | None = await tx.scalar(select(func.max(blind_windows.c.id)))
    return newest


async def newest_silences(tx: Transaction, limit: int) -> list[BlindWindow]:
    """Return the newest blind windows in which nothing could be heard."""
    silence = select(blind_windows).where(blind_windows.c.reason == Blindness.SILENCE)
    newest = silence.order_by(blind_windows.c.ended_at.desc()).limit(limit)
    return [_window(row) for row in await tx.execute(newest)]


async def seconds_of_silence(tx: Transaction) -> float:
    """Return how many seconds all blind windows lasted together in which nothing could be heard."""
    lasted = seconds_between(tx, blind_windows.c.started_at, blind_windows.c.ended_at)
    silence = blind_windows.c.reason == Blindness.SILENCE
    total: float | None = await tx.scalar(select(func.sum(lasted)).where(silence))
    return total or 0.0


async def unbelieve(tx: Transaction, now: datetime) -> None:
    """Judge again in silences that reach beyond `now`: the clock that told of them ran ahead."""
    ahead = (blind_windows.c.reason == Blindness.SILENCE, blind_windows.c.ended_at > now)
    await tx.execute(update(blind_windows).where(*ahead).values(reason=Blindness.CLOCK_RAN_AHEAD))


async def browse(tx: Transaction, request: PageRequest) -> tuple[list[BlindWindow], int]:
    """Return a page of the blind windows, newest first, and how many there are in all."""
    newest = select(blind_windows).order_by(blind_windows.c.ended_at.desc())
    rows, total = await fetch_page(tx, newest, request)
    return [_window(row) for row in rows], total


def _window(row: Row[Any]) -> BlindWindow:
    return BlindWindow(row.started_at, row.ended_at, Blindness(row.reason))
