"""Runs the migrations on the connection that `Database.migrate` hands over, in its transaction."""

from alembic import context

from store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.METADATA,
    transactional_ddl=True,
)
context.run_migrations()
