"""Operators' list of articles is read newest first, whatever the publication."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_article_published_at_id"), "article", ["published_at", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_article_published_at_id"), table_name="article")
