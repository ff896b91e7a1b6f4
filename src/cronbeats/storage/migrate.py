"""Bringing a database up to the schema of this version, and telling whether it is there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from cronbeats.storage.database import Database
from cronbeats.storage.dialect import lock_for_migration

_STEPS = Path(__file__).parent / "migrations" / "versions"
# Where Alembic notes the step that a database has come to.
_NOTED = "alembic_version"


async def migrate(database: Database) -> None:
    """Run the steps that the database has not seen yet, all in one transaction.

    Any number of processes may call this at once: one does the work, the others wait.
    """
    async with database.write_unhurried() as tx:
        await tx.run_sync(_upgrade)


async def is_migrated(database: Database) -> bool:
    """Tell whether the database has this version's schema (or a newer one's)."""
    async with database.read() as tx:
        current = await tx.run_sync(_current)
    # A step unknown to us is from a newer version, whose schema only adds to ours.
    return current is not None and current not in _known_steps()[1:]


def head() -> str:
    """Return the name of the newest step."""
    return _known_steps()[0]


def _upgrade(connection: Connection) -> None:
    lock_for_migration(connection)
    current = _current(connection)
    is_behind = current is None or current in _known_steps()[1:]
    if not is_behind:
        return
    # Alembic takes 10 MiB and a sixth of a second, and nearly every start finds nothing to do.
    from cronbeats.storage.upgrade import upgrade  # noqa: PLC0415

    upgrade(connection)


def _current(connection: Connection) -> str | None:
    """Return the name of the step that a database has come to, None for an empty one."""
    if not inspect(connection).has_table(_NOTED):
        return None
    name: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return name


@cache
def _known_steps() -> list[str]:
    """Return the names of all steps, newest first: files are named after them, as in v0001_…."""
    return sorted((file.name[1:5] for file in _STEPS.glob("v*.py")), reverse=True)
