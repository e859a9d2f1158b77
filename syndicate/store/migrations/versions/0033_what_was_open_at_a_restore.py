"""After a restore new mail leaves; what was open then is held until somebody releases it."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "installation", sa.Column("rest_held_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    # The version before knows all or nothing: all is held again, and released by the same command.
    op.execute(
        "UPDATE installation SET held_at = rest_held_at, stopped_at = rest_held_at, "
        "held_why = 'what was open when it was restored is held', "
        "stopped_why = 'what was open when it was restored is held' "
        "WHERE rest_held_at IS NOT NULL AND held_at IS NULL"
    )
    op.drop_column("installation", "rest_held_at")
