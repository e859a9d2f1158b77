"""States that were drawn and that nothing ever took; a channel that nothing asked for."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SUBSCRIPTION = ("pending", "active", "ended")
_MAILING = ("materialising", "sending", "paused", "done", "cancelled")


def upgrade() -> None:
    _check("subscription", "subscriptionstate", _SUBSCRIPTION)
    op.execute("UPDATE mailing SET state = 'paused' WHERE state = 'held'")
    _check("mailing", "mailingstate", _MAILING)
    # What a hub delivers is the public feed, and its pictures are those of that channel.
    op.execute(
        "UPDATE picture SET channels = array_remove(channels, 'hub') WHERE 'hub' = ANY(channels)"
    )


def downgrade() -> None:
    # Which pictures named the hub is not known any more; it made no difference to any.
    _check("subscription", "subscriptionstate", ("pending", "active", "paused", "ended"))
    _check(
        "mailing",
        "mailingstate",
        ("draft", "materialising", "sending", "paused", "cancelled", "done", "held"),
    )


def _check(table: str, name: str, values: tuple[str, ...]) -> None:
    """Say anew which states a row may be in; its rows are checked with nobody kept out."""
    constraint = op.f(f"ck_{table}_{name}")
    op.drop_constraint(constraint, table, type_="check")
    words = ", ".join(f"'{value}'" for value in values)
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK (state IN ({words})) NOT VALID"
    )
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")
