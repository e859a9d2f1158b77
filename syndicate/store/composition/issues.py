"""Issues on their way from a slot to a mailing.

    slot ─> due ─> composing ─> frozen ─> sending ─> done
                       ├─> empty   nothing new, and the newsletter skips such an issue
                       └─> held    nothing new, or it could not be composed: an editor decides
                            ├─> due       sent, whatever it has to say
                            ├─> merged    its news stand in the next issue
                            └─> dropped   it is never sent

Each arrow is a function here, but the last: an issue is done when its mailing is
(`sending.results.finish_mailing`). An arrow locks the issue and asks for the state that it begins
at, so that of two who come at once one goes. An alert over the caps begins as held
(`composition.alerts`).

An issue is named by its id at every face. What readers see is its number, which it gets when it is
frozen: they rise by one, whatever was empty, merged or dropped between.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from syndicate.store.composition.corrections import LaterChange
from syndicate.store.composition.stories import Story
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Issue, IssueStory, Newsletter
from syndicate.store.readers.recipients import Recipient
from syndicate.store.readers.subscribers import Subscription
from syndicate.store.sending.batch_leases import DueDelivery, dues
from syndicate.store.sending.holds import NEWSLETTER_IS_HELD
from syndicate.store.sending.mailings import Delivery, Mailing
from syndicate.store.sending.results import finish_mailing
from syndicate.vocabulary.newsletters import IssueState, NewsletterKind
from syndicate.vocabulary.sending import MailingState


def find(tx: Transaction, issue_id: int) -> Issue | None:
    """The issue of this id."""
    return tx.get(Issue, issue_id)


def listed(
    tx: Transaction,
    *,
    limit: int,
    newsletter_ids: Collection[int] | None = None,
    states: Collection[IssueState] = (),
    before: int | None = None,
) -> list[Issue]:
    """The newest issues first, of some newsletters and in some states alone if these are given.

    Args:
        tx: the open transaction.
        limit: how many.
        newsletter_ids: whose; None for every newsletter's.
        states: empty for all.
        before: only those of a lower id.
    """
    query = select(Issue).order_by(Issue.id.desc()).limit(limit)
    if newsletter_ids is not None:
        query = query.where(Issue.newsletter_id.in_(newsletter_ids))
    if states:
        query = query.where(Issue.state.in_(states))
    if before is not None:
        query = query.where(Issue.id < before)
    return list(tx.scalars(query))


def of_newsletter(
    tx: Transaction, newsletter_id: int, *, limit: int, before: int | None = None
) -> list[Issue]:
    """A newsletter's newest issues first, below the id `before` if it is given."""
    return listed(tx, newsletter_ids=[newsletter_id], limit=limit, before=before)


def last_window(tx: Transaction, newsletter_id: int, now: dt.datetime) -> dt.datetime | None:
    """Where the news of a newsletter's newest issue ends, or None when it has none.

    An issue of the future was opened by a clock that has been set back since: it keeps its own
    slot, and those before it are due all the same.
    """
    query = select(func.max(Issue.window_to)).where(
        Issue.newsletter_id == newsletter_id, Issue.window_to <= now
    )
    return tx.scalar(query)


def next_number(tx: Transaction, newsletter_id: int) -> int:
    """The number that a newsletter's next issue to be frozen will have."""
    query = select(func.max(Issue.number)).where(Issue.newsletter_id == newsletter_id)
    return (tx.scalar(query) or 0) + 1


def lock_numbers(tx: Transaction, newsletter_id: int) -> None:
    """Hold a newsletter's row until the commit: the lock under which numbers are given out.

    It comes before the lock of any of its issues.
    """
    query = select(Newsletter.id).where(Newsletter.id == newsletter_id)
    tx.execute(query.with_for_update(key_share=True))


def take_number(tx: Transaction, issue: Issue, number: int) -> bool:
    """Give an issue the number that its mails were written with.

    Args:
        tx: the open transaction, which holds `lock_numbers`.
        issue: locked by `lock_issue`; one that has a number keeps it.
        number: as `next_number` said when it was composed.

    Returns:
        False where another issue was frozen under that number meanwhile.
    """
    if issue.number is None:
        if next_number(tx, issue.newsletter_id) != number:
            return False
        issue.number = number
    return issue.number == number


