"""A document that was dropped stays so: which one it was is kept by the hash of its bytes."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fetch_state", sa.Column("dropped_hash", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("fetch_state", "dropped_hash")
