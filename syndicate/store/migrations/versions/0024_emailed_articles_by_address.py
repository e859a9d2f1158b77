"""Articles that visitors sent to an address are found by it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # One scan, during which mailings are made a moment later. Built concurrently it could not be
    # undone by halves.
    op.create_index(
        "ix_mailing_emailed",
        "mailing",
        [sa.text('"right"(dedupe_key, 32)')],
        postgresql_where="message = 'article'",
    )


def downgrade() -> None:
    op.drop_index("ix_mailing_emailed", table_name="mailing")
