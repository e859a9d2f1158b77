"""Keys that sign mail are made here, several for a domain; the sender check tells of each."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_ONE, _SEVERAL = ("publication_id", "record"), ("publication_id", "record", "about")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "dkim_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("selector", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=True),
        sa.Column("left_at", moment, nullable=True),
        sa.Column("done_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dkim_key")),
        sa.UniqueConstraint("domain", "selector", name=op.f("uq_dkim_key_domain_selector")),
    )
    op.create_index(
        "uq_dkim_key_waiting",
        "dkim_key",
        ["domain"],
        unique=True,
        postgresql_where=sa.text("seen_at IS NULL AND done_at IS NULL"),
    )
    op.add_column(
        "sender_check", sa.Column("about", sa.String(), server_default="", nullable=False)
    )
    op.add_column(
        "sender_check", sa.Column("position", sa.SmallInteger(), server_default="0", nullable=False)
    )
    _key(_SEVERAL)


def downgrade() -> None:
    # DNS is asked again within a day. Older code signs with the key of the settings alone.
    op.execute("DELETE FROM sender_check")
    _key(_ONE)
    op.drop_column("sender_check", "position")
    op.drop_column("sender_check", "about")
    op.drop_index("uq_dkim_key_waiting", table_name="dkim_key")
    op.drop_table("dkim_key")


def _key(columns: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("pk_sender_check"), "sender_check", type_="primary")
    op.create_primary_key(op.f("pk_sender_check"), "sender_check", list(columns))
