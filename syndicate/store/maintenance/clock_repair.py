"""Moments that a clock wrote which has been set back since: no reason for anything to wait.

    waits     not before then: a retry, a poll, a build. What lies further ahead than anybody ever
              puts one is due now; and when a clock was set back just now, whatever lies ahead
    leases    somebody has it until then: cut to a whole lease from now, which its holder can renew
    stamps    it happened then: what is said of the future happened now

An embargo, the end of a right and a reader's pause are meant by somebody, and stay as they are.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, select, text, true, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute

from syndicate.store.content.featured import Featured
from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import pushes, source_leases
from syndicate.store.intake.article_pages import ArticlePage
from syndicate.store.intake.completeness import MissingLink
from syndicate.store.intake.pushes import SourcePush
from syndicate.store.intake.sources import FetchHost, FetchState, SourceNotice
from syndicate.store.intake.websub import HubSubscription
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.platform import notices
from syndicate.store.platform.caps import CapCounter
from syndicate.store.platform.due import SKEW
from syndicate.store.platform.heartbeats import Heartbeat
from syndicate.store.platform.notices import OperatorNotice
from syndicate.store.platform.rings import Ring
from syndicate.store.readers.recipients import Recipient
from syndicate.store.sending import accepts, pacing
from syndicate.store.sending.events import RelayAccept
from syndicate.store.sending.mailings import Batch
from syndicate.store.sending.pacing import ReceiverPace
from syndicate.store.syndication import hub
from syndicate.store.syndication.consumers import FeedConsumer
from syndicate.store.syndication.feeds import Feed
from syndicate.store.syndication.hub import FeedCallback
from syndicate.store.syndication.hub_pings import FeedPing
from syndicate.vocabulary.sending import BatchState, DeliveryState, MailingState
from syndicate.vocabulary.sources import HubState

_NOW = dt.timedelta(0)
_ALL: ColumnElement[bool] = true()
# Polls come a day apart at most, with a tenth more or less (collect.polling).
_POLL = dt.timedelta(hours=27)
# The last reading of an article's page is a day after the first (collect.rereading).
_REREADING = dt.timedelta(hours=25)
# A day's tokens, or tomorrow's messages of a domain that warms up (mail.pacing.tokens).
_PACE = dt.timedelta(days=2)
# A friend's address is forgotten after 30 days (actions.email_article).
_PURGE = dt.timedelta(days=31)
_RENEWAL = dt.timedelta(days=366)
# A notice is rung again after a day (alarms.watch).
_RING = dt.timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """What is done about one column.

    Attributes:
        column: holds the moment.
        longest: so far ahead of its own present a sound clock may put it; None: any time at all.
        becomes: so far ahead of now is what it is put back to.
        where: the rows that it holds for.
    """

    column: InstrumentedAttribute[Any]
    longest: dt.timedelta | None
    becomes: dt.timedelta = _NOW
    where: ColumnElement[bool] = _ALL

    @property
    def name(self) -> str:
        """Table and column."""
        return f"{self.column.class_.__tablename__}.{self.column.key}"


def _lease(column: InstrumentedAttribute[Any], whole: dt.timedelta) -> Rule:
    return Rule(column, whole, whole)


def _stamp(column: InstrumentedAttribute[Any], where: ColumnElement[bool] = _ALL) -> Rule:
    return Rule(column, _NOW, where=where)


RULES: tuple[Rule, ...] = (
    Rule(FetchState.next_at, _POLL),
    Rule(FetchHost.not_before, _POLL),
    Rule(ArticlePage.next_at, _REREADING),
    Rule(SourcePush.due_at, pushes.LEASE),
    Rule(Feed.due_at, None),  # at the end of an embargo or of a right it is due by itself
    Rule(FeedCallback.verify_at, hub.VERIFY_RETRIES[-1]),
    Rule(FeedCallback.deliver_at, hub.DELIVER_RETRIES[-1]),
    Rule(FeedPing.due_at, hub.DELIVER_RETRIES[-1]),
    Rule(HubSubscription.renew_at, _RENEWAL, where=HubSubscription.state == HubState.ASKED),
    Rule(OperatorNotice.next_at, notices.AGAIN_AFTER),
    Rule(Ring.next_at, _RING),
    Rule(Batch.not_before, _PACE, where=Batch.state == BatchState.READY),
    Rule(ReceiverPace.held_until, pacing.LONGEST_HOLD, becomes=pacing.FIRST_HOLD),
    _lease(FetchState.leased_until, source_leases.LEASE),
    _lease(FetchHost.leased_until, source_leases.LEASE),
    _lease(Recipient.purge_at, _PURGE),
    _stamp(FetchState.last_at),
    _stamp(FetchState.full_at),
    _stamp(FetchState.failing_since),
    _stamp(FetchState.gone_since),
    _stamp(FetchState.moved_since),
    _stamp(FetchState.compared_at),
    _stamp(HubSubscription.pushed_at),
    _stamp(MissingLink.first_seen_at),
    _stamp(SourceNotice.at),
    _stamp(Featured.starts_at),
    _stamp(FeedConsumer.last_at),
    _stamp(Ring.last_seen_at),
    _stamp(Heartbeat.heard_at),
    _stamp(Heartbeat.asked_at),
    _stamp(Heartbeat.began_at),
    _stamp(Issue.created_at),
    _stamp(Newsletter.created_at),
    _stamp(Newsletter.opens_from),
    _stamp(RelayAccept.at, RelayAccept.message_id == accepts.HEARTBEAT),
)

# In batches that have such deliveries, for of all the others there may be millions.
_IN_DOUBT = sql(DeliveryState.AMBIGUOUS)
_DELIVERIES = text(
    f"""
    UPDATE delivery d SET
        not_before = CASE WHEN d.not_before > :beyond THEN :now ELSE d.not_before END,
        done_at = CASE WHEN d.state = {_IN_DOUBT} AND d.done_at > :beyond THEN :now
            ELSE d.done_at END
    FROM batch b JOIN mailing m ON m.id = b.mailing_id
    WHERE m.state NOT IN ({sql(*MailingState.over())}) AND b.deferred + b.ambiguous > 0
        AND d.mailing_id = b.mailing_id AND d.batch_number = b.number
        AND d.state IN ({sql(DeliveryState.DEFERRED, DeliveryState.AMBIGUOUS)})
        AND (d.not_before > :beyond OR d.state = {_IN_DOUBT} AND d.done_at > :beyond)
    """  # noqa: S608 - our own words
)


def put_right(tx: Transaction, now: dt.datetime, *, is_set_back: bool = False) -> dict[str, int]:
    """Put right what a clock ahead of its time has written. Safe to run twice, and at once.

    Args:
        tx: the open transaction.
        now: aware UTC.
        is_set_back: a clock was set back just now: all that waits is due. Else only what lies
            further ahead than it can ever have been put.

    Returns:
        How many rows of each "table.column".
    """
    found = {rule.name: _put_right(tx, rule, now, is_set_back) for rule in RULES}
    if is_set_back:
        said = {"now": now, "beyond": now + SKEW}
        found["delivery"] = tx.execute(_DELIVERIES, said).rowcount  # type: ignore[attr-defined]
        # A window of the future was begun by that clock, and would be half used when it comes.
        ahead = delete(CapCounter).where(CapCounter.window_from > now + SKEW)
        found["cap_counter"] = len(tx.scalars(ahead.returning(CapCounter.cap)).all())
    return {name: count for name, count in found.items() if count}


def _put_right(tx: Transaction, rule: Rule, now: dt.datetime, is_set_back: bool) -> int:
    longest = rule.becomes if is_set_back else rule.longest
    if longest is None:
        return 0
    kind = rule.column.class_
    key = list(kind.__table__.primary_key.columns)
    # Who holds a row is writing it just now, by the clock as it is.
    rows = (
        select(*key)
        .where(rule.column > now + longest + SKEW, rule.where)
        .order_by(*key)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(kind)
        .where(tuple_(*key).in_(rows))
        .values({rule.column.key: now + rule.becomes})
        .returning(*key)
        .execution_options(synchronize_session=False)
    )
    return len(tx.execute(statement).all())
