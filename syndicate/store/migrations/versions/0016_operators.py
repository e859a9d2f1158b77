"""Operators are rows with grants by publication and newsletter; tokens have a publication."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _operator()
    _operator_grant()
    # A token of before opens every publication, as it did; a session of before stays its token's.
    op.add_column("api_token", sa.Column("publication_id", sa.BigInteger(), nullable=True))
    _refer("api_token", "publication")
    op.add_column("console_session", sa.Column("operator_id", sa.BigInteger(), nullable=True))
    _refer("console_session", "operator")
    op.create_index(op.f("ix_console_session_operator_id"), "console_session", ["operator_id"])


def downgrade() -> None:
    # Whoever signed in as an operator would be let in with what the session began with.
    op.execute("DELETE FROM console_session WHERE operator_id IS NOT NULL")
    op.drop_index(op.f("ix_console_session_operator_id"), table_name="console_session")
    op.drop_column("console_session", "operator_id")
    # A token of one publication would open all of them.
    op.execute("DELETE FROM api_token WHERE publication_id IS NOT NULL")
    op.drop_column("api_token", "publication_id")
    op.drop_table("operator_grant")
    op.drop_table("operator")


def _operator() -> None:
    op.create_table(
        "operator",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator")),
        sa.UniqueConstraint("slug", name=op.f("uq_operator_slug")),
    )


def _operator_grant() -> None:
    op.create_table(
        "operator_grant",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("operator_id", sa.BigInteger(), nullable=False),
        sa.Column("permission", sa.String(), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=True),
        sa.Column("newsletter_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(publication_id, newsletter_id) < 2", name=op.f("ck_operator_grant_scope")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{above}_id"],
                [f"{above}.id"],
                name=op.f(f"fk_operator_grant_{above}_id"),
                ondelete="CASCADE",
            )
            for above in ("operator", "publication", "newsletter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_grant")),
        sa.UniqueConstraint(
            "operator_id",
            "permission",
            "publication_id",
            "newsletter_id",
            name=op.f("uq_operator_grant"),
            postgresql_nulls_not_distinct=True,
        ),
    )


def _refer(table: str, above: str) -> None:
    """Have a column name a row that is there; nobody is kept out while its rows are checked."""
    name = op.f(f"fk_{table}_{above}_id")
    op.create_foreign_key(
        name,
        table,
        above,
        [f"{above}_id"],
        ["id"],
        ondelete="CASCADE",
        postgresql_not_valid=True,
    )
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
