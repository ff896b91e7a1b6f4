"""A database that counts what it is asked, and remembers the statements."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event

from cronbeats.storage.database import Database, Transaction


class CountingDatabase(Database):
    """`statements` holds every statement in turn, but not those that begin and end transactions."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.statements: list[str] = []

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        async with super().read() as tx:
            self._listen(tx)
            yield tx

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        async with super().write() as tx:
            self._listen(tx)
            yield tx

    def _listen(self, tx: Transaction) -> None:
        def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            self.statements.append(statement)

        event.listen(tx.sync_connection, "before_cursor_execute", note)
