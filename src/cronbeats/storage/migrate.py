"""Bringing a database up to the schema of this version, and telling whether it is there."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from cronbeats.storage.database import Database
from cronbeats.storage.dialect import lock_for_migration

_SCRIPTS = Path(__file__).parent / "migrations"


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
    if _is_from_the_future(connection):
        return
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _is_from_the_future(connection: Connection) -> bool:
    current = _current(connection)
    return current is not None and current not in _known_steps()


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _known_steps() -> list[str]:
    """Return the names of all steps, newest first."""
    return [step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
