"""Issues that an editor merged or dropped, and numbers that are given when an issue is frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_BEFORE = ("due", "composing", "frozen", "sending", "done", "empty", "held")
_NOW = (*_BEFORE, "merged", "dropped")


def upgrade() -> None:
    op.add_column(
        "issue", sa.Column("has_word", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("issue", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_issue_merged_into"), "issue", "issue", ["merged_into"], ["id"], ondelete="SET NULL"
    )
    _check(_NOW)
    op.alter_column("issue", "number", existing_type=sa.BigInteger(), nullable=True)
    # Nobody has seen the number of what was never frozen; those of all others stay as they are.
    op.execute("UPDATE issue SET number = NULL WHERE state IN ('empty', 'held')")


def downgrade() -> None:
    # What was merged or dropped is never sent: to the version before that is an empty issue.
    op.execute("UPDATE issue SET state = 'empty' WHERE state IN ('merged', 'dropped')")
    # Every issue has a number there: those without one get the next ones.
    op.execute(
        "UPDATE issue SET number = given.number FROM ("
        " SELECT id, (SELECT coalesce(max(number), 0) FROM issue other"
        "   WHERE other.newsletter_id = issue.newsletter_id)"
        "  + row_number() OVER (PARTITION BY newsletter_id ORDER BY id) AS number"
        " FROM issue WHERE number IS NULL) given WHERE given.id = issue.id"
    )
    op.alter_column("issue", "number", existing_type=sa.BigInteger(), nullable=False)
    _check(_BEFORE)
    op.drop_constraint(op.f("fk_issue_merged_into"), "issue", type_="foreignkey")
    op.drop_column("issue", "merged_into")
    op.drop_column("issue", "has_word")


def _check(values: tuple[str, ...]) -> None:
    """Say anew which states an issue may be in; its rows are checked with nobody kept out."""
    constraint = op.f("ck_issue_issuestate")
    op.drop_constraint(constraint, "issue", type_="check")
    words = ", ".join(f"'{value}'" for value in values)
    op.execute(
        f"ALTER TABLE issue ADD CONSTRAINT {constraint} CHECK (state IN ({words})) NOT VALID"
    )
    op.execute(f"ALTER TABLE issue VALIDATE CONSTRAINT {constraint}")
