"""What differs between SQLite and PostgreSQL.

Only here, and where they are connected to (engines.py, drivers.py), is it asked which it is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    ColumnElement,
    Dialect,
    Float,
    FromClause,
    Integer,
    String,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    select,
    text,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.schema import Table
from sqlalchemy.sql.selectable import Subquery
from sqlalchemy.types import TypeDecorator, TypeEngine

from cronbeats.storage import locks

Id = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database counts up."""

Folded = Text().with_variant(Text(collation="C"), "postgresql")
"""A text that is compared and sorted by its code points, wherever the server stands."""

PACKED_ROWS = "packed_rows"
"""The name of the parameter that rows are packed in."""

ReadMoment = Callable[[Any], Any]
"""Reads a moment, or None, as the database's driver hands it over."""

# A ping's moment is written three times.
_MOMENTS_REMEMBERED = 4096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, exact to the microsecond.

    PostgreSQL has a type for it; SQLite keeps whole microseconds since 1970, which sort and compare
    as they should.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        is_known = dialect.name == "postgresql"
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if is_known else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return (value - _EPOCH) // _MICROSECOND

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002 - SQLAlchemy's
        return None if dialect.name == "postgresql" else _from_microseconds


def insert_into(tx: AsyncConnection, table: Table) -> Any:
    """Return an INSERT that can say what to do on a conflict."""
    return insert_for(tx.dialect, table)


def insert_for(dialect: Dialect, table: Table) -> Any:
    """Return the same for a transaction of that dialect."""
    build = postgresql_insert if dialect.name == "postgresql" else sqlite_insert
    statement: Insert = build(table)
    return statement


async def server_time(tx: AsyncConnection) -> datetime | None:
    """Return the time by the clock of the database's server, None if it has none but ours."""
    if tx.dialect.name != "postgresql":
        return None
    now: datetime | None = await tx.scalar(text("SELECT clock_timestamp()"))
    return now


def has_element(dialect: Dialect, array: ColumnElement[Any], element: Any) -> Any:
    """Return the condition that a JSON array of texts has an element, a text or a parameter."""
    elements = _elements(dialect, array)
    return exists(select(1).select_from(elements).where(elements.c.value == element))


def with_elements(
    dialect: Dialect, table: Table, array: ColumnElement[Any]
) -> tuple[FromClause, ColumnElement[str]]:
    """Return a table with a row for each element of a JSON array of texts in it, and that text."""
    elements = _elements(dialect, array)
    return table.join(elements, true()), elements.c.value


def can_limit_each(dialect: Dialect) -> bool:
    """Tell whether a join can limit what it takes for each row (LATERAL), which SQLite cannot."""
    return dialect.name == "postgresql"


def seconds_between(
    tx: AsyncConnection, start: ColumnElement[Any], end: ColumnElement[Any]
) -> ColumnElement[Any]:
    """Return the seconds from one column of moments to another, as a number with a fraction."""
    if _is_postgresql(tx):
        return cast(func.extract("epoch", end - start), Float)
    return (type_coerce(end, BigInteger) - type_coerce(start, BigInteger)) / literal(1_000_000.0)


def table_of(
    tx: AsyncConnection,
    columns: Mapping[str, TypeEngine[Any]],
    rows: Iterable[Sequence[Any]],
) -> Subquery:
    """Return rows of values as a table to join with; they are one parameter, however many."""
    return table_for(tx.dialect, columns, rows)


def table_for(
    dialect: Dialect, columns: Mapping[str, TypeEngine[Any]], rows: Iterable[Sequence[Any]]
) -> Subquery:
    """Return the same for a statement of that dialect."""
    parameter = bindparam(None, pack_rows(dialect, list(rows)), String)
    return _unpacked(dialect, columns, parameter)


def table_of_packed(
    dialect: Dialect, columns: Mapping[str, TypeEngine[Any]], name: str = PACKED_ROWS
) -> Subquery:
    """Return the table of the rows that a statement gets, packed, as its parameter of that name."""
    return _unpacked(dialect, columns, bindparam(name, type_=String))


def can_write_several_at_once(dialect: Dialect) -> bool:
    """Tell whether one statement can write to several tables, and so ask the server only once."""
    return dialect.name == "postgresql"


def pack_rows(dialect: Dialect, rows: Sequence[Sequence[Any]]) -> str:
    """Return rows of values as one parameter of JSON."""
    if dialect.name == "postgresql":
        return orjson.dumps(rows).decode()
    return orjson.dumps(rows, _in_microseconds, orjson.OPT_PASSTHROUGH_DATETIME).decode()


def moment_reader(dialect: Dialect) -> ReadMoment:
    """Return what reads the moments of a database."""
    return as_it_is if dialect.name == "postgresql" else _from_microseconds


