"""Jobs made before names were folded are found and sorted like those made since."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import JSON, column, insert, table
from sqlalchemy.engine import Connection

from cronbeats import storage
from cronbeats.domain.blind_window import ALWAYS_HEARD
from cronbeats.domain.page import PageRequest
from cronbeats.storage import job_pages
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.dialect import Moment
from cronbeats.storage.job_lists import JobQuery, SortKey
from cronbeats.storage.job_pages import Wanted
from cronbeats.storage.migrate import migrate
from tests.support.turnable_clock import START

BEFORE = "0006"
JOBS = [("Über", "NACHTS"), ("alpha", None), ("Beta", "")]


def upgrade_to_the_step_before(connection: Connection) -> None:
    config = Config()
    scripts = Path(storage.__file__).parent / "migrations"
    config.set_main_option("script_location", str(scripts))
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE)


async def add(tx: Transaction, into: str, /, **values: Any) -> None:
    """Insert a row as an older version did, by the columns that there were."""
    moments = {key for key, value in values.items() if value is START}
    columns = [column(key, Moment() if key in moments else None) for key in values]
    if "tags" in values:
        columns = [column("tags", JSON()) if each.name == "tags" else each for each in columns]
    await tx.execute(insert(table(into, *columns)).values(values))


async def add_job(tx: Transaction, number: int, name: str, description: str | None) -> None:
    rules = {"grace_seconds": 0, "failure_tolerance": 0, "recovery_threshold": 1}
    about = {"timezone": "UTC", "tags": ["x"], "created_at": START, "updated_at": START}
    named = {"name": name, "description": description, "job_key": f"{number:08}"}
    every = {"workspace_id": 1, "expected_interval_seconds": 60}
    await add(tx, "jobs", id=number, **named, **rules, **about, **every)
    streaks = dict.fromkeys(("good_streak", "bad_streak", "missed_streak"), 0)
    counts = dict.fromkeys(("run_count", "incident_count", "open_runs"), 0)
    stands = {"status": "pending", "since": START}
    await add(tx, "job_states", job_id=number, **stands, **streaks, **counts)


async def names(db: Database, query: JobQuery) -> list[str]:
    wanted = Wanted(1, query, PageRequest(1, 50), START, ALWAYS_HEARD)
    found, _ = await job_pages.browse(db, wanted)
    return [job.name for job in found]


async def test_jobs_made_before_are_searched_and_sorted(new_database_url: str) -> None:
    db = Database(new_database_url)
    async with db.write_unhurried() as tx:
        await tx.run_sync(upgrade_to_the_step_before)
        await add(tx, "workspaces", id=1, name="Home", plan="business", created_at=START)
        for number, (name, description) in enumerate(JOBS, 1):
            await add_job(tx, number, name, description)
    await migrate(db)
    assert await names(db, JobQuery(sort_by=SortKey.NAME)) == ["alpha", "Beta", "Über"]
    assert await names(db, JobQuery(text="üBER")) == ["Über"]
    assert await names(db, JobQuery(text="nachts")) == ["Über"]
    assert await names(db, JobQuery(tags=("x",))) == ["Über", "alpha", "Beta"]
    await db.close()
