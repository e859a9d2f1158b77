"""Which ring was told by which way, and how each way is, are kept: nothing is told twice."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm_way",
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("way", name=op.f("pk_alarm_way")),
    )
    op.create_table(
        "alarm_telling",
        sa.Column("ring_id", sa.BigInteger(), nullable=False),
        sa.Column("hearer", sa.String(), nullable=False),
        sa.Column("rung", sa.BigInteger(), nullable=False),
        sa.Column("is_acknowledged", sa.Boolean(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ring_id", "hearer", name=op.f("pk_alarm_telling")),
    )


def downgrade() -> None:
    op.drop_table("alarm_telling")
    op.drop_table("alarm_way")
