"""Hard bounces of a mailing are counted without its millions of deliveries."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # One scan, during which events wait; whoever tells them tells them again. Built concurrently it
    # could not be undone by halves.
    op.create_index(
        "ix_delivery_event_hard", "delivery_event", ["mailing_id"], postgresql_where="is_hard"
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_event_hard", table_name="delivery_event")
