"""A process that holds leases is known by a lock, so that its death is noticed in seconds."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_LEASED = ("fetch_host", "fetch_state", "source_push", "feed", "feed_callback", "feed_ping")


def upgrade() -> None:
    op.create_table(
        "holder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=True),
        sa.Column("lock", sa.BigInteger(), nullable=False),
        sa.Column(
            "since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("died_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder")),
    )
    for table in _LEASED:
        op.add_column(table, sa.Column("holder", sa.Uuid(), nullable=True))


def downgrade() -> None:
    for table in reversed(_LEASED):
        op.drop_column(table, "holder")
    op.drop_table("holder")
