"""What an outside WebSub hub must still be told of."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_ping",
        sa.Column("feed_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "format",
            sa.Enum(
                "rss",
                "atom",
                "json",
                name="feedformat",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_feed_ping_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feed_id", "format", name=op.f("pk_feed_ping")),
    )
    op.create_index(op.f("ix_feed_ping_due_at"), "feed_ping", ["due_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_feed_ping_due_at"), table_name="feed_ping")
    op.drop_table("feed_ping")
