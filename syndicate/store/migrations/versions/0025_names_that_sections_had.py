"""Names that sections had, by which the categories of sources still find them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "section",
        sa.Column("former_names", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("section", "former_names")
