"""Content that is corrected while it is sent; alerts that open by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mailing", sa.Column("renew_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "mailing_revision",
        sa.Column("mailing_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"],
            ["mailing.id"],
            name=op.f("fk_mailing_revision_mailing_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "mailing_id", "version", "position", name=op.f("pk_mailing_revision")
        ),
    )
    op.add_column("issue", sa.Column("article_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_issue_article_id"),
        "issue",
        "article",
        ["article_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_unique_constraint(
        op.f("uq_issue_newsletter_id_article_id"), "issue", ["newsletter_id", "article_id"]
    )
    op.add_column("article", sa.Column("alert_at", sa.DateTime(timezone=True), nullable=True))
    # Nothing stands in it yet: one short scan. Built concurrently it could not be undone by halves.
    op.create_index(
        "ix_article_alert",
        "article",
        ["alert_at"],
        postgresql_where="alert_at IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_index("ix_article_alert", table_name="article")
    op.drop_column("article", "alert_at")
    op.drop_constraint(op.f("uq_issue_newsletter_id_article_id"), "issue", type_="unique")
    op.drop_constraint(op.f("fk_issue_article_id"), "issue", type_="foreignkey")
    op.drop_column("issue", "article_id")
    op.drop_table("mailing_revision")
    op.drop_column("mailing", "renew_since")
