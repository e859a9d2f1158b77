"""What a source said of an article's embargo is kept beside what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # NULL for what is there: nobody wrote down what its source said.
    op.add_column("article", sa.Column("embargo_said", sa.String(), nullable=True))


def downgrade() -> None:
    # A held article stays embargoed without an end: older code never lets it out and tells nobody.
    op.drop_column("article", "embargo_said")
