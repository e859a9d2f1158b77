"""Newsletters that draw from tags, are paused, resumed and ended."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_MOMENTS = ("paused_at", "ended_at", "opens_from")


def upgrade() -> None:
    op.add_column(
        "newsletter",
        sa.Column("tags", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False),
    )
    for name in _MOMENTS:
        op.add_column("newsletter", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    # Older code sends every newsletter: what was paused or has ended loses its times, which holds
    # its issues and tells why.
    op.execute(
        'UPDATE newsletter SET schedule = \'{"times": [], "days": []}\', is_public = false'
        " WHERE paused_at IS NOT NULL OR ended_at IS NOT NULL"
    )
    for name in reversed(_MOMENTS):
        op.drop_column("newsletter", name)
    op.drop_column("newsletter", "tags")
