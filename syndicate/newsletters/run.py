"""Issues on their way: slots that are due become rows, rows become mailings.

Their states are drawn, and turned, in `store.composition.issues`. Every step may run twice, at
once, or die in the middle: the tick finds what is unfinished and hints at it again. Templates
render while no transaction is open.
"""

import datetime as dt
from functools import lru_cache

from syndicate import jobs, logs, settings
from syndicate.errors import BAD_ROW, NotFoundError, PermanentError, RefusedError, SyndicateError
from syndicate.journal import lives
from syndicate.mail import holding, steering
from syndicate.mail.recovery import copy_check
from syndicate.newsletters import freeze, gather, kinds, offers, schedule, timetable, unusable
from syndicate.newsletters.compose import choose, compose
from syndicate.newsletters.offers import Offer
from syndicate.newsletters.schedule import Slot
from syndicate.newsletters.timetable import read_schedule, trouble
from syndicate.newsroom import brand
from syndicate.newsroom.newsletters import numbered
from syndicate.store.composition import issues, renewals
from syndicate.store.composition.materialise import materialise
from syndicate.store.content import articles
from syndicate.store.ground.session import BadValueError, Transaction, transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.platform import installation
from syndicate.store.sending import holds, ledger
from syndicate.vocabulary.newsletters import MAX_STORIES, EmptyRule, IssueState

log = logs.get(__name__)

ACTOR = "composer"
# What a bad row, or a template, can do to composing; a database that is away is none of it.
_AT_FAULT: tuple[type[Exception], ...] = (SyndicateError, BadValueError, *BAD_ROW)


def open_due_issues(now: dt.datetime) -> list[int]:
    """Open the issue of every slot that is due, and hint at what is unfinished.

    That is issues that nobody composed yet, and mailings whose content must be renewed.

    Safe to run twice, or at once: a slot has one row.

    Args:
        now: aware UTC.

    Returns:
        Ids of the issues that are new.
    """
    with transaction() as tx:
        if installation.held_why(tx) is not None:
            return []
        held = holds.newsletters_held(tx)
        opened = [
            issue_id
            for newsletter in newsletters.every(tx)
            if newsletter.id not in held
            for issue_id in _open_due(tx, newsletter, now)
        ]
        for issue_id, kind in issues.unfinished(tx):
            tx.hint(kinds.RULES[kind].job, issue_id)
        renewals.mark_overlooked(tx, now)
        for mailing_id in renewals.waiting(tx):
            tx.hint(jobs.RENEW_CONTENT, mailing_id)
    for issue_id in opened:
        log.info("issue_opened", issue_id=issue_id)
    return opened


def open_now(
    tx: Transaction, newsletter: Newsletter, offer: Offer, now: dt.datetime
) -> tuple[int, bool]:
    """Open the issue of what *send now* offers: the slot that is past, or what is new since.

    An issue that was empty or held is composed again; one that was sent is left alone. Safe to run
    twice.

    Args:
        tx: the open transaction.
        newsletter: whose.
        offer: which of the two.
        now: aware UTC.

    Returns:
        The issue's id, and whether there is anything to compose that there was not before.

    Raises:
        RefusedError: it has no slots or no language, nothing is new, it is paused or has ended, or
            it or all mail is held.
        UsageError: its schedule cannot be read.
    """
    if (why := installation.held_why(tx)) is not None:
        raise RefusedError(copy_check.held_notice(why))
    timetable.running(newsletter)
    holding.refuse_held(tx, holds.on_newsletter(tx, newsletter), newsletter.name)
    slot = offers.slot_of(tx, newsletter, offer, now)
    if offer is Offer.NEW and not _has_news(tx, newsletter, slot, now):
        raise RefusedError(f"Nothing is new in {newsletter.name} since its last issue.")
    issue, is_news = _open(tx, newsletter.id, slot, now)
    steering.refuse_the_rest(tx, opened_at=issue.created_at)
    is_again = issues.compose_again(tx, issue.id)
    tx.hint(kinds.RULES[newsletter.kind].job, issue.id)
    return issue.id, is_news or is_again


def compose_issue(issue_id: int, now: dt.datetime) -> IssueState:
    """Take an issue from *due* to *sending*, or to where it ends without a mailing.

    Where mail is held as a copy's, or its newsletter is held, it stays as it is. Safe to run twice,
    or at once, or again after a crash at any point.

    Args:
        issue_id: which.
        now: aware UTC; becomes the mails' Date.

    Returns:
        The state the issue is in now.

    Raises:
        NotFoundError: there is no such issue.
    """
    if _claim(issue_id):
        try:
            _freeze(issue_id, now)
        except _AT_FAULT as error:
            log.exception("issue_not_composed", issue_id=issue_id)
            with transaction() as tx:
                issues.hold(tx, issue_id, f"It could not be composed: {error}")
    _send(issue_id, now)
    with transaction() as tx:
        return known_issue(tx, issue_id).state


def _open_due(tx: Transaction, newsletter: Newsletter, now: dt.datetime) -> list[int]:
    if not newsletter.is_running:
        return []
    if (why := trouble(newsletter)) is not None:
        _tell(newsletter.id, why)
        return []
    if not timetable.is_opened_by_clock(newsletter):
        return []
    since = issues.last_window(tx, newsletter.id, now) or newsletter.created_at
    since = max(since, installation.opens_from(tx) or since, newsletter.opens_from or since)
    slots = schedule.due_slots(read_schedule(newsletter), now=now, since=since)
    opened = (_open(tx, newsletter.id, slot, now) for slot in slots)
    return [issue.id for issue, is_new in opened if is_new]