def reader_of(
    dialect: Dialect, kind: TypeEngine[Any]
) -> Callable[[Sequence[Any]], tuple[Any, ...]] | None:
    """Return what reads a column of a type, None for one that a driver has read already."""
    if dialect.name == "postgresql":
        return None
    if isinstance(kind, JSON):
        return lambda texts: tuple([None if each is None else read_json(each) for each in texts])
    return _all_from_microseconds if isinstance(kind, Moment) else None


def read_json(text_: str) -> Any:
    """Return what a column of JSON holds."""
    try:
        return orjson.loads(text_)
    except ValueError:
        # Some of what the standard library writes, only the standard library reads.
        return json.loads(text_)


def moment_writer(dialect: Dialect) -> Callable[[datetime], Any]:
    """Return what makes of a moment what a driver hands to its database."""
    return as_it_is if dialect.name == "postgresql" else _in_microseconds


def as_it_is(moment: datetime | None) -> datetime | None:
    """Read a moment that is read already."""
    return moment


def lock_for_migration(connection: Connection) -> None:
    """Let one process migrate at a time; the lock goes with the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": locks.MIGRATION})


def leave_room(connection: Connection, table: str, *, percent: int) -> None:
    """Leave a share of each new page of a table empty, for the next versions of its rows.

    PostgreSQL need not touch an index for a version that stands on the page of the one before.
    """
    keep_table(connection, table, {"fillfactor": 100 - percent})


def keep_table(connection: Connection, table: str, options: Mapping[str, float]) -> None:
    """Set how a server keeps a table (its storage parameters); a file has no such choice."""
    if connection.dialect.name == "postgresql":
        settings = ", ".join(f"{name} = {value}" for name, value in options.items())
        connection.execute(text(f"ALTER TABLE {table} SET ({settings})"))


async def let_one_in(tx: AsyncConnection, lock: int) -> None:
    """Hold a lock that belongs to no row until the transaction ends.

    SQLite has one writer at a time in any case.
    """
    if _is_postgresql(tx):
        await tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock})


async def overwrite_what_is_deleted(tx: AsyncConnection) -> None:
    """Let this connection leave no old bytes in the file of an embedded database."""
    if tx.dialect.name == "sqlite":
        await tx.exec_driver_sql("PRAGMA secure_delete = ON")


async def empty_the_log(engine: AsyncEngine) -> None:
    """Move an embedded database's write-ahead log into its file, unless somebody still reads it."""
    if engine.dialect.name != "sqlite":
        return
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None  # noqa: S101 - tells the type checker that it is open
        # Past SQLAlchemy, which would begin a transaction: in one, this cannot be done. What was
        # committed is safe in the log, too, and moves by and by in any case.
        with suppress(sqlite3.Error):
            await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _is_postgresql(tx: AsyncConnection) -> bool:
    return tx.dialect.name == "postgresql"


def _elements(dialect: Dialect, array: ColumnElement[Any]) -> TableValuedAlias:
    is_server = dialect.name == "postgresql"
    unnest = func.json_array_elements_text if is_server else func.json_each
    return unnest(array).table_valued(column("value", String))


def _unpacked(
    dialect: Dialect, columns: Mapping[str, TypeEngine[Any]], parameter: BindParameter[Any]
) -> Subquery:
    if dialect.name == "postgresql":
        # Binary, so that each row is read once and not for each of its values again.
        unpacked = func.jsonb_array_elements(cast(parameter, JSONB))
    else:
        unpacked = func.json_each(parameter)
    value = unpacked.table_valued(column("value", String)).c.value
    # The places are a part of the text, so that the statement has one parameter.
    texts = {name: _text_at(dialect, value, place) for place, name in enumerate(columns)}
    # SQLite keeps JSON as text, and would make a number of it.
    is_text = (String,) if dialect.name == "postgresql" else (String, JSON)
    return select(
        *(
            (texts[name] if isinstance(kind, is_text) else cast(texts[name], kind)).label(name)
            for name, kind in columns.items()
        )
    ).subquery()


def _from_microseconds(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(0, 0, value)


def _all_from_microseconds(values: Sequence[int | None]) -> tuple[datetime | None, ...]:
    # What _from_microseconds does, without a call for each.
    epoch, span = _EPOCH, timedelta
    return tuple([None if value is None else epoch + span(0, 0, value) for value in values])


def _text_at(dialect: Dialect, array: ColumnElement[Any], place: int) -> ColumnElement[Any]:
    if dialect.name == "postgresql":
        return array.op("->>", return_type=String())(literal_column(str(place)))
    return func.json_extract(array, literal_column(f"'$[{place}]'"), type_=String())


@lru_cache(maxsize=_MOMENTS_REMEMBERED)
def _in_microseconds(value: Any) -> int:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} cannot be packed")
    return (value - _EPOCH) // _MICROSECOND