def open_slot(
    tx: Transaction,
    newsletter_id: int,
    slot: tuple[dt.date, str],
    window: tuple[dt.datetime, dt.datetime],
    *,
    now: dt.datetime,
) -> tuple[Issue, bool]:
    """The issue of a slot, made as *due* if there is none. Safe to run twice, or at once.

    Args:
        tx: the open transaction.
        newsletter_id: whose.
        slot: (local date, "HH:MM").
        window: (from, to) of the news it covers, aware UTC.
        now: aware UTC.

    Returns:
        The issue, and whether it is new.
    """
    statement = insert(Issue).values(
        newsletter_id=newsletter_id,
        local_date=slot[0],
        slot=slot[1],
        window_from=window[0],
        window_to=window[1],
        state=IssueState.DUE,
        created_at=now,
    )
    made = tx.scalar(
        statement.on_conflict_do_nothing(
            index_elements=[Issue.newsletter_id, Issue.local_date, Issue.slot]
        ).returning(Issue)
    )
    if made is not None:
        return made, True
    query = select(Issue).where(
        Issue.newsletter_id == newsletter_id, Issue.local_date == slot[0], Issue.slot == slot[1]
    )
    return tx.scalars(query).one(), False


def sent_of_slot(tx: Transaction, newsletter_id: int, slot: tuple[dt.date, str]) -> Issue | None:
    """A slot's issue that readers get or have got; None where there is none."""
    query = select(Issue).where(
        Issue.newsletter_id == newsletter_id, Issue.local_date == slot[0], Issue.slot == slot[1]
    )
    return tx.scalar(query.where(Issue.state.in_(IssueState.out())))


def unfinished(tx: Transaction) -> list[tuple[int, NewsletterKind]]:
    """Issues that somebody has still to compose, oldest first, with their newsletter's kind.

    Those of newsletters that are held wait.
    """
    query = (
        select(Issue.id, Newsletter.kind)
        .join(Newsletter, Newsletter.id == Issue.newsletter_id)
        .where(Issue.state.in_(IssueState.unfinished()), text(f"NOT {NEWSLETTER_IS_HELD}"))
    )
    return [(row[0], row[1]) for row in tx.execute(query.order_by(Issue.id))]


def lock_issue(tx: Transaction, issue_id: int, *states: IssueState) -> Issue | None:
    """The issue, locked until the commit, if it is in one of these states."""
    query = select(Issue).where(Issue.id == issue_id, Issue.state.in_(states)).with_for_update()
    return tx.scalar(query.execution_options(populate_existing=True))


def claim(tx: Transaction, issue_id: int) -> bool:
    """Due ─> composing. An issue whose composer died is taken over: it is composing already.

    It covers from here on what was merged into it.
    """
    was = (IssueState.DUE, IssueState.COMPOSING)
    if not _turn(tx, issue_id, was, IssueState.COMPOSING, None):
        return False
    issue = tx.scalars(select(Issue).where(Issue.id == issue_id)).one()
    if issue.article_id is None:
        window = (issue.window_from, issue.window_to)
        issue.window_from = window_with_merged(tx, issue.newsletter_id, window)[0]
        tx.execute(
            update(Issue)
            .where(_waits_for_the_next(issue.newsletter_id, issue.window_to))
            .values(merged_into=issue.id)
            .execution_options(synchronize_session=False)
        )
        tx.flush()
    return True


def window_with_merged(
    tx: Transaction, newsletter_id: int, window: tuple[dt.datetime, dt.datetime]
) -> tuple[dt.datetime, dt.datetime]:
    """The window of a newsletter's next issue, with those of issues that were merged into it."""
    query = select(func.min(Issue.window_from))
    earliest = tx.scalar(query.where(_waits_for_the_next(newsletter_id, window[1])))
    return (min(window[0], earliest or window[0]), window[1])


def skip(tx: Transaction, issue_id: int, note: str) -> bool:
    """Composing ─> empty, with why it is; False when somebody else ended the composing."""
    return _turn(tx, issue_id, (IssueState.COMPOSING,), IssueState.EMPTY, note)


def hold(tx: Transaction, issue_id: int, note: str) -> bool:
    """Composing ─> held, with why it is; False when somebody else ended the composing."""
    return _turn(tx, issue_id, (IssueState.COMPOSING,), IssueState.HELD, note)


def compose_again(tx: Transaction, issue_id: int) -> bool:
    """empty, held ─> due, on an operator's word; False when it is neither."""
    return _turn(tx, issue_id, tuple(IssueState.stopped()), IssueState.DUE, None)


