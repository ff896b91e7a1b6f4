"""How the database means to find what a query asks for."""

from typing import Any

from sqlalchemy import ClauseElement, Executable, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from cronbeats.storage.database import Transaction


async def plan_of(tx: Transaction, query: Select[Any]) -> str:
    """Return the database's plan for a query, as one text."""
    return "\n".join(str(row) for row in await tx.execute(_Explain(query)))


class _Explain(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, query: Select[Any]) -> None:
        self.query = query


@compiles(_Explain, "sqlite")
def _for_sqlite(element: _Explain, compiler: SQLCompiler, **_options: Any) -> str:
    return f"EXPLAIN QUERY PLAN {compiler.process(element.query)}"


@compiles(_Explain, "postgresql")
def _for_postgresql(element: _Explain, compiler: SQLCompiler, **_options: Any) -> str:
    return f"EXPLAIN {compiler.process(element.query)}"
