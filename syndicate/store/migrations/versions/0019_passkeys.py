"""Operators sign in by passkey or recovery code; a session has a number, and what opened it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operator_passkey",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("operator_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _of_operator("operator_passkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_operator_passkey_credential_id")),
    )
    op.create_table(
        "operator_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("operator_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _of_operator("operator_code"),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_operator_code")),
    )
    op.create_index(op.f("ix_operator_code_operator_id"), "operator_code", ["operator_id"])
    # A dozen rows that live half a day: numbering them takes no time.
    op.add_column(
        "console_session", sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False)
    )
    op.create_unique_constraint(op.f("uq_console_session_id"), "console_session", ["id"])
    op.add_column(
        "console_session",
        sa.Column("opened_by", sa.String(), server_default="link", nullable=False),
    )
    op.execute("UPDATE console_session SET opened_by = 'token' WHERE api_token_id IS NOT NULL")


def downgrade() -> None:
    # Passkeys and codes are gone then; operators sign in by a link, as before.
    op.drop_column("console_session", "opened_by")
    op.drop_constraint(op.f("uq_console_session_id"), "console_session", type_="unique")
    op.drop_column("console_session", "id")
    op.drop_table("operator_code")
    op.drop_table("operator_passkey")


def _of_operator(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["operator_id"],
        ["operator.id"],
        name=op.f(f"fk_{table}_operator_id"),
        ondelete="CASCADE",
    )
