"""A document that changes the headlines of its whole feed waits until somebody has looked at it."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fetch_state", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("fetch_state", sa.Column("is_let_in", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("fetch_state", "is_let_in")
    op.drop_column("fetch_state", "held_at")