def let_go(tx: Transaction, issue_id: int) -> bool:
    """empty, held ─> due: an editor sends it, also to say that there is nothing new."""
    issue = lock_issue(tx, issue_id, *IssueState.stopped())
    if issue is None:
        return False
    issue.has_word = True
    return compose_again(tx, issue_id)


def merge(tx: Transaction, issue_id: int, note: str) -> bool:
    """Held ─> merged, with what becomes of its news; False when it is not held."""
    return _turn(tx, issue_id, (IssueState.HELD,), IssueState.MERGED, note)


def drop(tx: Transaction, issue_id: int, note: str) -> bool:
    """Held ─> dropped, with why; False when it is not held."""
    return _turn(tx, issue_id, (IssueState.HELD,), IssueState.DROPPED, note)


def freeze(
    tx: Transaction,
    issue: Issue,
    *,
    subjects: Mapping[str, str],
    content_hash: bytes,
    note: str | None,
) -> None:
    """Composing ─> frozen: its mailing and its content are written in this transaction.

    Args:
        tx: the open transaction.
        issue: locked by `lock_issue`, or made in this transaction.
        subjects: by language.
        content_hash: of everything rendered.
        note: what an editor is told about it.
    """
    issue.state = IssueState.FROZEN
    issue.subjects = dict(subjects)
    issue.content_hash = content_hash
    issue.note = note
    tx.flush()


def send(
    tx: Transaction, issue: Issue, mailing: Mailing, *, audience: int, now: dt.datetime
) -> None:
    """Frozen ─> sending, and its mailing with it: the audience is written.

    Args:
        tx: the open transaction.
        issue: locked by `lock_issue`.
        mailing: the issue's.
        audience: deliveries.
        now: aware UTC.
    """
    mailing.audience = audience
    mailing.state = MailingState.SENDING
    mailing.started_at = now
    issue.state = IssueState.SENDING
    tx.flush()
    # With nobody to send to there is no batch whose end would end it.
    finish_mailing(tx, mailing.id, now=now)


def add_stories(
    tx: Transaction,
    issue_id: int,
    chosen: Sequence[tuple[int, Story]],
    corrected: Sequence[tuple[int, LaterChange]] = (),
) -> None:
    """Write down which stories an issue carries, and which corrections.

    Args:
        tx: the open transaction.
        issue_id: whose.
        chosen: (position, story) pairs; the position is the story's bit in every choice.
        corrected: (position, correction) pairs.
    """
    told: tuple[tuple[int, Story | LaterChange], ...] = (*chosen, *corrected)
    rows = [
        {
            "issue_id": issue_id,
            "position": position,
            "article_id": story.article_id,
            "revision": story.revision,
            "section_slug": story.section_slug,
            "language": story.language,
            "is_correction": isinstance(story, LaterChange),
            "picture_url": story.picture.url
            if isinstance(story, Story) and story.picture is not None
            else None,
        }
        for position, story in told
    ]
    if rows:
        tx.execute(insert(IssueStory).values(rows))


def carried(tx: Transaction, issue_id: int) -> list[tuple[IssueStory, str]]:
    """The stories of an issue by position, with the headline that their article has now."""
    query = (
        select(IssueStory, Article.headline)
        .join(Article, Article.id == IssueStory.article_id)
        .where(IssueStory.issue_id == issue_id)
    )
    return [(row[0], row[1]) for row in tx.execute(query.order_by(IssueStory.position))]


def delivery_of(tx: Transaction, mailing_id: int, address_hash: bytes) -> DueDelivery | None:
    """A materialised mailing's delivery to one address, None when it has none."""
    query = dues().where(
        Delivery.mailing_id == mailing_id,
        Recipient.address_hash == address_hash,
        Subscription.id.is_not(None),
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else DueDelivery(*row)


def _waits_for_the_next(newsletter_id: int, until: dt.datetime) -> ColumnElement[bool]:
    """Whether an issue was merged and no later one covers its news yet.

    An alert has no next one: its article is news to the digests that draw from its section.
    """
    return and_(
        Issue.newsletter_id == newsletter_id,
        Issue.state == IssueState.MERGED,
        Issue.merged_into.is_(None),
        Issue.article_id.is_(None),
        Issue.window_to <= until,
    )


def _turn(
    tx: Transaction,
    issue_id: int,
    was: tuple[IssueState, ...],
    to: IssueState,
    note: str | None,
) -> bool:
    issue = lock_issue(tx, issue_id, *was)
    if issue is None:
        return False
    issue.state, issue.note = to, note
    tx.flush()
    return True
