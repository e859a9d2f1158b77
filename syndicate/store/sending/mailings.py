"""The ledger's tables: mailing → batch → delivery, and the immutable content that they send.

    batch:     ready → leased → ready (deferred rows, no tokens) … → done
    delivery:  pending → accepted | failed | suppressed | skipped | ambiguous
                       ⇄ deferred

There is no index on state: a worker leases a batch, so that its updates stay in the row's own page.
Queries live in `store.sending.ledger` and `store.sending.batch_leases`.
"""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import LANGUAGE, Id, SmallEnum, Table, sql, text_enum
from syndicate.vocabulary.sending import (
    AmbiguousPolicy,
    BatchState,
    DeliveryState,
    Lane,
    MailingKind,
    MailingState,
)

EMAILED = "article"  # the message by which a visitor sends an article to somebody
_HASHED = 32  # hex digits of an address's hash that stand in its key


def emailed_key(article_id: int, address_hash: bytes) -> str:
    """The `dedupe_key` of an article that a visitor sends to an address: once, whoever does."""
    return f"{EMAILED}:{article_id}:{emailed_to(address_hash)}"


def emailed_to(address_hash: bytes) -> str:
    """How such a key ends, which is how all that went to an address is found."""
    return address_hash.hex()[:_HASHED]


class Mailing(Table):
    """The sending of one issue to one cohort, or of one single message."""

    __tablename__ = "mailing"
    __table_args__ = (
        UniqueConstraint("issue_id", "cohort"),
        Index(
            "ix_mailing_open",
            "state",
            postgresql_where=f"state NOT IN ({sql(*MailingState.over())})",
        ),
        Index(
            "ix_mailing_emailed",
            text(f'"right"(dedupe_key, {_HASHED})'),
            postgresql_where=f"message = '{EMAILED}'",
        ),
    )

    id: Mapped[Id]
    kind: Mapped[MailingKind] = mapped_column(text_enum(MailingKind))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"))
    newsletter_id: Mapped[int | None] = mapped_column(ForeignKey("newsletter.id"))
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publication.id"))
    cohort: Mapped[dt.datetime | None]  # due hour; one per issue today
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)  # of a single message
    message: Mapped[str]  # folder under templates/mail: digest, confirmation, article
    scope: Mapped[str]  # suppression scope that also bars it: newsletter:7, article, confirmation
    state: Mapped[MailingState] = mapped_column(text_enum(MailingState))
    lane: Mapped[Lane] = mapped_column(text_enum(Lane))
    priority: Mapped[int] = mapped_column(SmallInteger)  # 0 single, 1 alert, 5 digest
    policy: Mapped[AmbiguousPolicy] = mapped_column(text_enum(AmbiguousPolicy))
    content_version: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    audience: Mapped[int] = mapped_column(server_default="0")
    expires_at: Mapped[dt.datetime]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[dt.datetime | None]
    done_at: Mapped[dt.datetime | None]
    # A story of it was corrected then: nothing leaves before its content has a new version.
    renew_since: Mapped[dt.datetime | None]


class MailingContent(Table):
    """One encoded block of one version of a mailing; immutable, so that a retry has the same bytes.

    kind `frame` position 0 is what stands before the stories, position 1 what stands after; its
    `headers` hold what is the same for every recipient (sender, subject, date, list headers, DKIM
    time and selector). kind `heading` and `story` carry the bits that show them in `mask`.
    """

    __tablename__ = "mailing_content"

    mailing_id: Mapped[int] = mapped_column(
        ForeignKey("mailing.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    language: Mapped[str] = mapped_column(LANGUAGE, primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    # A block is shown when `choice & mask` is not 0; a frame has mask 0 and is always shown.
    mask: Mapped[int]
    html: Mapped[bytes] = mapped_column(LargeBinary)
    text: Mapped[bytes] = mapped_column(LargeBinary)
    headers: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    # How html and text are to be read (`render.merge.FORMAT`). Versions that knew of one format
    # alone say nothing, and mean the first.
    format: Mapped[int] = mapped_column(SmallInteger, server_default="1")


class MailingRevision(Table):
    """From this version of a mailing's content on, a story stands in it as of that revision.

    The revisions of version 1 are those of `issue_story`.
    """

    __tablename__ = "mailing_revision"

    mailing_id: Mapped[int] = mapped_column(
        ForeignKey("mailing.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int]
    made_at: Mapped[dt.datetime]


class Batch(Table):
    """Up to 500 deliveries of one receiver group, leased by one worker at a time."""

    __tablename__ = "batch"
    __table_args__ = (
        Index(
            "ix_batch_ready",
            "lane",
            "priority",
            "mailing_id",
            "number",
            postgresql_where=f"state = {sql(BatchState.READY)}",
        ),
        Index(
            "ix_batch_leased", "lease_until", postgresql_where=f"state = {sql(BatchState.LEASED)}"
        ),
        CheckConstraint("epoch >= 0", name="epoch"),
        {"postgresql_with": {"fillfactor": 50}},
    )

    mailing_id: Mapped[int] = mapped_column(
        ForeignKey("mailing.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    lane: Mapped[Lane] = mapped_column(text_enum(Lane))
    priority: Mapped[int] = mapped_column(SmallInteger)
    receiver_group: Mapped[str]
    size: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[BatchState] = mapped_column(
        SmallEnum(BatchState), server_default=sql(BatchState.READY)
    )
    not_before: Mapped[dt.datetime | None]
    lease_until: Mapped[dt.datetime | None]
    worker: Mapped[uuid.UUID | None]
    epoch: Mapped[int] = mapped_column(server_default="0")
    inflight: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default="{}")
    inflight_version: Mapped[int | None] = mapped_column(SmallInteger)
    # One counter per terminal or waiting state; remaining = size - their sum.
    accepted: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    deferred: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    failed: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    suppressed: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    skipped: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    ambiguous: Mapped[int] = mapped_column(SmallInteger, server_default="0")


class Delivery(Table):
    """One mailing to one recipient: a row of the ledger; `partitions` makes its partitions."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("mailing_id", "recipient_id"),
        {"postgresql_partition_by": "RANGE (mailing_id)"},
    )

    mailing_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    batch_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    recipient_id: Mapped[int]
    choice: Mapped[int]  # bitmap over issue_story.position
    language: Mapped[str] = mapped_column(LANGUAGE)  # which frame
    state: Mapped[DeliveryState] = mapped_column(
        SmallEnum(DeliveryState), server_default=sql(DeliveryState.PENDING)
    )
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    resends: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    content_version: Mapped[int | None] = mapped_column(SmallInteger)
    not_before: Mapped[dt.datetime | None]
    code: Mapped[int | None] = mapped_column(SmallInteger)  # SMTP reply, RFC 5321 4.2
    enhanced: Mapped[str | None]  # RFC 3463, "5.1.1"
    reason: Mapped[str | None]  # skipped or suppressed: why, in one word
    done_at: Mapped[dt.datetime | None]
