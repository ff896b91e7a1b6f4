"""Quiet changes: signals that owe nobody an alert, read, judged and written in one go.

A part of the ledger, which alone calls it. Nearly every ping is one, so this asks the database for
no more than the law looks at, and goes past what SQLAlchemy does for each statement and each row.
"""

from __future__ import annotations

from collections import defaultdict, namedtuple
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Dialect, select

from cronbeats.domain.hint import HintKind, Hints
from cronbeats.domain.job import Job, Rules, Run, State, Status, late_at
from cronbeats.domain.routine import Steady
from cronbeats.domain.schedule import Cron, Every
from cronbeats.domain.signal import SignalKind
from cronbeats.storage import bulk
from cronbeats.storage.database import Database
from cronbeats.storage.dialect import (
    ReadMoment,
    can_write_several_at_once,
    moment_reader,
    pack_rows,
    table_of_packed,
)
from cronbeats.storage.drivers import Rows, Script, Statement, command, query
from cronbeats.storage.jobs import RULES
from cronbeats.storage.ledger_rows import (
    ROUTINE_RUN,
    RUN,
    SIGNAL,
    STATE,
    STEADY,
    Received,
    routine_run_row,
    run_row,
    signal_row,
    state_row,
    steady_row,
)
from cronbeats.storage.runs import run_from_row
from cronbeats.storage.schema import job_states, jobs, runs, signals
from cronbeats.storage.states import state_from_row


@dataclass(slots=True)
class Account:
    """A job as the law sees it, and what is to be written of it, its runs by their numbers.

    `steady` is how it stands if it is healthy without open runs; the whole `state` is known only
    where that does not do.
    """

    job_id: int
    workspace_id: int
    key: str
    rules: Rules
    is_enabled: bool
    wake_at: datetime | None
    steady: Steady | None
    state: State | None = None
    received: list[Received] = field(default_factory=list)
    runs: dict[int, Run] = field(default_factory=dict)

    def judged(self) -> Job:
        """Return the job for the law to look at, which asks for no name: to be shown to nobody."""
        assert self.state is not None  # noqa: S101 - whoever asks has been told of the state
        job_id, state = self.job_id, self.state
        return Job(
            job_id, self.workspace_id, self.key, "", self.rules, state, state.since, state.since
        )


class Judge(Protocol):
    """Changes accounts; may be called in another thread."""

    def judge_routine(self, accounts: Sequence[Account]) -> Collection[Account]:
        """Take routine successes, and return the accounts that have others as well."""

    def judge_by_law(self, accounts: Collection[Account]) -> Collection[Account]:
        """Take all signals of these, whose states are known; return those that owe no alert.

        What was taken of them as routine has been undone.
        """


async def record(db: Database, keys: Iterable[str], judge: Judge) -> None:
    """Let `judge` change the jobs of these keys, and write what owes no alert, in one transaction.

    Raises UnavailableError, RefusedError and what `judge` does.
    """
    changed = await db.run(lambda dialect: _script(dialect, sorted(set(keys)), judge))
    hints: dict[int, Hints] = {}
    for each in changed:
        hints.setdefault(each.workspace_id, Hints()).add(each.job_id, HintKind.SIGNAL)
    db.tell(hints)


def _script(dialect: Dialect, keys: Sequence[str], judge: Judge) -> Script[Sequence[Account]]:
    use, read = _statements(dialect), moment_reader(dialect)
    found = yield use.lock_jobs, pack_rows(dialect, [[key] for key in keys])
    accounts = [_account(row, read) for row in _named(_JobRow, found) if row.deleted_at is None]
    left = judge.judge_routine(accounts)
    quiet: Collection[Account] = ()
    if left:
        yield from _read_states(dialect, left)
        quiet = judge.judge_by_law(left)
    unsteady = {each.job_id for each in left}
    routine = [each for each in accounts if each.received and each.job_id not in unsteady]
    if routine:
        yield from _write_routine(dialect, routine)
    if quiet:
        yield from _write_quiet(dialect, quiet)
    return (*routine, *quiet)


