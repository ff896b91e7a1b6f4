"""Alembic's entry: it runs the steps on the connection that it is handed."""

from __future__ import annotations

from alembic import context

from cronbeats.storage.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite can change few things of a table in place; Alembic then makes it anew and copies.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
