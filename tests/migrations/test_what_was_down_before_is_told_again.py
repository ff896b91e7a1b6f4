"""Jobs that were down before there were reminders are reminded of like those that go down now."""

from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import JSON, column, insert, select, table
from sqlalchemy.engine import Connection

from cronbeats import storage
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.dialect import Moment
from cronbeats.storage.migrate import migrate
from cronbeats.storage.schema import reminders
from tests.support.turnable_clock import START

BEFORE = "0003"
DOWN, WELL, DELETED = 1, 2, 3


async def test_each_open_incident_gets_its_row(new_database_url: str) -> None:
    db = Database(new_database_url)
    async with db.write_unhurried() as tx:
        await tx.run_sync(upgrade_to_the_step_before)
        for workspace_id in (1, 2):
            await add(tx, "workspaces", id=workspace_id, name="W", plan="free", created_at=START)
        rules = dict.fromkeys(("alert_on_down", "alert_on_recovery", "alert_on_late"), True)
        await add(tx, "alert_rules", workspace_id=2, reminder_interval_seconds=60, **rules)
        await add_job(tx, DOWN, workspace_id=1, down_since=START)
        await add_job(tx, WELL, workspace_id=1)
        await add_job(tx, DELETED, workspace_id=1, down_since=START, deleted_at=START)
        await add_job(tx, 4, workspace_id=2, down_since=START)
    await migrate(db)
    async with db.read() as tx:
        rows = await tx.execute(select(reminders).order_by(reminders.c.job_id))
        assert [tuple(row) for row in rows] == [
            (DOWN, 1, START, START, None),
            (4, 2, START, START, START),
        ]
    await db.close()


def upgrade_to_the_step_before(connection: Connection) -> None:
    config = Config()
    scripts = Path(storage.__file__).parent / "migrations"
    config.set_main_option("script_location", str(scripts))
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE)


async def add(tx: Transaction, into: str, /, **values: object) -> None:
    """Insert a row as an older version did, by the columns that there were."""
    columns = [
        column(key, Moment() if isinstance(value, datetime) else JSON() if key == "tags" else None)
        for key, value in values.items()
    ]
    await tx.execute(insert(table(into, *columns)).values(values))


async def add_job(
    tx: Transaction, number: int, *, down_since: datetime | None = None, **values: object
) -> None:
    rules = {"grace_seconds": 0, "failure_tolerance": 0, "recovery_threshold": 1}
    about = {"timezone": "UTC", "tags": [], "created_at": START, "updated_at": START}
    named = {"name": "Job", "job_key": f"{number:08}", "expected_interval_seconds": 60}
    await add(tx, "jobs", id=number, **named, **rules, **about, **values)
    counted = ("good_streak", "bad_streak", "missed_streak", "run_count", "open_runs")
    counts = dict.fromkeys((*counted, "incident_count"), 0)
    status = "healthy" if down_since is None else "down"
    incident = {} if down_since is None else {"incident_started_at": down_since}
    await add(tx, "job_states", job_id=number, status=status, since=START, **counts, **incident)
