"""What rings, when and who has heard it; and when each process and relay was last heard."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def _moment(name: str, *, is_needed: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not is_needed)


def upgrade() -> None:
    op.create_table(
        "alarm_ring",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("alarm", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=True),
        sa.Column("newsletter_id", sa.BigInteger(), nullable=True),
        _moment("began_at", is_needed=True),
        _moment("last_seen_at", is_needed=True),
        _moment("ended_at"),
        sa.Column("rung", sa.BigInteger(), server_default="0", nullable=False),
        _moment("last_rung_at"),
        _moment("next_at"),
        _moment("acknowledged_at"),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("outcomes", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("is_test", sa.Boolean(), server_default="false", nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{table}_id"],
                [f"{table}.id"],
                name=op.f(f"fk_alarm_ring_{table}_id"),
                ondelete="SET NULL",
            )
            for table in ("publication", "newsletter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_ring")),
    )
    op.create_index(
        "uq_alarm_ring_standing",
        "alarm_ring",
        ["alarm", "key"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_alarm_ring_next_at",
        "alarm_ring",
        ["next_at"],
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("queues", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False),
        _moment("began_at", is_needed=True),
        _moment("heard_at", is_needed=True),
        _moment("asked_at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )


def downgrade() -> None:
    op.drop_table("heartbeat")
    op.drop_table("alarm_ring")
