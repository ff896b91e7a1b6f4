"""Lists that come in pages, and of which only the newest rows are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select

from cronbeats.domain.page import PageRequest
from cronbeats.storage.database import Transaction


async def fetch_page(
    tx: Transaction, query: Select[Any], request: PageRequest
) -> tuple[Sequence[Row[Any]], int]:
    """Return the rows of one page of an ordered query, and how many rows there are in all."""
    everything = query.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
    total = (await tx.execute(everything)).scalar_one()
    rows = await tx.execute(query.limit(request.per_page).offset(request.offset))
    return rows.all(), total


async def newest_to_go(
    tx: Transaction, order: ColumnElement[int], own: ColumnElement[bool], keep: int
) -> int | None:
    """Return the newest value of `order` that is beyond the newest `keep` rows, None if none is."""
    return await tx.scalar(select(order).where(own).order_by(order.desc()).offset(keep).limit(1))
