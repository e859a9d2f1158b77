"""Whose word a featured pick is: an editor's stands against what pages say."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("featured", sa.Column("picked_by", sa.String(), nullable=True))


def downgrade() -> None:
    # An editor's picks go on as a page's: the next reading of the page's box ends them.
    op.drop_column("featured", "picked_by")
