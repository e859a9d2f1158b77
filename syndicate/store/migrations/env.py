"""Alembic's entry: runs on the connection that `store.migrate` hands over."""

from alembic import context
from sqlalchemy import text

from syndicate.store.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transaction_per_migration=True)
with context.begin_transaction():
    connection.execute(text("SET LOCAL lock_timeout = '4s'"))
    context.run_migrations()
