"""What operators watch: what needs them, what is under way, who did what."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, and_, cast, exists, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on

from syndicate import phrases
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.sources import FetchState, Source
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.platform import audit
from syndicate.store.platform.audit import Audit
from syndicate.store.platform.sessions import SignedInBy
from syndicate.store.readers.subscribers import Subscriber, Subscription
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.newsletters import IssueState, SubscriptionState
from syndicate.vocabulary.sending import BatchState, Lane, MailingKind, MailingState
from syndicate.vocabulary.sources import SourceState

_SHOWN = 50
RECENT = 6  # mailings that are looked at when they are over
# A confirmation or an emailed article that waits longer than this waits for a person to look.
LATE_SINGLE = dt.timedelta(minutes=2)


@dataclass(frozen=True)
class Title:
    """What a mailing is called on screens."""

    newsletter: str
    local_date: dt.date
    issue_id: int
    number: int | None = None

    @property
    def called(self) -> str:
        """What the issue is called beside its newsletter."""
        return phrases.issue(self.issue_id, self.number)


def open_mailings(tx: Transaction) -> list[int]:
    """Ids of the newest 50 mailings of issues that are not over, the newest first."""
    query = select(Mailing.id).where(
        Mailing.state.not_in(MailingState.over()), Mailing.issue_id.is_not(None)
    )
    return list(tx.scalars(query.order_by(Mailing.id.desc()).limit(_SHOWN)))


def watched(tx: Transaction) -> list[int]:
    """Ids of the mailings of issues that operators look at: the newest and those not over."""
    found = {*mailing_ids(tx, limit=RECENT), *open_mailings(tx)}
    return sorted(found, reverse=True)


def mailing_ids(
    tx: Transaction,
    *,
    limit: int,
    before: int | None = None,
    with_singles: bool = False,
    publication_ids: Collection[int] | None = None,
) -> list[int]:
    """Ids of the newest mailings, or of those before an id; of some publications, or of all."""
    query = select(Mailing.id).order_by(Mailing.id.desc()).limit(limit)
    if not with_singles:
        query = query.where(Mailing.issue_id.is_not(None))
    if before is not None:
        query = query.where(Mailing.id < before)
    if publication_ids is not None:
        query = query.where(Mailing.publication_id.in_(publication_ids))
    return list(tx.scalars(query))


def titles(tx: Transaction, mailing_ids: Collection[int]) -> dict[int, Title]:
    """What the mailings of issues are called, by mailing id; singles have no title."""
    query = (
        select(Mailing.id, Newsletter.name, Issue.local_date, Issue.id, Issue.number)
        .join(Issue, Issue.id == Mailing.issue_id)
        .join(Newsletter, Newsletter.id == Issue.newsletter_id)
        .where(Mailing.id.in_(mailing_ids))
    )
    return {row[0]: Title(*row[1:]) for row in tx.execute(query)}


def late_singles(tx: Transaction, now: dt.datetime) -> int:
    """How many confirmations and emailed articles have been waiting too long.

    Whoever waits for their turn in a flood (`waiting_singles`) is not late before it has come.
    """
    turn = and_(Batch.not_before > now - LATE_SINGLE, Batch.deferred == 0)
    query = select(func.count()).where(
        Mailing.kind == MailingKind.SINGLE,
        Mailing.state == MailingState.SENDING,
        Mailing.created_at < now - LATE_SINGLE,
        ~exists().where(Batch.mailing_id == Mailing.id, turn),
    )
    return tx.scalar(query.select_from(Mailing)) or 0


def issues_in(
    tx: Transaction, states: Collection[IssueState], *, since: dt.datetime
) -> list[tuple[Issue, Newsletter]]:
    """Issues in some states that were made since a moment, the newest first."""
    query = (
        select(Issue, Newsletter)
        .join(Newsletter, Newsletter.id == Issue.newsletter_id)
        .where(Issue.state.in_(states), Issue.created_at >= since)
        .order_by(Issue.id.desc())
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def unusable_stories(
    tx: Transaction, *, since: dt.datetime
) -> list[tuple[Audit, Issue, Newsletter]]:
    """Stories that could not be put into an issue since a moment, the newest first."""
    number = func.substring(Audit.detail["issue"].astext, "^[0-9]{1,18}$")  # or NULL: a bad row
    issue_id = cast(number, BigInteger)
    query = (
        select(Audit, Issue, Newsletter)
        .join(Issue, Issue.id == issue_id)
        .join(Newsletter, Newsletter.id == Issue.newsletter_id)
        .where(Audit.action.in_(audit.codes(Act.ARTICLE_LEAVE_OUT)), Audit.at >= since)
        .order_by(Audit.id.desc())
    )
    return [(row[0], row[1], row[2]) for row in tx.execute(query)]


def last_issues(tx: Transaction) -> dict[int, Issue]:
    """The newest issue of each newsletter, by newsletter id."""
    query = (
        select(Issue)
        .ext(distinct_on(Issue.newsletter_id))
        .order_by(Issue.newsletter_id, Issue.id.desc())
    )
    return {issue.newsletter_id: issue for issue in tx.scalars(query)}


def mailings_of_issues(tx: Transaction, issue_ids: Collection[int]) -> dict[int, int]:
    """The id of the mailing that sends each issue, by issue id."""
    query = select(Mailing.issue_id, Mailing.id).where(Mailing.issue_id.in_(issue_ids))
    return {issue: mailing for issue, mailing in tx.execute(query) if issue is not None}


def sources_by_state(
    tx: Transaction, publication_ids: Collection[int] | None = None
) -> dict[SourceState, int]:
    """How many sources in use are in each state; of some publications, or of all."""
    query = select(Source.state, func.count()).where(Source.retired_at.is_(None))
    if publication_ids is not None:
        query = query.where(Source.publication_id.in_(publication_ids))
    query = query.group_by(Source.state)
    return {row[0]: row[1] for row in tx.execute(query)}


def sources_in(tx: Transaction, state: SourceState) -> list[tuple[str, int]]:
    """The sources in a state, the oldest first: names, and whose they are."""
    query = select(Source.name, Source.publication_id).where(Source.state == state)
    return [(row[0], row[1]) for row in tx.execute(query.order_by(Source.id))]


def sources_held(tx: Transaction) -> list[tuple[str, int]]:
    """Sources of which a document waits for an answer, the oldest first: names, and whose."""
    query = (
        select(Source.name, Source.publication_id)
        .join(FetchState, FetchState.source_id == Source.id)
        .where(
            FetchState.held_at.is_not(None),
            FetchState.is_let_in.is_(None),
            Source.retired_at.is_(None),
            Source.state.not_in(SourceState.resting()),
        )
        .order_by(FetchState.held_at, Source.id)
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def active_readers(tx: Transaction) -> dict[int, int]:
    """How many active subscriptions each newsletter has, by newsletter id."""
    query = (
        select(Subscription.newsletter_id, func.count())
        .where(Subscription.state == SubscriptionState.ACTIVE)
        .group_by(Subscription.newsletter_id)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def ready_batches(tx: Transaction) -> dict[Lane, int]:
    """How many batches wait for a worker in each lane."""
    query = (
        select(Batch.lane, func.count()).where(Batch.state == BatchState.READY).group_by(Batch.lane)
    )
    waiting = {row[0]: row[1] for row in tx.execute(query)}
    return {lane: waiting.get(lane, 0) for lane in Lane}


def audit_rows(
    tx: Transaction,
    *,
    limit: int,
    before: int | None = None,
    about: Collection[str] = (),
    act: Act | None = None,
    thing: str | None = None,
) -> list[Audit]:
    """Who did what, newest first.

    Args:
        tx: the open transaction.
        limit: how many at most.
        before: the id of the last line of the page before.
        about: some subjects alone ("mailing:7"), if any are named.
        act: this act alone, whichever version wrote it.
        thing: a subject ("mailing:7"), or all of a kind ("mailing").
    """
    query = select(Audit).order_by(Audit.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Audit.id < before)
    if about:
        query = query.where(Audit.subject.in_(about))
    if act is not None:
        query = query.where(_is(act))
    if thing is not None:
        of_kind = Audit.subject.startswith(f"{thing}:", autoescape=True)
        query = query.where(or_(Audit.subject == thing, of_kind))
    return list(tx.scalars(query))


def _is(act: Act) -> ColumnElement[bool]:
    """That a line tells of an act; older versions had one code for what several things share."""
    older = [
        and_(Audit.action == code, Audit.subject.startswith(f"{thing}:") if thing else true())
        for thing, code in act.before()
    ]
    return or_(Audit.action == act.value, *older)


def unusual_sign_ins(tx: Transaction, *, since: dt.datetime) -> list[Audit]:
    """Who signed in by a link of the shell or a recovery code since a moment, newest first."""
    query = select(Audit).where(
        Audit.action.in_(audit.codes(Act.SIGN_IN)),
        Audit.at >= since,
        Audit.detail["by"].astext.in_(SignedInBy.unusual()),
    )
    return list(tx.scalars(query.order_by(Audit.id.desc())))


def count_beyond(
    tx: Transaction, newsletter_id: int, *, pattern: str, names: Collection[str]
) -> int:
    """How many active readers of a newsletter have an address that nobody named.

    Args:
        tx: the open transaction.
        newsletter_id: whose.
        pattern: regular expression of domains, an @ before them, that need no naming.
        names: addresses, or domains with an @ before them, in lower case.
    """
    lowered = func.lower(Subscriber.address)
    domain = func.concat("@", func.split_part(lowered, "@", -1))
    query = (
        select(func.count())
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(
            Subscription.newsletter_id == newsletter_id,
            Subscription.state == SubscriptionState.ACTIVE,
            ~domain.regexp_match(pattern),
            lowered.not_in(list(names)),
            domain.not_in(list(names)),
        )
    )
    return int(tx.execute(query).scalar_one())
