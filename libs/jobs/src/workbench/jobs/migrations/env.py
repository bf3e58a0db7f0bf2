"""Alembic's entry: migrate over the connection that migrate() hands in."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
