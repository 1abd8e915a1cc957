"""Alembic migrations of the case store; run by `engine.store.schema.migrate`, never from a shell."""
