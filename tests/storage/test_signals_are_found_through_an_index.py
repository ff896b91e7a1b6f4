"""A list of a job's signals reads that job's signals and no others."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from cronbeats.domain.job import Rules, State, Status
from cronbeats.domain.schedule import Every
from cronbeats.domain.signal import SignalKind
from cronbeats.storage.database import Database
from cronbeats.storage.jobs import NewJob, add
from cronbeats.storage.schema import signals, workspaces
from cronbeats.storage.signals import SignalQuery, list_query
from tests.support.explain import plan_of
from tests.support.turnable_clock import START

JOBS, SIGNALS = 200, 100


@pytest.mark.parametrize(
    "query",
    [SignalQuery(), SignalQuery(SignalKind.PING, since=START, until=START + timedelta(hours=1))],
    ids=["all", "filtered"],
)
async def test_signals_are_found_through_an_index(db: Database, query: SignalQuery) -> None:
    async with db.write() as tx:
        values = {"name": "Home", "plan": "business", "created_at": START}
        await tx.execute(insert(workspaces).values(values))
        for number in range(JOBS):
            new = NewJob(1, f"{number:08}", "Busy", Rules(Every(60)))
            await add(tx, new, State(Status.HEALTHY, since=START))
        rows = [
            {
                "job_id": job_id,
                "kind": SignalKind.PING,
                "received_at": START + timedelta(seconds=second),
                "output_size": 0,
            }
            for second in range(SIGNALS)
            for job_id in range(1, JOBS + 1)
        ]
        await tx.execute(insert(signals), rows)
        await tx.execute(text("ANALYZE"))
        plan = await plan_of(tx, list_query(7, query).limit(50))
    assert "ix_signals_job_id_id" in plan, plan
    for sign in ("Seq Scan", "SCAN signals", "Sort", "TEMP B-TREE"):
        assert sign not in plan, plan
