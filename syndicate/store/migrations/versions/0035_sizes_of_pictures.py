"""A new story's lead picture is asked for its size once; those of stories that are there never."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_INDEX = "ix_picture_unmeasured"


def upgrade() -> None:
    op.add_column("picture", sa.Column("measured_bytes", sa.BigInteger(), nullable=True))
    # A default of the moment is written nowhere (PostgreSQL 11): what is there counts as asked.
    column = sa.Column(
        "measured_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=True
    )
    op.add_column("picture", column)
    op.alter_column("picture", "measured_at", server_default=None)
    # One scan, in which nothing is found yet. Built concurrently it could not be undone by halves.
    op.create_index(
        _INDEX,
        "picture",
        ["id"],
        postgresql_where=sa.text("measured_at IS NULL AND size_bytes IS NULL AND position = 0"),
    )


def downgrade() -> None:
    op.drop_index(_INDEX, table_name="picture")
    op.drop_column("picture", "measured_at")
    op.drop_column("picture", "measured_bytes")
