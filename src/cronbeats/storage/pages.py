"""Lists that come in pages, and of which only the newest rows are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, true

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
