"""Alembic's entry: runs the migrations on the connection that `engine.store.schema.migrate` hands over."""

from __future__ import annotations

from alembic import context

from engine.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter columns in place
    transactional_ddl=False,  # the caller's transaction is the only one
)
context.run_migrations()
