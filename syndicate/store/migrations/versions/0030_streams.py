"""Alerts, digests, confirmations and emailed articles can have senders of their own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_STREAMS = "'alert', 'digest', 'confirmation', 'article'"


def upgrade() -> None:
    op.create_table(
        "mail_stream",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(length=32), nullable=False),
        sa.Column("sender_name", sa.String(), server_default="", nullable=False),
        sa.Column("sender_names", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("sender_address", sa.String(), nullable=True),
        sa.Column("reply_to", sa.String(), nullable=True),
        sa.Column("return_domain", sa.String(), nullable=True),
        sa.CheckConstraint(f"slug IN ({_STREAMS})", name=op.f("ck_mail_stream_stream")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_mail_stream_publication_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_stream")),
        sa.UniqueConstraint(
            "publication_id", "slug", name=op.f("uq_mail_stream_publication_id_slug")
        ),
    )


def downgrade() -> None:
    # Older code sends all of a publication's mail from the publication's own address.
    op.drop_table("mail_stream")
