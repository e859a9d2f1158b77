"""Hard bounces of a day are counted by receiver, whichever mailings they are of."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_DOMAIN = "lower(reverse(split_part(reverse(address), '@', 1)))"


def upgrade() -> None:
    op.add_column("delivery_event", sa.Column("receiver", sa.String(), nullable=True))
    # Those of the last days may be part of a burst that goes on; older ones are nobody's.
    op.execute(
        f"""
        UPDATE delivery_event e SET receiver = nullif(
            CASE r.receiver_group WHEN 'other' THEN {_DOMAIN} ELSE r.receiver_group END, '')
        FROM recipient r
        WHERE r.id = e.recipient_id AND e.is_hard AND e.at > now() - interval '7 days'
        """  # noqa: S608 - our own words
    )
    op.create_index(
        "ix_delivery_event_receiver",
        "delivery_event",
        ["receiver", "at"],
        postgresql_where="is_hard",
    )
    # Nobody asks by mailing any more; a process of the version before is slower without it.
    op.drop_index("ix_delivery_event_hard", table_name="delivery_event")
    op.create_index(
        "ix_recipient_domain",
        "recipient",
        [sa.text(_DOMAIN)],
        postgresql_where="receiver_group = 'other'",
    )


def downgrade() -> None:
    op.drop_index("ix_recipient_domain", table_name="recipient")
    op.create_index(
        "ix_delivery_event_hard", "delivery_event", ["mailing_id"], postgresql_where="is_hard"
    )
    op.drop_index("ix_delivery_event_receiver", table_name="delivery_event")
    op.drop_column("delivery_event", "receiver")
