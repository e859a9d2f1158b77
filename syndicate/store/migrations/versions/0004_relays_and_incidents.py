"""Messages that a relay saw and has not taken yet; who looks after an incident."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "relay_seen",
        sa.Column("relay", sa.String(), nullable=False),
        sa.Column("queue_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("relay", "queue_id", name=op.f("pk_relay_seen")),
    )
    op.create_index(op.f("ix_relay_seen_message_id"), "relay_seen", ["message_id"])
    op.add_column("delivery_incident", sa.Column("taken_at", sa.DateTime(timezone=True)))
    op.add_column("delivery_incident", sa.Column("taken_by", sa.String()))


def downgrade() -> None:
    op.drop_column("delivery_incident", "taken_by")
    op.drop_column("delivery_incident", "taken_at")
    op.drop_index(op.f("ix_relay_seen_message_id"), table_name="relay_seen")
    op.drop_table("relay_seen")
