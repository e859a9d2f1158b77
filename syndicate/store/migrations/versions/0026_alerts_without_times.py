"""Alert newsletters have no times of day and no weekdays: nothing ever read them.

On the way down they get those that a newsletter had where nobody said any.
"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE newsletter SET schedule = '{}' WHERE kind = 'alert'")


def downgrade() -> None:
    op.execute(
        """UPDATE newsletter SET schedule = '{"times": ["08:00"], "days": [1, 2, 3, 4, 5, 6, 7]}'
        WHERE kind = 'alert' AND schedule = '{}'"""
    )
