"""The one file that needs Alembic: runs the steps that a database has not seen yet."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Bring the database of a connection to the newest step, within the transaction at hand."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def steps() -> list[str]:
    """Return the names of all steps as the scripts themselves say, newest first."""
    return [step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
