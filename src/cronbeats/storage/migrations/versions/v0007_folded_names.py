"""Names and descriptions of jobs as they are searched and sorted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.domain.line import fold
from cronbeats.storage.dialect import Folded, Id

revision = "0007"
down_revision = "0006"

_jobs = sa.table(
    "jobs",
    sa.column("id", Id),
    sa.column("name", sa.String),
    sa.column("description", sa.String),
    sa.column("folded_name", sa.Text),
    sa.column("folded_description", sa.Text),
)


def upgrade() -> None:
    """Add the columns, fill them for the jobs there are, and sort by the name."""
    op.add_column("jobs", sa.Column("folded_name", Folded))
    op.add_column("jobs", sa.Column("folded_description", Folded))
    _fill()
    op.create_index(
        "ix_jobs_workspace_id_folded_name", "jobs", ["workspace_id", "folded_name", "id"]
    )


def _fill() -> None:
    connection = op.get_bind()
    known = connection.execute(sa.select(_jobs.c.id, _jobs.c.name, _jobs.c.description)).all()
    rows = [
        {
            "of_job": row.id,
            "new_name": fold(row.name),
            "new_description": row.description and fold(row.description),
        }
        for row in known
    ]
    if rows:
        statement = sa.update(_jobs).where(_jobs.c.id == sa.bindparam("of_job"))
        statement = statement.values(
            folded_name=sa.bindparam("new_name"), folded_description=sa.bindparam("new_description")
        )
        connection.execute(statement, rows)
