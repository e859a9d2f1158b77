"""The tick writes down beside the database who left, returned or is suppressed, as it is noted."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_NOTED = ("suppression", "subscription_change")


def upgrade() -> None:
    for table in _NOTED:
        column = sa.Column(
            "noted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        )
        op.add_column(table, column)
        op.create_index(op.f(f"ix_{table}_noted_at"), table, ["noted_at"])
    op.create_index(op.f("ix_consent_at"), "consent", ["at"])
    op.create_index(op.f("ix_audit_action_at"), "audit", ["action", "at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_action_at"), table_name="audit")
    op.drop_index(op.f("ix_consent_at"), table_name="consent")
    for table in _NOTED:
        op.drop_index(op.f(f"ix_{table}_noted_at"), table_name=table)
        op.drop_column(table, "noted_at")
