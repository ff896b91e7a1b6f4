"""Quiet changes: signals that owe nobody an alert, read, judged and written in one go.

A part of the ledger, which alone calls it. Nearly every ping is one, so this asks the database for
no more than the law looks at, and goes past what SQLAlchemy does for each statement and each row.
"""

from __future__ import annotations

from collections import defaultdict, namedtuple
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, select

from cronbeats.domain.hint import HintKind, Hints
from cronbeats.domain.job import Job, Rules, Run, State
from cronbeats.domain.schedule import Cron, Every
from cronbeats.storage import bulk
from cronbeats.storage.database import Database
from cronbeats.storage.dialect import ReadMoment, moment_reader, pack_rows, table_of_packed
from cronbeats.storage.drivers import Rows, Script, Statement, command, query
from cronbeats.storage.ledger_rows import (
    RUN,
    SIGNAL,
    STATE,
    Received,
    run_row,
    signal_row,
    state_row,
)
from cronbeats.storage.runs import run_from_row
from cronbeats.storage.schema import job_states, jobs, runs, signals
from cronbeats.storage.states import state_from_row


@dataclass(slots=True)
class Account:
    """A job as the law sees it, and what is to be written of it, its runs by their numbers."""

    job_id: int
    workspace_id: int
    key: str
    rules: Rules
    state: State
    received: list[Received] = field(default_factory=list)
    runs: dict[int, Run] = field(default_factory=dict)

    def judged(self) -> Job:
        """Return the job for the law to look at, which asks for no name: to be shown to nobody."""
        since = self.state.since
        return Job(
            self.job_id, self.workspace_id, self.key, "", self.rules, self.state, since, since
        )


Judge = Callable[[Sequence[Account]], Collection[Account]]
"""Changes the accounts of jobs, and returns those that are to be written."""


async def record(db: Database, keys: Iterable[str], judge: Judge) -> None:
    """Let `judge` change the jobs of these keys, and write what it returns, in one transaction.

    It may be called in another thread. Raises UnavailableError, RefusedError and what `judge` does.
    """
    changed = await db.run(lambda dialect: _script(dialect, sorted(set(keys)), judge))
    hints: dict[int, Hints] = {}
    for each in changed:
        hints.setdefault(each.workspace_id, Hints()).add(each.job_id, HintKind.SIGNAL)
    db.tell(hints)


def _script(dialect: Dialect, keys: Sequence[str], judge: Judge) -> Script[Collection[Account]]:
    use, read = _statements(dialect), moment_reader(dialect)
    found = yield use.lock_jobs, pack_rows(dialect, [[key] for key in keys])
    rows = [row for row in _named(_JobRow, found) if row.deleted_at is None]
    busy = [[row.id] for row in rows if row.open_runs]
    open_runs = _by_job((yield use.open_runs, pack_rows(dialect, busy)), read) if busy else {}
    accounts = [_account(row, open_runs, read) for row in rows]
    changed = sorted(judge(accounts), key=lambda each: each.job_id)
    if not changed:
        return changed
    received = [signal_row(each.job_id, its) for each in changed for its in each.received]
    yield use.insert_signals, pack_rows(dialect, received)
    states = [state_row(each.job_id, each.rules, each.state) for each in changed]
    yield use.save_states, pack_rows(dialect, states)
    touched = [run_row(each.job_id, run) for each in changed for run in each.runs.values()]
    if touched:
        yield use.upsert_runs, pack_rows(dialect, touched)
    return changed


@dataclass(frozen=True, slots=True)
class _Statements:
    lock_jobs: Statement
    open_runs: Statement
    insert_signals: Statement
    save_states: Statement
    upsert_runs: Statement


@lru_cache
def _statements(dialect: Dialect) -> _Statements:
    return _Statements(
        query(dialect, _lock_jobs(dialect)),
        query(dialect, _open_runs(dialect)),
        command(dialect, bulk.insertion(dialect, signals, SIGNAL)),
        command(dialect, bulk.state_update(dialect, STATE, by_clock=False)),
        command(dialect, bulk.replacement(dialect, runs, RUN, ("job_id", "number"))),
    )


_CONFIGURATION = (
    jobs.c.id,
    jobs.c.workspace_id,
    jobs.c.job_key,
    jobs.c.expected_interval_seconds,
    jobs.c.cron_expression,
    jobs.c.timezone,
    jobs.c.grace_seconds,
    jobs.c.down_after_seconds,
    jobs.c.max_runtime_seconds,
    jobs.c.failure_tolerance,
    jobs.c.recovery_threshold,
    jobs.c.deleted_at,
)
_STATE = tuple(job_states.c[name] for name in STATE if name not in {"job_id", "wake_at"})


def _lock_jobs(dialect: Dialect) -> Any:
    wanted = table_of_packed(dialect, {"job_key": jobs.c.job_key.type})
    found = wanted.join(jobs, jobs.c.job_key == wanted.c.job_key)
    found = found.join(job_states, job_states.c.job_id == jobs.c.id)
    # Deleted ones, too: until PostgreSQL has counted them, it takes nearly all for deleted.
    named = select(*_CONFIGURATION, *_STATE).select_from(found)
    return named.order_by(jobs.c.id).with_for_update(of=(job_states, jobs), key_share=True)


def _open_runs(dialect: Dialect) -> Any:
    wanted = table_of_packed(dialect, {"job_id": jobs.c.id.type})
    found = wanted.join(runs, runs.c.job_id == wanted.c.job_id)
    is_open = (runs.c.started_at.is_not(None), runs.c.ended_at.is_(None))
    columns = (runs.c[name] for name in RUN)
    return (
        select(*columns).select_from(found).where(*is_open).order_by(runs.c.job_id, runs.c.number)
    )


_JobRow = namedtuple("_JobRow", [column.name for column in (*_CONFIGURATION, *_STATE)])  # type: ignore[misc]
_RunRow = namedtuple("_RunRow", RUN)  # type: ignore[misc]


def _named(row_class: Any, found: Rows) -> list[Any]:
    """Return rows whose values have the names of their columns."""
    return [row_class._make(row) for row in found]


def _by_job(found: Rows, read: ReadMoment) -> Mapping[int, tuple[Run, ...]]:
    by_job: dict[int, list[Run]] = defaultdict(list)
    for row in _named(_RunRow, found):
        by_job[row.job_id].append(run_from_row(row, read))
    return {job_id: tuple(its) for job_id, its in by_job.items()}


def _account(row: Any, open_runs: Mapping[int, tuple[Run, ...]], read: ReadMoment) -> Account:
    rules = _rules(
        row.expected_interval_seconds,
        row.cron_expression,
        row.timezone,
        row.grace_seconds,
        row.down_after_seconds,
        row.max_runtime_seconds,
        row.failure_tolerance,
        row.recovery_threshold,
    )
    state = state_from_row(row, open_runs.get(row.id, ()), read)
    return Account(row.id, row.workspace_id, row.job_key, rules, state)


@lru_cache(maxsize=4096)
def _rules(interval: int | None, expression: str | None, timezone: str, *times: Any) -> Rules:
    schedule = Every(interval or 0) if expression is None else Cron(expression, timezone)
    return Rules(schedule, *times)