def _read_states(dialect: Dialect, accounts: Collection[Account]) -> Script[None]:
    """Let the states of jobs be known, with their open runs; forget what was taken of them."""
    use, read = _statements(dialect), moment_reader(dialect)
    ids = pack_rows(dialect, [[each.job_id] for each in accounts])
    rows = _named(_StateRow, (yield use.states, ids))
    busy = [[row.job_id] for row in rows if row.open_runs]
    open_runs = _by_job((yield use.open_runs, pack_rows(dialect, busy)), read) if busy else {}
    states = {row.job_id: state_from_row(row, open_runs.get(row.job_id, ()), read) for row in rows}
    for each in accounts:
        each.state = states[each.job_id]
        each.received.clear()
        each.runs.clear()


def _write_routine(dialect: Dialect, accounts: Sequence[Account]) -> Script[None]:
    use = _statements(dialect)
    received = _packed_signals(dialect, accounts)
    steady = [steady_row(each.job_id, each.steady) for each in accounts if each.steady]
    states = pack_rows(dialect, steady)
    new = [routine_run_row(each.job_id, run) for each in accounts for run in each.runs.values()]
    its_runs = pack_rows(dialect, new)
    if use.write_routine is not None:
        yield use.write_routine, received, states, its_runs
    else:
        yield use.insert_signals, received
        yield use.save_steady, states
        yield use.insert_runs, its_runs
    sooner = [(each.job_id, deadline) for each in accounts if (deadline := _late_before_look(each))]
    if sooner:
        yield use.plan_looks, pack_rows(dialect, sooner)


def _packed_signals(dialect: Dialect, accounts: Iterable[Account]) -> str:
    rows = [signal_row(each.job_id, its) for each in accounts for its in each.received]
    return pack_rows(dialect, rows)


def _late_before_look(account: Account) -> datetime | None:
    """Return when a job will be late if the clock would look only after that, as it seldom would.

    A look that comes too early costs little, moving it with every ping a write to its index.
    """
    if account.steady is None:
        return None
    deadline, planned = late_at(account.rules, account.steady.due_at), account.wake_at
    return deadline if deadline and (planned is None or deadline < planned) else None


def _write_quiet(dialect: Dialect, accounts: Collection[Account]) -> Script[None]:
    use = _statements(dialect)
    yield use.insert_signals, _packed_signals(dialect, accounts)
    states = [state_row(each.job_id, each.rules, each.state) for each in accounts if each.state]
    yield use.save_states, pack_rows(dialect, states)
    touched = [run_row(each.job_id, run) for each in accounts for run in each.runs.values()]
    if touched:
        yield use.upsert_runs, pack_rows(dialect, touched)


@dataclass(frozen=True, slots=True)
class _Statements:
    """The texts of statements; `write_routine` does what three others do, where that can be."""

    lock_jobs: Statement
    states: Statement
    open_runs: Statement
    insert_signals: Statement
    save_steady: Statement
    plan_looks: Statement
    insert_runs: Statement
    save_states: Statement
    upsert_runs: Statement
    write_routine: Statement | None


@lru_cache
def _statements(dialect: Dialect) -> _Statements:
    return _Statements(
        lock_jobs=query(dialect, _lock_jobs(dialect)),
        states=query(dialect, _states(dialect)),
        open_runs=query(dialect, _open_runs(dialect)),
        insert_signals=command(dialect, bulk.insertion(dialect, signals, SIGNAL)),
        save_steady=command(dialect, bulk.steady_update(dialect, STEADY)),
        plan_looks=command(dialect, bulk.plan_update(dialect)),
        insert_runs=command(dialect, bulk.insertion(dialect, runs, ROUTINE_RUN)),
        save_states=command(dialect, bulk.state_update(dialect, STATE, by_clock=False)),
        upsert_runs=command(dialect, bulk.replacement(dialect, runs, RUN, ("job_id", "number"))),
        write_routine=_write_at_once(dialect) if can_write_several_at_once(dialect) else None,
    )


def _write_at_once(dialect: Dialect) -> Statement:
    """Return the statement of three parameters, in this order: signals, states and runs."""
    its_signals = bulk.insertion(dialect, signals, SIGNAL, "packed_signals").cte("its_signals")
    its_states = bulk.steady_update(dialect, STEADY, "packed_states").cte("its_states")
    its_runs = bulk.insertion(dialect, runs, ROUTINE_RUN, "packed_runs")
    return command(dialect, its_runs.add_cte(its_signals, its_states))


