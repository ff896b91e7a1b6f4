"""Whichever way signals take, the short one or the long one, the same is written of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Dialect, select

from cronbeats.domain.audit import OPERATOR
from cronbeats.domain.blind_window import BlindWindow, BlindWindows
from cronbeats.domain.job import Job, Rules, new_state
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.services.check_deadlines import check_deadlines
from cronbeats.services.manage_jobs import pause_job, resume_job
from cronbeats.services.receive_signals import Arrival, receive_signals
from cronbeats.storage import jobs, ledger
from cronbeats.storage.database import Database
from cronbeats.storage.drivers import RefusedError, Result, Script
from cronbeats.storage.schema import (
    alerts,
    incidents,
    job_states,
    reminders,
    runs,
    signals,
    transitions,
)
from tests.domain.test_any_history import any_rules, hourly_rules
from tests.support.databases import CIPHER
from tests.support.turnable_clock import START
from tests.support.world import World

JOBS = 3
TABLES = (job_states, signals, runs, transitions, incidents, alerts, reminders)
# What names rows, is made anew for each, or tells when the others of a batch came.
_NAMES = frozenset(
    {"id", "event_id", "event", "workspace_id", "owed_at", "next_attempt_at", "told_at"}
)


class LaboriousDatabase(Database):
    """A database that takes no script, so that all signals take the long way."""

    async def run(self, begin: Callable[[Dialect], Script[Result]]) -> Result:
        raise RefusedError(begin.__name__)


@dataclass(frozen=True)
class Ping:
    """A signal of the job of a place, some seconds after the one before."""

    place: int
    wait: float
    signal: Signal


texts = st.sampled_from([None, None, "", "fine", "\N{GRINNING FACE}\u202e<b>'\"\\", "\ufffd" * 300])
pings = st.builds(
    Ping,
    st.integers(0, JOBS - 1),
    st.sampled_from([0, 0.000_001, 1, 14, 16, 16, 40, -2]),
    st.builds(
        Signal,
        kind=st.sampled_from([SignalKind.PING] * 3 + [SignalKind.SUCCESS] * 2 + list(SignalKind)),
        received_at=st.just(START),
        run_id=st.sampled_from([None, None, "a", "B.~_-" * 12]),
        message=texts,
        progress=st.sampled_from([None, 0, 100, 2**31 - 1]),
        output=texts,
        output_size=st.sampled_from([0, 7, 2**31 - 1]),
        exit_code=st.sampled_from([None, 0, 255]),
        source_ip=st.sampled_from([None, "2001:db8::1"]),
        user_agent=texts,
    ),
)
batches = st.lists(pings, min_size=1, max_size=8)
pauses = st.sampled_from([0.0, 20, 20, 20, 61, 61, 300, 3600, 90_000])
turns = st.sampled_from(["batch"] * 9 + ["look", "look", "switch", "delete"])
histories = st.lists(st.tuples(pauses, turns, batches), min_size=4, max_size=12)
# Mostly such as are healthy for a while.
many_rules = st.lists(hourly_rules | hourly_rules | any_rules, min_size=JOBS, max_size=JOBS)
blindness = st.lists(st.tuples(st.integers(0, 8_000), st.integers(1, 4_000)), max_size=2)


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(many_rules, histories, blindness)
async def test_the_short_way_and_the_long_way_write_the_same(
    world: World,
    database_url: str,
    its_rules: Sequence[Rules],
    history: Sequence[tuple[float, str, Sequence[Ping]]],
    blind_times: Sequence[tuple[int, int]],
) -> None:
    blind = BlindWindows(
        BlindWindow(START + timedelta(seconds=start), START + timedelta(seconds=start + length))
        for start, length in blind_times
    )
    laborious = LaboriousDatabase(database_url, pool_size=1, cipher=CIPHER)
    told: list[list[str]] = []
    kept: list[Mapping[str, list[dict[str, Any]]]] = []
    for db in (world.db, laborious):
        made = await make_jobs(world, its_rules)
        told.append(await live(db, made, history, blind))
        kept.append(await what_is_kept(world.db, made))
        # A look of the other one shall find its own jobs alone.
        await let_go(world, made)
    await laborious.close()
    assert told[0] == told[1]
    for table in kept[0]:
        assert kept[0][table] == kept[1][table]


async def make_jobs(world: World, its_rules: Sequence[Rules]) -> list[Job]:
    async with world.db.write() as tx:
        made = []
        for rules in its_rules:
            key = await jobs.unused_key(tx)
            new = jobs.NewJob(world.workspace_id, key, "backup", rules)
            job = await jobs.add(tx, new, new_state(START))
            await ledger.open_account(tx, job)
            made.append(job)
    return made


async def live(
    db: Database,
    made: Sequence[Job],
    history: Sequence[tuple[float, str, Sequence[Ping]]],
    blind: BlindWindows,
) -> list[str]:
    """Let jobs go through a history; return what it was told."""
    now, told = START, []
    for pause, turn, batch in history:
        now += timedelta(seconds=pause)
        if turn == "look":
            told.append(repr((await check_deadlines(db, now, blind)).owed_alerts))
        elif turn == "switch":
            await switch(db, made[0], now, blind)
        elif turn == "delete":
            async with db.write() as tx:
                await jobs.mark_deleted(tx, [made[1].id], now)
        arrivals = []
        for each in batch:
            now += timedelta(seconds=each.wait)
            arrivals.append(Arrival(made[each.place].key, each.signal._replace(received_at=now)))
        told.append(repr(await receive_signals(db, arrivals, blind)))
    return told


async def switch(db: Database, job: Job, now: datetime, blind: BlindWindows) -> None:
    """Pause a job, or let it go on if it is paused."""
    async with db.read() as tx:
        found = await jobs.get(tx, job.workspace_id, job.id)
    if found is not None and found.is_enabled:
        await pause_job(db, job.workspace_id, job.id, now, by=OPERATOR, blind=blind)
    elif found is not None:
        await resume_job(db, job.workspace_id, job.id, now, by=OPERATOR)


async def what_is_kept(db: Database, made: Sequence[Job]) -> Mapping[str, list[dict[str, Any]]]:
    """Return all rows of jobs, with the jobs' places for their ids."""
    places = {job.id: place for place, job in enumerate(made)}
    found: dict[str, list[dict[str, Any]]] = {}
    async with db.read() as tx:
        for table in TABLES:
            of_them = select(table).where(table.c.job_id.in_(places))
            rows = await tx.execute(of_them.order_by(*table.primary_key))
            found[table.name] = sorted(
                (
                    {name: row[name] for name in row if name not in _NAMES}
                    | {"job_id": places[row["job_id"]]}
                    for row in map(dict, rows.mappings())
                ),
                key=lambda row: row["job_id"],
            )
    return found


async def let_go(world: World, made: Sequence[Job]) -> None:
    async with world.db.write() as tx:
        await jobs.mark_deleted(tx, [job.id for job in made], START)
