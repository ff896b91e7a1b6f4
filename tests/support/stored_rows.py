"""Everything that is stored, row by row, and which workspace each row belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, select

from cronbeats.storage.database import Database
from cronbeats.storage.schema import metadata, workspaces

_Owners = dict[tuple[Column[Any], Any], int | None]


@dataclass(frozen=True)
class StoredRow:
    """A row in words; `workspace_id` is None if it belongs to no workspace."""

    table: str
    words: str
    workspace_id: int | None


async def stored_rows(db: Database) -> list[StoredRow]:
    """Return every row of every table; fails if one belongs to two workspaces at once."""
    rows: list[StoredRow] = []
    owners: _Owners = {}
    async with db.read() as tx:
        # Those that are referred to come first.
        for table in metadata.sorted_tables:
            query = select(table).order_by(*table.primary_key)
            for values in (await tx.execute(query)).mappings():
                owner = _owner_of(table, values, owners)
                owners |= {(column, values[column]): owner for column in table.primary_key}
                rows.append(StoredRow(table.name, repr(dict(values)), owner))
    return rows


def without(rows: Iterable[StoredRow], *tables: Table) -> list[StoredRow]:
    """Return the rows that are not in these tables."""
    names = {table.name for table in tables}
    return [row for row in rows if row.table not in names]


def tables_of_workspaces() -> set[str]:
    """Return the names of the tables whose rows belong to a workspace."""
    owned: set[Table] = {workspaces}
    for table in metadata.sorted_tables:
        if any(key.column.table in owned for key in table.foreign_keys):
            owned.add(table)
    return {table.name for table in owned}


def _owner_of(table: Table, values: Mapping[Any, Any], owners: _Owners) -> int | None:
    if table is workspaces:
        workspace_id: int = values[workspaces.c.id]
        return workspace_id
    found = {owners.get((key.column, values[key.parent])) for key in table.foreign_keys} - {None}
    assert len(found) <= 1, f"A row of {table.name} belongs to several workspaces: {dict(values)}"
    return found.pop() if found else None
