"""Lists that come in pages, and of which only the newest rows are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, delete, func, select, true

from cronbeats.domain.page import PageRequest
from cronbeats.storage.database import Transaction

_EVERY_ROW = true()


async def fetch_page(
    tx: Transaction, query: Select[Any], request: PageRequest
) -> tuple[Sequence[Row[Any]], int]:
    """Return the rows of one page of an ordered query, and how many rows there are in all."""
    total = await count_rows(tx, query)
    rows = await tx.execute(page_query(query, request))
    return rows.all(), total


async def count_rows(tx: Transaction, query: Select[Any]) -> int:
    """Return how many rows a query has in all."""
    everything = query.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
    total: int = (await tx.execute(everything)).scalar_one()
    return total


def page_query(query: Select[Any], request: PageRequest) -> Select[Any]:
    """Return the query for one page of an ordered query."""
    return query.limit(request.per_page).offset(request.offset)


async def newest_to_go(
    tx: Transaction, order: ColumnElement[int], own: ColumnElement[bool], keep: int
) -> int | None:
    """Return the newest value of `order` that is beyond the newest `keep` rows, None if none is."""
    return await tx.scalar(select(order).where(own).order_by(order.desc()).offset(keep).limit(1))


async def prune_rows(
    tx: Transaction,
    order: Column[int],
    own: ColumnElement[bool],
    keep: int,
    limit: int,
    *,
    may_go: ColumnElement[bool] = _EVERY_ROW,
) -> int:
    """Delete up to `limit` rows beyond the newest `keep`, the oldest first; return how many went.

    Of these only those that `may_go`.
    """
    last = await newest_to_go(tx, order, own, keep)
    if last is None:
        return 0
    going = select(order).where(own, may_go, order <= last).order_by(order)
    end = await tx.scalar(going.offset(limit - 1).limit(1))
    beyond = delete(order.table).where(own, may_go, order <= (last if end is None else end))
    return (await tx.execute(beyond)).rowcount
