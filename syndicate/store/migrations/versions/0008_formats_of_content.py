"""A frozen mail says in which format it was frozen: old ones are read by their old rules."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What stands there, and what workers of the version before still write, is of the first.
    op.add_column(
        "mailing_content",
        sa.Column("format", sa.SmallInteger(), server_default="1", nullable=False),
    )


def downgrade() -> None:
    # The bytes of both can be read by the first one's rules.
    op.drop_column("mailing_content", "format")
