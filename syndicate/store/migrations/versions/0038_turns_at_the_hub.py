"""The hub shares turns out by who asked, and looks up which hosts agreed to anything."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "feed_callback", sa.Column("asked_by", sa.String(), server_default="", nullable=False)
    )
    op.create_index(
        "ix_feed_callback_agreed",
        "feed_callback",
        ["host"],
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_feed_callback_agreed", table_name="feed_callback")
    op.drop_column("feed_callback", "asked_by")
