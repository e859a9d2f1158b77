"""Streams can have relays, a pace and a warm-up of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_NAMES = ("pool", "pace", "warm_up")


def upgrade() -> None:
    for name in _NAMES:
        op.add_column("mail_stream", sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    # Older code sends all mail by all relays, at the pace of the settings.
    for name in reversed(_NAMES):
        op.drop_column("mail_stream", name)
