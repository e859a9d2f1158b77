"""A source whose server calls news unchanged is asked for as a whole, for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("distrusted_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("fetch_state", column)


def downgrade() -> None:
    op.drop_column("fetch_state", "distrusted_at")
