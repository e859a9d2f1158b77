"""Alembic's entry: runs on the connection that `store.maintenance.migrate` hands over."""

import re

from alembic import context
from sqlalchemy import text

from syndicate.store.maintenance.tables import METADATA

# The ledger's partitions are made and dropped while it runs, not by migrations
# (store.sending.partitions).
_PARTITION = re.compile(r"delivery_p\d+")


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name and _PARTITION.fullmatch(name))


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    transaction_per_migration=True,
    include_name=_is_ours,
)
with context.begin_transaction():
    connection.execute(text("SET LOCAL lock_timeout = '4s'"))
    context.run_migrations()
