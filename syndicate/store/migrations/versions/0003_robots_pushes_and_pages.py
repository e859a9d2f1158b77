"""Rules of robots.txt by source, what hubs pushed, pages that are read again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SCORES = ("pushed_first", "polled_first", "push_delay_s", "poll_delay_s")


def upgrade() -> None:
    # A hash is 20 bytes a row and takes headlines of any length. Some 4 s for a million articles.
    op.create_index(op.f("ix_article_headline"), "article", ["headline"], postgresql_using="hash")
    op.add_column("source", sa.Column("obeys_robots", sa.Boolean(), nullable=True))
    for name in _SCORES:
        op.add_column(
            "fetch_state", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
        )
    op.create_table(
        "source_push",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["hub_subscription.id"],
            name=op.f("fk_source_push_subscription_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_push")),
    )
    op.create_index(op.f("ix_source_push_subscription_id"), "source_push", ["subscription_id"])
    op.create_index(op.f("ix_source_push_due_at"), "source_push", ["due_at"])
    op.create_table(
        "article_page",
        sa.Column("carried_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("etag", sa.LargeBinary(), nullable=True),
        sa.Column("last_modified", sa.LargeBinary(), nullable=True),
        sa.Column("seen", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["carried_id"],
            ["article_source.id"],
            name=op.f("fk_article_page_carried_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_article_page_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("carried_id", name=op.f("pk_article_page")),
    )
    op.create_index(op.f("ix_article_page_source_id"), "article_page", ["source_id"])
    op.create_index(op.f("ix_article_page_next_at"), "article_page", ["next_at"])


def downgrade() -> None:
    op.drop_table("article_page")
    op.drop_table("source_push")
    for name in reversed(_SCORES):
        op.drop_column("fetch_state", name)
    op.drop_column("source", "obeys_robots")
    op.drop_index(op.f("ix_article_headline"), table_name="article")
