"""Questions: statements of scripts whose parameters have names, and whose rows have types."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ClauseElement, ColumnElement, Dialect, Select, TextualSelect

from cronbeats.storage.dialect import moment_writer, reader_of
from cronbeats.storage.drivers import Rows, Script, Statement, as_one_value

_Read = Callable[[Sequence[Any]], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """A statement that finds rows; its text is made once.

    `row` is the class of its rows; the columns at the places of `readers` are yet to be read.
    """

    statement: Statement
    names: tuple[str, ...]
    fixed: Mapping[str, Any]
    write: Callable[[datetime], Any]
    row: Any
    readers: tuple[tuple[int, _Read], ...]

    def ask(self, **values: Any) -> Script[list[Any]]:
        """Ask it as a part of a script; return rows that have the names and types of columns."""
        given = {**self.fixed, **values}
        found: Rows = yield self.statement, *(self._sent(given[name]) for name in self.names)
        return self._read(found)

    def _sent(self, value: Any) -> Any:
        return self.write(value) if isinstance(value, datetime) else value

    def _read(self, found: Rows) -> list[Any]:
        if not self.readers or not found:
            return list(map(self.row._make, found))
        # By columns: a list has a thousand moments.
        columns = list(zip(*found, strict=True))
        for place, read in self.readers:
            columns[place] = read(columns[place])
        return list(map(self.row._make, zip(*columns, strict=True)))


def question(dialect: Dialect, selected: Select[Any]) -> Question:
    """Return the question that a query asks; its rows come in its order."""
    columns = list(selected.selected_columns)
    return _question(dialect, as_one_value(dialect, selected), columns, is_packed=True)


def change(dialect: Dialect, statement: TextualSelect) -> Question:
    """Return the same for a text that changes a row, and finds what it is now."""
    return _question(dialect, statement, list(statement.selected_columns), is_packed=False)


def _question(
    dialect: Dialect,
    statement: ClauseElement,
    columns: Sequence[ColumnElement[Any]],
    *,
    is_packed: bool,
) -> Question:
    compiled: Any = statement.compile(dialect=dialect)
    return Question(
        Statement(str(compiled), finds=True, is_packed=is_packed),
        tuple(compiled.positiontup or ()),
        compiled.params,
        moment_writer(dialect),
        # mypy wants the names written out.
        namedtuple("Row", [str(column.key) for column in columns]),
        tuple(_readers(dialect, columns)),
    )


def _readers(
    dialect: Dialect, columns: Sequence[ColumnElement[Any]]
) -> Iterator[tuple[int, _Read]]:
    """Tell which columns do not come as they are, and what reads them."""
    for place, column in enumerate(columns):
        if read := reader_of(dialect, column.type):
            yield place, read
