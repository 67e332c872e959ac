"""Run the migrations inside the transaction of the connection that `organism.registry.migrate` passes in."""

from __future__ import annotations

from alembic import context

# SQLite can undo CREATE TABLE, which Alembic does not assume; the transaction is the caller's.
context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
