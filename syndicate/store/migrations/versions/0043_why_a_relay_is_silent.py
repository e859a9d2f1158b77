"""What is wrong with a relay stands beside when it was last heard."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("heartbeat", sa.Column("said", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("heartbeat", "said")