@lru_cache(maxsize=256)
def _tell(newsletter_id: int, why: str) -> None:
    """Once in each process: the tick asks every two seconds."""
    log.error("newsletter_not_scheduled", newsletter_id=newsletter_id, reason=why)


def _has_news(tx: Transaction, newsletter: Newsletter, slot: Slot, now: dt.datetime) -> bool:
    window = issues.window_with_merged(tx, newsletter.id, (slot.window_from, slot.window_to))
    issue = Issue(id=0, local_date=slot.local_date, window_from=window[0], window_to=window[1])
    return bool(choose(gather.material(tx, newsletter, issue, now), MAX_STORIES))


def _open(tx: Transaction, newsletter_id: int, slot: Slot, now: dt.datetime) -> tuple[Issue, bool]:
    window = (slot.window_from, slot.window_to)
    return issues.open_slot(tx, newsletter_id, (slot.local_date, slot.name), window, now=now)


def _claim(issue_id: int) -> bool:
    """Mark an issue as being composed; one whose composer died is taken over."""
    with transaction() as tx:
        issue = issues.find(tx, issue_id)
        if issue is None or _waits(tx, issue):
            return False
        return issues.claim(tx, issue_id)


def _waits(tx: Transaction, issue: Issue) -> bool:
    """Whether an issue is not composed or sent now: its newsletter is held, all mail, or it."""
    rest_held_at = installation.rest_held_at(tx)
    return (
        installation.held_why(tx) is not None
        or (rest_held_at is not None and issue.created_at <= rest_held_at)
        or bool(holds.on_newsletter(tx, numbered(tx, issue.newsletter_id)))
    )


def _freeze(issue_id: int, now: dt.datetime) -> None:
    """Compose outside any transaction; of two who do it at once, the first one's draft counts.

    A draft with words of an article that was taken down meanwhile is thrown away and made anew, and
    so is one whose number another issue was given meanwhile.
    """
    while not _composed(issue_id, now):
        pass


def _composed(issue_id: int, now: dt.datetime) -> bool:
    with transaction() as tx:
        issue = issues.find(tx, issue_id)
        assert issue is not None  # noqa: S101 - it was claimed
        newsletter = numbered(tx, issue.newsletter_id)
        lacks = brand.lacking(newsletters.publication_of(tx, newsletter))
        if lacks is not None and settings.load().environment == "production":
            issues.hold(tx, issue_id, lacks)
            return True
        read = gather.material(tx, newsletter, issue, now)
    has_word = issue.has_word and issue.article_id is None
    with_notice = has_word or newsletter.empty_rule is EmptyRule.NOTICE
    draft = compose(read, with_notice=with_notice)
    if not draft.rendered:
        _end_empty(issue_id, newsletter.empty_rule)
        return True
    with transaction() as tx:
        if articles.taken_down(tx, draft.article_ids):
            return False
        issues.lock_numbers(tx, newsletter.id)
        issue = issues.lock_issue(tx, issue_id, IssueState.COMPOSING)
        if issue is not None:
            if not issues.take_number(tx, issue, read.number):
                return False
            freeze.add_mailing(tx, newsletter, issue, draft, now)
            unusable.record(tx, draft.unusable, issue_id=issue_id, actor=ACTOR, now=now)
    log.info("issue_frozen", issue_id=issue_id, stories=len(draft.chosen))
    return True


def _send(issue_id: int, now: dt.datetime) -> None:
    """Materialise a frozen issue's audience and let the senders have it."""
    _write_down(issue_id, now)
    with transaction() as tx:
        issue = issues.lock_issue(tx, issue_id, IssueState.FROZEN)
        mailing = ledger.of_issue(tx, issue_id) if issue else None
        if issue is None or mailing is None:
            return
        if _waits(tx, issue):
            return
        newsletter = numbered(tx, issue.newsletter_id)
        is_notice = not issues.carried(tx, issue_id)
        renewals.mark_overlooked(tx, now, mailing_id=mailing.id)
        values = freeze.audience_values(newsletter, mailing, now, is_notice=is_notice)
        issues.send(tx, issue, mailing, audience=materialise(tx, values), now=now)
        steering.hint(tx, mailing.lane)
    log.info("issue_sending", issue_id=issue_id, mailing_id=mailing.id, audience=mailing.audience)


def _write_down(issue_id: int, now: dt.datetime) -> None:
    """Tell the journal that a frozen issue begins: before a mail leaves, where we may write it."""
    path = lives.path_of(settings.load())
    if path is None:
        return
    with transaction() as tx:
        issue = issues.find(tx, issue_id)
        mailing = ledger.of_issue(tx, issue_id)
        is_next = issue is not None and issue.state is IssueState.FROZEN and not _waits(tx, issue)
    if mailing is None or not is_next:
        return
    try:
        lives.begin(path, mailing.id, now)
    except PermanentError as error:
        # The tick sees the journal, and writes what is missing.
        log.info("journal_left_to_the_tick", reason=str(error))


def _end_empty(issue_id: int, rule: EmptyRule) -> None:
    with transaction() as tx:
        if rule is EmptyRule.SKIP:
            issues.skip(tx, issue_id, "There was nothing new; this newsletter skips such issues.")
        else:
            issues.hold(tx, issue_id, "There was nothing new; an editor must decide what happens.")


def known_issue(tx: Transaction, issue_id: int) -> Issue:
    """The issue of an id.

    Raises:
        NotFoundError: there is none.
    """
    found = issues.find(tx, issue_id)
    if found is None:
        raise NotFoundError(f"There is no issue {issue_id}.", issue_id=issue_id)
    return found
