"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "api_answer",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_api_answer")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_table(
        "console_session",
        sa.Column("session_hash", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("api_token_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_token_id"],
            ["api_token.id"],
            name=op.f("fk_console_session_api_token_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_hash", name=op.f("pk_console_session")),
    )
    op.create_index(
        op.f("ix_console_session_api_token_id"), "console_session", ["api_token_id"], unique=False
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column(
            "detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "cap_counter",
        sa.Column("cap", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("window_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("cap", "key", "window_from", name=op.f("pk_cap_counter")),
    )
    op.create_table(
        "delivery",
        sa.Column("mailing_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("batch_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("recipient_id", sa.BigInteger(), nullable=False),
        sa.Column("choice", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("state", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("resends", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("content_version", sa.SmallInteger(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.SmallInteger(), nullable=True),
        sa.Column("enhanced", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("mailing_id", "batch_number", "ordinal", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "mailing_id", "recipient_id", name=op.f("uq_delivery_mailing_id_recipient_id")
        ),
        postgresql_partition_by="RANGE (mailing_id)",
    )
    for index in (0, 1):
        op.execute(
            f"CREATE TABLE delivery_p{index:05d} PARTITION OF delivery "
            f"FOR VALUES FROM ({index * 100_000}) TO ({(index + 1) * 100_000}) "
            "WITH (fillfactor = 60)"
        )
    op.create_table(
        "delivery_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailing_id", sa.BigInteger(), nullable=True),
        sa.Column("recipient_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("is_hard", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_event")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_event_key")),
    )
    op.create_index(
        op.f("ix_delivery_event_mailing_id_recipient_id"),
        "delivery_event",
        ["mailing_id", "recipient_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_delivery_event_recipient_id_at"),
        "delivery_event",
        ["recipient_id", "at"],
        unique=False,
    )
    op.create_table(
        "delivery_incident",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("events", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("mailing_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_incident")),
    )
    op.create_index(
        "ix_delivery_incident_open",
        "delivery_incident",
        ["receiver", "domain", "reason"],
        unique=True,
        postgresql_where="closed_at IS NULL",
    )
    op.create_table(
        "changed_article",
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_changed_article")),
    )
    op.create_table(
        "due_job",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_due_job")),
    )
    op.create_table(
        "fetch_host",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_fetch_host")),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_why", sa.String(), nullable=True),
        sa.Column("system_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=True),
        sa.Column("home_url", sa.String(), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("sender_name", sa.String(), nullable=False),
        sa.Column("sender_address", sa.String(), nullable=False),
        sa.Column("postal_address", sa.String(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("host", name=op.f("uq_publication_host")),
        sa.UniqueConstraint("slug", name=op.f("uq_publication_slug")),
    )
    op.create_table(
        "feed_partner",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_partner")),
        sa.UniqueConstraint("name", name=op.f("uq_feed_partner_name")),
    )
    op.create_table(
        "receiver_pace",
        sa.Column("receiver_group", sa.String(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("connections", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("receiver_group", name=op.f("pk_receiver_pace")),
    )
    op.create_table(
        "relay_accept",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("relay", sa.String(), nullable=False),
        sa.Column("queue_id", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "relay", name=op.f("pk_relay_accept")),
    )
    op.create_table(
        "subscriber",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_subscriber_address_hash")),
    )
    op.create_table(
        "suppression",
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", "scope", name=op.f("pk_suppression")),
    )
    op.create_table(
        "used_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_used_token")),
    )
    op.create_table(
        "desk",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_desk_publication_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk")),
        sa.UniqueConstraint("publication_id", "slug", name=op.f("uq_desk_publication_id_slug")),
    )
    op.create_table(
        "newsletter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "digest",
                "alert",
                "letter",
                name="newsletterkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), server_default="", nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column(
            "translations",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("schedule", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "empty_rule",
            sa.Enum(
                "skip",
                "notice",
                "hold",
                name="emptyrule",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="skip",
            nullable=False,
        ),
        sa.Column("max_stories", sa.BigInteger(), server_default="40", nullable=False),
        sa.Column("is_public", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_newsletter_publication_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter")),
        sa.UniqueConstraint("slug", name=op.f("uq_newsletter_slug")),
    )
    op.create_table(
        "recipient",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("receiver_group", sa.String(), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=True),
        sa.Column("purge_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_recipient_subscriber_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_recipient_address_hash")),
        sa.UniqueConstraint("subscriber_id", name=op.f("uq_recipient_subscriber_id")),
    )
    op.create_table(
        "tag",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_tag_publication_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("publication_id", "slug", name=op.f("uq_tag_publication_id_slug")),
    )
    op.create_table(
        "issue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("newsletter_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("window_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "due",
                "composing",
                "frozen",
                "sending",
                "done",
                "empty",
                "held",
                name="issuestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "subjects", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("content_hash", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_issue_newsletter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint(
            "newsletter_id",
            "local_date",
            "slot",
            name=op.f("uq_issue_newsletter_id_local_date_slot"),
        ),
        sa.UniqueConstraint("newsletter_id", "number", name=op.f("uq_issue_newsletter_id_number")),
    )
    op.create_table(
        "section",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("desk_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_section_desk_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["section.id"], name=op.f("fk_section_parent_id")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_section_publication_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("publication_id", "slug", name=op.f("uq_section_publication_id_slug")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("newsletter_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "active",
                "paused",
                "ended",
                name="subscriptionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_subscription_newsletter_id")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_subscription_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint(
            "subscriber_id",
            "newsletter_id",
            name=op.f("uq_subscription_subscriber_id_newsletter_id"),
        ),
    )
    op.create_index(
        op.f("ix_subscription_newsletter_id_state"),
        "subscription",
        ["newsletter_id", "state"],
        unique=False,
    )
    op.create_table(
        "article",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("section_id", sa.BigInteger(), nullable=True),
        sa.Column("atom_id", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "story",
                "live",
                "video",
                "gallery",
                "opinion",
                "wire",
                name="articlekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="story",
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "embargoed",
                "live",
                "killed",
                "taken_down",
                name="articlestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("embargo_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "access",
            sa.Enum(
                "free",
                "registered",
                "paid",
                name="access",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="free",
            nullable=False,
        ),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("headline", sa.String(), nullable=False),
        sa.Column("standfirst", sa.String(), server_default="", nullable=False),
        sa.Column("body_html", sa.String(), server_default="", nullable=False),
        sa.Column("authors", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_dated", sa.Boolean(), nullable=False),
        sa.Column("is_backlog", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("visible_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_article_publication_id")
        ),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_article_section_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("atom_id", name=op.f("uq_article_atom_id")),
    )
    op.create_index(
        op.f("ix_article_authors"), "article", ["authors"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "ix_article_embargo",
        "article",
        ["embargo_until"],
        unique=False,
        postgresql_where="state = 'embargoed'",
    )
    op.create_index(
        op.f("ix_article_publication_id_published_at"),
        "article",
        ["publication_id", "published_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_article_section_id_published_at"),
        "article",
        ["section_id", "published_at"],
        unique=False,
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("ip", sa.String(), nullable=True),
        sa.Column("user_agent", sa.String(), nullable=True),
        sa.Column("origin", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_consent_subscription_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(
        op.f("ix_consent_subscription_id"), "consent", ["subscription_id"], unique=False
    )
    op.create_table(
        "feed",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "everything",
                "section",
                "tag",
                "author",
                "language",
                "featured",
                "corrections",
                "rule",
                name="feedkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("section_id", sa.BigInteger(), nullable=True),
        sa.Column("tag_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("rule", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), server_default="", nullable=False),
        sa.Column("is_full_text", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("generation", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("built_for", sa.String(), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_to", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_feed_publication_id")
        ),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_feed_section_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_feed_tag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("slug", name=op.f("uq_feed_slug")),
    )
    op.create_index(
        op.f("ix_feed_due_at"),
        "feed",
        ["due_at"],
        unique=False,
        postgresql_where="due_at IS NOT NULL",
    )
    op.create_index(op.f("ix_feed_publication_id"), "feed", ["publication_id"], unique=False)
    op.create_table(
        "feed_page",
        sa.Column("feed_id", sa.BigInteger(), nullable=False),
        sa.Column("page", sa.BigInteger(), nullable=False),
        sa.Column("article_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_feed_page_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feed_id", "page", name=op.f("pk_feed_page")),
    )
    op.create_index(
        op.f("ix_feed_page_article_ids"),
        "feed_page",
        ["article_ids"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "mailing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "digest",
                "alert",
                "letter",
                "single",
                name="mailingkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("issue_id", sa.BigInteger(), nullable=True),
        sa.Column("newsletter_id", sa.BigInteger(), nullable=True),
        sa.Column("publication_id", sa.BigInteger(), nullable=True),
        sa.Column("cohort", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dedupe_key", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "materialising",
                "sending",
                "paused",
                "cancelled",
                "done",
                "held",
                name="mailingstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "lane",
            sa.Enum(
                "urgent", "bulk", name="lane", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column(
            "policy",
            sa.Enum(
                "skip",
                "resend",
                "reconcile",
                name="ambiguouspolicy",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("content_version", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("audience", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_mailing_issue_id")),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_mailing_newsletter_id")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_mailing_publication_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_mailing_dedupe_key")),
        sa.UniqueConstraint("issue_id", "cohort", name=op.f("uq_mailing_issue_id_cohort")),
    )
    op.create_index(
        "ix_mailing_open",
        "mailing",
        ["state"],
        unique=False,
        postgresql_where="state NOT IN ('done', 'cancelled')",
    )
    op.create_table(
        "newsletter_section",
        sa.Column("newsletter_id", sa.BigInteger(), nullable=False),
        sa.Column("section_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"],
            ["newsletter.id"],
            name=op.f("fk_newsletter_section_newsletter_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_newsletter_section_section_id")
        ),
        sa.PrimaryKeyConstraint("newsletter_id", "section_id", name=op.f("pk_newsletter_section")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "feed",
                "sitemap",
                "page",
                "websub",
                "push",
                name="sourcekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "failing",
                "dormant",
                "gone",
                "paused",
                name="sourcestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="active",
            nullable=False,
        ),
        sa.Column(
            "pages",
            sa.Enum(
                "never",
                "thin",
                "always",
                name="pages",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="thin",
            nullable=False,
        ),
        sa.Column(
            "allow_origins", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False
        ),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("section_id", sa.BigInteger(), nullable=True),
        sa.Column("compare_url", sa.String(), nullable=True),
        sa.Column("aliases", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_source_publication_id")
        ),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_source_section_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("publication_id", "url", name=op.f("uq_source_publication_id_url")),
    )
    op.create_table(
        "subscription_choice",
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "section",
                "language",
                name="choicekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_subscription_choice_subscription_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "subscription_id", "kind", "value", name=op.f("pk_subscription_choice")
        ),
    )
    op.create_table(
        "tombstone",
        sa.Column("atom_id", sa.String(), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("section_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keys", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_tombstone_publication_id")
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_tombstone_section_id")
        ),
        sa.PrimaryKeyConstraint("atom_id", name=op.f("pk_tombstone")),
    )
    op.create_table(
        "article_key",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_article_key_article_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_article_key")),
    )
    op.create_index(op.f("ix_article_key_article_id"), "article_key", ["article_id"], unique=False)
    op.create_table(
        "article_source",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_key", sa.String(), nullable=False),
        sa.Column("stem", sa.LargeBinary(), nullable=False),
        sa.Column("guid", sa.String(), nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("raw_published", sa.String(), nullable=True),
        sa.Column("entry_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_article_source_article_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_article_source_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_source")),
        sa.UniqueConstraint(
            "source_id", "entry_key", name=op.f("uq_article_source_source_id_entry_key")
        ),
    )
    op.create_index(
        op.f("ix_article_source_article_id"), "article_source", ["article_id"], unique=False
    )
    op.create_index(
        op.f("ix_article_source_source_id_stem"),
        "article_source",
        ["source_id", "stem"],
        unique=False,
    )
    op.create_table(
        "article_tag",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_article_tag_article_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tag.id"], name=op.f("fk_article_tag_tag_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "tag_id", name=op.f("pk_article_tag")),
    )
    op.create_index(op.f("ix_article_tag_tag_id"), "article_tag", ["tag_id"], unique=False)
    op.create_table(
        "batch",
        sa.Column("mailing_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column(
            "lane",
            sa.Enum(
                "urgent", "bulk", name="lane", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("receiver_group", sa.String(), nullable=False),
        sa.Column("size", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.Uuid(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "inflight", postgresql.ARRAY(sa.SmallInteger()), server_default="{}", nullable=False
        ),
        sa.Column("inflight_version", sa.SmallInteger(), nullable=True),
        sa.Column("accepted", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("deferred", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("failed", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("suppressed", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("skipped", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("ambiguous", sa.SmallInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("epoch >= 0", name=op.f("ck_batch_epoch")),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_batch_mailing_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mailing_id", "number", name=op.f("pk_batch")),
        postgresql_with={"fillfactor": 50},
    )
    op.create_index(
        "ix_batch_leased", "batch", ["lease_until"], unique=False, postgresql_where="state = 1"
    )
    op.create_index(
        "ix_batch_ready",
        "batch",
        ["lane", "priority", "mailing_id", "number"],
        unique=False,
        postgresql_where="state = 0",
    )
    op.create_table(
        "featured",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("teaser", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_featured_article_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_featured_publication_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_featured")),
        sa.UniqueConstraint("publication_id", "url", name=op.f("uq_featured_publication_id_url")),
    )
    op.create_table(
        "feed_document",
        sa.Column("feed_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "format",
            sa.Enum(
                "rss",
                "atom",
                "json",
                name="feedformat",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("page", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("gzip", sa.LargeBinary(), nullable=False),
        sa.Column("brotli", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("is_archive", sa.Boolean(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_feed_document_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feed_id", "format", "page", name=op.f("pk_feed_document")),
    )
    op.create_table(
        "feed_consumer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("feed_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "format",
            sa.Enum(
                "rss",
                "atom",
                "json",
                name="feedformat",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_feed_consumer_feed_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["feed_partner.id"],
            name=op.f("fk_feed_consumer_partner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_consumer")),
        sa.UniqueConstraint(
            "feed_id", "format", "client", name=op.f("uq_feed_consumer_feed_id_format_client")
        ),
    )
    op.create_index(op.f("ix_feed_consumer_last_at"), "feed_consumer", ["last_at"], unique=False)
    op.create_table(
        "feed_callback",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("feed_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "format",
            sa.Enum(
                "rss",
                "atom",
                "json",
                name="feedformat",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("callback", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted", sa.String(), nullable=True),
        sa.Column("wanted_secret", sa.LargeBinary(), nullable=True),
        sa.Column("wanted_lease_s", sa.BigInteger(), nullable=True),
        sa.Column("denied", sa.String(), nullable=True),
        sa.Column("verify_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verify_attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("deliver_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("delivered_etag", sa.String(), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_status", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_feed_callback_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_callback")),
        sa.UniqueConstraint(
            "feed_id",
            "format",
            "callback",
            name=op.f("uq_feed_callback_feed_id_format_callback"),
        ),
    )
    op.create_index(op.f("ix_feed_callback_host"), "feed_callback", ["host"], unique=False)
    op.create_index(
        op.f("ix_feed_callback_verify_at"),
        "feed_callback",
        ["verify_at"],
        unique=False,
        postgresql_where="verify_at IS NOT NULL",
    )
    op.create_index(
        op.f("ix_feed_callback_deliver_at"),
        "feed_callback",
        ["deliver_at"],
        unique=False,
        postgresql_where="deliver_at IS NOT NULL",
    )
    op.create_table(
        "subscription_feed",
        sa.Column("subscription_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_subscription_feed_subscription_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_subscription_feed")),
    )
    op.create_table(
        "fetch_state",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.LargeBinary(), nullable=True),
        sa.Column("last_modified", sa.LargeBinary(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=True),
        sa.Column(
            "next_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_status", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("basis", sa.String(), nullable=True),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rhythm_s", sa.BigInteger(), nullable=True),
        sa.Column("moved_to", sa.String(), nullable=True),
        sa.Column("moved_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_seen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("gone_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_fetch_state_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_fetch_state")),
    )
    op.create_index(op.f("ix_fetch_state_next_at"), "fetch_state", ["next_at"], unique=False)
    op.create_table(
        "hub_subscription",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("hub_url", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("callback", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "verified",
                "denied",
                "ended",
                name="hubstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="asked",
            nullable=False,
        ),
        sa.Column("is_leaving", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("renew_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pushed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pushed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_hub_subscription_source_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_subscription")),
        sa.UniqueConstraint("callback", name=op.f("uq_hub_subscription_callback")),
    )
    op.create_index(
        op.f("ix_hub_subscription_renew_at"),
        "hub_subscription",
        ["renew_at"],
        unique=False,
        postgresql_where="state IN ('asked', 'verified')",
    )
    op.create_index(
        op.f("ix_hub_subscription_source_id"), "hub_subscription", ["source_id"], unique=False
    )
    op.create_table(
        "missing_link",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_missing_link_source_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_id", "url", name=op.f("pk_missing_link")),
    )
    op.create_table(
        "issue_story",
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("section_slug", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("is_correction", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("picture_url", sa.String(), nullable=True),
        sa.CheckConstraint("position >= 0 AND position < 63", name=op.f("ck_issue_story_position")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_issue_story_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_issue_story_issue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", "position", name=op.f("pk_issue_story")),
        sa.UniqueConstraint(
            "issue_id", "article_id", name=op.f("uq_issue_story_issue_id_article_id")
        ),
    )
    op.create_index(op.f("ix_issue_story_article_id"), "issue_story", ["article_id"], unique=False)
    op.create_table(
        "mailing_content",
        sa.Column("mailing_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("mask", sa.BigInteger(), nullable=False),
        sa.Column("html", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["mailing_id"],
            ["mailing.id"],
            name=op.f("fk_mailing_content_mailing_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "mailing_id", "version", "language", "kind", "position", name=op.f("pk_mailing_content")
        ),
    )
    op.create_table(
        "picture",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=True),
        sa.Column("width", sa.BigInteger(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("caption", sa.String(), server_default="", nullable=False),
        sa.Column("credit", sa.String(), server_default="", nullable=False),
        sa.Column("alt", sa.String(), server_default="", nullable=False),
        sa.Column("channels", postgresql.ARRAY(sa.TEXT()), nullable=True),
        sa.Column("rights_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_picture_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.UniqueConstraint("article_id", "url", name=op.f("uq_picture_article_id_url")),
    )
    op.create_index(op.f("ix_picture_article_id"), "picture", ["article_id"], unique=False)
    op.create_table(
        "revision",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column(
            "change",
            sa.Enum(
                "first",
                "fix",
                "update",
                "correction",
                "kill",
                name="change",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_material", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("headline", sa.String(), nullable=False),
        sa.Column("standfirst", sa.String(), nullable=False),
        sa.Column("body_html", sa.String(), nullable=False),
        sa.Column("authors", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("visible_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_revision_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "number", name=op.f("pk_revision")),
    )
    op.create_table(
        "source_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_source_notice_source_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_notice")),
    )
    op.create_index(
        op.f("ix_source_notice_source_id"), "source_notice", ["source_id"], unique=False
    )


def downgrade() -> None:

    op.drop_index(op.f("ix_source_notice_source_id"), table_name="source_notice")
    op.drop_table("source_notice")
    op.drop_table("revision")
    op.drop_index(op.f("ix_picture_article_id"), table_name="picture")
    op.drop_table("picture")
    op.drop_table("mailing_content")
    op.drop_index(op.f("ix_issue_story_article_id"), table_name="issue_story")
    op.drop_table("issue_story")
    op.drop_table("missing_link")
    op.drop_index(op.f("ix_hub_subscription_source_id"), table_name="hub_subscription")
    op.drop_index(
        op.f("ix_hub_subscription_renew_at"),
        table_name="hub_subscription",
        postgresql_where="state IN ('asked', 'verified')",
    )
    op.drop_table("hub_subscription")
    op.drop_index(op.f("ix_fetch_state_next_at"), table_name="fetch_state")
    op.drop_table("fetch_state")
    op.drop_table("subscription_feed")
    op.drop_index(
        op.f("ix_feed_callback_deliver_at"),
        table_name="feed_callback",
        postgresql_where="deliver_at IS NOT NULL",
    )
    op.drop_index(
        op.f("ix_feed_callback_verify_at"),
        table_name="feed_callback",
        postgresql_where="verify_at IS NOT NULL",
    )
    op.drop_index(op.f("ix_feed_callback_host"), table_name="feed_callback")
    op.drop_table("feed_callback")
    op.drop_index(op.f("ix_feed_consumer_last_at"), table_name="feed_consumer")
    op.drop_table("feed_consumer")
    op.drop_table("feed_document")
    op.drop_table("featured")
    op.drop_index("ix_batch_ready", table_name="batch", postgresql_where="state = 0")
    op.drop_index("ix_batch_leased", table_name="batch", postgresql_where="state = 1")
    op.drop_table("batch")
    op.drop_index(op.f("ix_article_tag_tag_id"), table_name="article_tag")
    op.drop_table("article_tag")
    op.drop_index(op.f("ix_article_source_source_id_stem"), table_name="article_source")
    op.drop_index(op.f("ix_article_source_article_id"), table_name="article_source")
    op.drop_table("article_source")
    op.drop_index(op.f("ix_article_key_article_id"), table_name="article_key")
    op.drop_table("article_key")
    op.drop_table("tombstone")
    op.drop_table("subscription_choice")
    op.drop_table("source")
    op.drop_table("newsletter_section")
    op.drop_index(
        "ix_mailing_open",
        table_name="mailing",
        postgresql_where="state NOT IN ('done', 'cancelled')",
    )
    op.drop_table("mailing")
    op.drop_index(op.f("ix_feed_publication_id"), table_name="feed")
    op.drop_index(op.f("ix_feed_due_at"), table_name="feed", postgresql_where="due_at IS NOT NULL")
    op.drop_index(op.f("ix_feed_page_article_ids"), table_name="feed_page", postgresql_using="gin")
    op.drop_table("feed_page")
    op.drop_table("feed")
    op.drop_index(op.f("ix_consent_subscription_id"), table_name="consent")
    op.drop_table("consent")
    op.drop_index(op.f("ix_article_section_id_published_at"), table_name="article")
    op.drop_index(op.f("ix_article_publication_id_published_at"), table_name="article")
    op.drop_index(op.f("ix_article_authors"), table_name="article", postgresql_using="gin")
    op.drop_index(
        "ix_article_embargo", table_name="article", postgresql_where="state = 'embargoed'"
    )
    op.drop_table("article")
    op.drop_index(op.f("ix_subscription_newsletter_id_state"), table_name="subscription")
    op.drop_table("subscription")
    op.drop_table("section")
    op.drop_table("issue")
    op.drop_table("tag")
    op.drop_table("recipient")
    op.drop_table("newsletter")
    op.drop_table("desk")
    op.drop_table("used_token")
    op.drop_table("suppression")
    op.drop_table("subscriber")
    op.drop_table("relay_accept")
    op.drop_table("receiver_pace")
    op.drop_table("feed_partner")
    op.drop_table("publication")
    op.drop_table("installation")
    op.drop_table("fetch_host")
    op.drop_table("due_job")
    op.drop_table("changed_article")
    op.drop_index(
        "ix_delivery_incident_open",
        table_name="delivery_incident",
        postgresql_where="closed_at IS NULL",
    )
    op.drop_table("delivery_incident")
    op.drop_index(op.f("ix_delivery_event_recipient_id_at"), table_name="delivery_event")
    op.drop_index(op.f("ix_delivery_event_mailing_id_recipient_id"), table_name="delivery_event")
    op.drop_table("delivery_event")
    op.drop_table("delivery")
    op.drop_table("cap_counter")
    op.drop_table("audit")
    op.drop_table("console_session")
    op.drop_table("api_answer")
    op.drop_table("api_token")