_CONFIGURATION = (
    jobs.c.id,
    jobs.c.workspace_id,
    jobs.c.job_key,
    *RULES,
    jobs.c.deleted_at,
)
_STANDING = (
    job_states.c.status,
    job_states.c.open_runs,
    job_states.c.since,
    job_states.c.due_at,
    job_states.c.good_streak,
    job_states.c.run_count,
    job_states.c.last_signal_at,
    job_states.c.last_counted_at,
    job_states.c.last_kind,
    job_states.c.last_run_id,
    job_states.c.wake_at,
)


def _lock_jobs(dialect: Dialect) -> Any:
    wanted = table_of_packed(dialect, {"job_key": jobs.c.job_key.type})
    found = wanted.join(jobs, jobs.c.job_key == wanted.c.job_key)
    found = found.join(job_states, job_states.c.job_id == jobs.c.id)
    # Deleted ones, too: until PostgreSQL has counted them, it takes nearly all for deleted.
    named = select(*_CONFIGURATION, *_STANDING).select_from(found)
    return named.order_by(jobs.c.id).with_for_update(of=(job_states, jobs), key_share=True)


def _states(dialect: Dialect) -> Any:
    wanted = table_of_packed(dialect, {"job_id": jobs.c.id.type})
    found = wanted.join(job_states, job_states.c.job_id == wanted.c.job_id)
    return select(*(job_states.c[name] for name in STATE)).select_from(found)


def _open_runs(dialect: Dialect) -> Any:
    wanted = table_of_packed(dialect, {"job_id": jobs.c.id.type})
    found = wanted.join(runs, runs.c.job_id == wanted.c.job_id)
    is_open = (runs.c.started_at.is_not(None), runs.c.ended_at.is_(None))
    columns = (runs.c[name] for name in RUN)
    return select(*columns).select_from(found).where(*is_open)


# mypy wants the names written out.
_JobRow = namedtuple("_JobRow", [column.name for column in (*_CONFIGURATION, *_STANDING)])  # type: ignore[misc]
_StateRow = namedtuple("_StateRow", STATE)  # type: ignore[misc]
_RunRow = namedtuple("_RunRow", RUN)  # type: ignore[misc]


def _named(row_class: Any, found: Rows) -> list[Any]:
    """Return rows whose values have the names of their columns."""
    return [row_class._make(row) for row in found]


def _by_job(found: Rows, read: ReadMoment) -> Mapping[int, tuple[Run, ...]]:
    by_job: dict[int, list[Run]] = defaultdict(list)
    for row in _named(_RunRow, found):
        by_job[row.job_id].append(run_from_row(row, read))
    # SQLite gathers the rows of a query in whatever order it comes upon them.
    return {
        job_id: tuple(sorted(its, key=lambda run: run.number)) for job_id, its in by_job.items()
    }


def _account(row: Any, read: ReadMoment) -> Account:
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
    is_enabled = row.status != Status.DISABLED
    steady, wake_at = _steady(row, read), read(row.wake_at)
    return Account(row.id, row.workspace_id, row.job_key, rules, is_enabled, wake_at, steady)


def _steady(row: Any, read: ReadMoment) -> Steady | None:
    """Return how a job stands that is healthy, has no open run, and was heard of before."""
    if row.status != Status.HEALTHY or row.open_runs or row.due_at is None or row.last_kind is None:
        return None
    counted_at, last_signal_at = row.last_counted_at, read(row.last_signal_at)
    return Steady(
        read(row.since),
        read(row.due_at),
        row.good_streak,
        row.run_count,
        last_signal_at,
        # Nearly always the same, and to read a moment takes as long as all the rest.
        last_signal_at if counted_at == row.last_signal_at else read(counted_at),
        _KINDS[row.last_kind],
        row.last_run_id,
    )


_KINDS = {str(kind): kind for kind in SignalKind}


@lru_cache(maxsize=4096)
def _rules(interval: int | None, expression: str | None, timezone: str, *times: Any) -> Rules:
    schedule = Every(interval or 0) if expression is None else Cron(expression, timezone)
    return Rules(schedule, *times)
