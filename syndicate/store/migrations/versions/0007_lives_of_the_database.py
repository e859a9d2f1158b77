"""A database knows its life and its home, so that a copy of it is told from itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column(
            "life", sa.String(), server_default=sa.text("gen_random_uuid()::text"), nullable=False
        ),
        sa.Column(
            "life_since",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("past_lives", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False),
        sa.Column("mark", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("home", sa.String(), nullable=True),
        sa.Column("compared_for", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_why", sa.String(), nullable=True),
        sa.Column("is_all_restored", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("held_mailing", sa.BigInteger(), nullable=True),
        sa.Column("opens_from", sa.DateTime(timezone=True), nullable=True),
    )


def upgrade() -> None:
    for column in _columns():
        op.add_column("installation", column)
    # What a relay accepted before it began is no sign that this database is a copy.
    op.execute(
        "UPDATE installation SET "
        "life_since = coalesce((SELECT min(created_at) FROM newsletter), now())"
    )
    op.create_table(
        "newsletter_told",
        sa.Column("newsletter_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"],
            ["newsletter.id"],
            name=op.f("fk_newsletter_told_newsletter_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("newsletter_id", "name", name=op.f("pk_newsletter_told")),
    )


def downgrade() -> None:
    op.drop_table("newsletter_told")
    for column in reversed(_columns()):
        op.drop_column("installation", column.name)
