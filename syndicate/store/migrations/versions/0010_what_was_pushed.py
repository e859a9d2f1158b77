"""What a CMS pushed is recognised by its own bytes, whatever newer code reads of them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # NULL for what is there: older code kept the fingerprint of its own reading alone.
    op.add_column("article_source", sa.Column("said_hash", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("article_source", "said_hash")
