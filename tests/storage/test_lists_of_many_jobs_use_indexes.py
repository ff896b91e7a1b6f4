"""A workspace may have ten thousand jobs: a page of them is found through an index."""

from typing import Any

import pytest
from sqlalchemy import Select, insert, text, update

from cronbeats.domain.job import Outcome, Rules, State, Status
from cronbeats.domain.schedule import Every
from cronbeats.storage import job_lists
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.dialect import PACKED_ROWS, pack_rows
from cronbeats.storage.job_lists import JobQuery, SortKey
from cronbeats.storage.jobs import NewJob, add
from cronbeats.storage.ledger import open_account
from cronbeats.storage.runs import last_outcomes_query
from cronbeats.storage.schema import job_states, jobs, runs, workspaces
from tests.support.explain import plan_of
from tests.support.turnable_clock import START

MANY = 10_000
OURS, OTHERS = 1, 2


@pytest.fixture
async def crowded(db: Database) -> Database:
    """Give a database with two workspaces of ten thousand jobs each."""
    async with db.write() as tx:
        for name in ("Ours", "Others"):
            values = {"name": name, "plan": "business", "created_at": START}
            await tx.execute(insert(workspaces).values(values))
        new = NewJob(OURS, "pattern0", "Pattern", Rules(Every(60)))
        job = await add(tx, new, State(Status.HEALTHY, since=START))
        await open_account(tx, job)
        await copy_many(tx, job.id)
        await tx.execute(text("ANALYZE"))
    return db


async def copy_many(tx: Transaction, pattern_id: int) -> None:
    pattern = (await tx.execute(jobs.select().where(jobs.c.id == pattern_id))).one()._asdict()
    state = (await tx.execute(job_states.select())).one()._asdict()
    numbers = range(pattern_id + 1, pattern_id + 1 + 2 * MANY)
    rows = [
        {
            "id": number,
            "workspace_id": OURS if number % 2 else OTHERS,
            "job_key": f"{number:08}",
            "folded_name": f"job {number * 7919 % MANY}",
        }
        for number in numbers
    ]
    await tx.execute(insert(jobs), [{**pattern, **row} for row in rows])
    await tx.execute(insert(job_states), [{**state, "job_id": number} for number in numbers])


def listed_of_ours(tx: Transaction, query: JobQuery) -> Select[Any]:
    listed = job_lists.list_query(tx.dialect, query)
    return listed.params(job_lists.values_of(OURS, query, START))


@pytest.mark.parametrize(
    "query",
    [
        JobQuery(),
        JobQuery(statuses=frozenset({Status.HEALTHY})),
        JobQuery(sort_by=SortKey.NAME),
    ],
    ids=["oldest first", "one status", "by name"],
)
async def test_a_page_is_read_in_the_order_of_an_index(crowded: Database, query: JobQuery) -> None:
    async with crowded.read() as tx:
        listed = listed_of_ours(tx, query)
        plan = await plan_of(tx, listed.limit(50).offset(100))
    assert "ndex" in plan.replace("INDEX", "Index")
    for sign in ("Seq Scan", "SCAN jobs", "Sort", "TEMP B-TREE"):
        assert sign not in plan, plan


async def test_the_last_runs_of_many_jobs_are_read_through_an_index(crowded: Database) -> None:
    async with crowded.write() as tx:
        rows = [
            {"job_id": job_id, "number": number, "outcome": Outcome.SUCCESS}
            for job_id in range(1, 101)
            for number in range(1, 501)
        ]
        await tx.execute(insert(runs), rows)
        await tx.execute(update(job_states).values(run_count=500))
        await tx.execute(text("ANALYZE"))
    async with crowded.read() as tx:
        packed = pack_rows(tx.dialect, [[job_id] for job_id in range(1, 51)])
        wanted = last_outcomes_query(tx.dialect, 30).params({PACKED_ROWS: packed})
        found = [tuple(row) for row in await tx.execute(wanted)]
        plan = await plan_of(tx, wanted)
    assert found == [(job_id, "success") for job_id in range(1, 51) for _ in range(30)]
    for sign in ("Seq Scan on runs", "SCAN runs"):
        assert sign not in plan, plan
    assert "number>?" in plan or "Limit" in plan, plan


async def test_a_page_in_the_middle_is_right_however_many_there_are(crowded: Database) -> None:
    query = JobQuery(text="JOB 999", sort_by=SortKey.NAME, is_descending=True)
    async with crowded.read() as tx:
        found = (await tx.execute(listed_of_ours(tx, query).add_columns(jobs.c.folded_name))).all()
    names = [row.folded_name for row in found]
    assert len(names) == len({row.id for row in found}) > 1
    assert names == sorted(names, reverse=True)
    assert {name[:7] for name in names} == {"job 999"}
