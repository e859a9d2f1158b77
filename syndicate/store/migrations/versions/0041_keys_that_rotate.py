"""Keys rotate: which master keys there are, a CMS's own keys, and a token's secret before this one.

On the way down a CMS's own key is lost: it signs with the derived one again, which
`syndicate sources secret` prints.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "master_key",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("held_at", _MOMENT, nullable=True),
        sa.Column("signs_at", _MOMENT, nullable=True),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.Column("left_at", _MOMENT, nullable=True),
        sa.Column("ends_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("journal_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_master_key")),
    )
    op.create_index(
        "uq_master_key_made",
        "master_key",
        [sa.text("(held_at IS NULL)")],
        unique=True,
        postgresql_where=sa.text("held_at IS NULL AND ended_at IS NULL"),
    )
    op.create_table(
        "push_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=True),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_push_key_publication_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_key")),
    )
    op.create_index(op.f("ix_push_key_publication_id"), "push_key", ["publication_id"])
    op.add_column("installation", sa.Column("addresses_key", sa.String(), nullable=True))
    op.add_column("api_token", sa.Column("secret_at", _MOMENT, nullable=True))
    op.add_column("api_token", sa.Column("former_hash", sa.LargeBinary(), nullable=True))
    op.add_column("api_token", sa.Column("former_until", _MOMENT, nullable=True))


def downgrade() -> None:
    op.drop_column("api_token", "secret_at")
    op.drop_column("api_token", "former_until")
    op.drop_column("api_token", "former_hash")
    op.drop_column("installation", "addresses_key")
    op.drop_table("push_key")
    op.drop_table("master_key")
