"""Holds by scope: a mailing, a newsletter, a publication, or all digests and letters."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_SCOPES = ("mailing", "newsletter", "publication", "issues")


def upgrade() -> None:
    op.create_table(
        "mailing_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                *_SCOPES, name="holdscope", native_enum=False, length=32, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("mailing_id", sa.BigInteger(), nullable=True),
        sa.Column("newsletter_id", sa.BigInteger(), nullable=True),
        sa.Column("publication_id", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{table}_id"],
                [f"{table}.id"],
                name=op.f(f"fk_mailing_hold_{table}_id"),
                ondelete="CASCADE",
            )
            for table in ("mailing", "newsletter", "publication")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing_hold")),
        sa.UniqueConstraint(
            "scope",
            "mailing_id",
            "newsletter_id",
            "publication_id",
            name=op.f("uq_mailing_hold_what"),
            postgresql_nulls_not_distinct=True,
        ),
    )


def downgrade() -> None:
    # That version knows of no hold: what was held would leave, so its mailings are paused.
    op.execute(
        "UPDATE mailing SET state = 'paused' WHERE state = 'sending'"
        " AND kind IN ('digest', 'letter')"
        " AND EXISTS (SELECT FROM mailing_hold WHERE scope = 'issues'"
        " OR mailing_id = mailing.id OR newsletter_id = mailing.newsletter_id"
        " OR publication_id = mailing.publication_id)"
    )
    op.drop_table("mailing_hold")
