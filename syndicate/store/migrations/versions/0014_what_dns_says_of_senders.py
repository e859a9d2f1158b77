"""What DNS said of each publication's sender, record by record."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sender_check",
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.String(length=32), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("wanted", sa.String(), nullable=False),
        sa.Column("found", sa.String(), nullable=False),
        sa.Column("do", sa.String(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "record IN ('spf', 'dkim', 'dmarc', 'mx', 'reverse', 'helo')",
            name=op.f("ck_sender_check_senderrecord"),
        ),
        sa.CheckConstraint(
            "state IN ('good', 'wrong', 'unknown')", name=op.f("ck_sender_check_recordstate")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_sender_check_publication_id")
        ),
        sa.PrimaryKeyConstraint("publication_id", "record", name=op.f("pk_sender_check")),
    )


def downgrade() -> None:
    # DNS is asked again within a day.
    op.drop_table("sender_check")
