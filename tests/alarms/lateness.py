"""Rows that ring the alarms about lateness, and rows beside those."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from syndicate import phrases
from syndicate.alarms.need import Need
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.newsletters import IssueState, NewsletterKind
from syndicate.vocabulary.sending import Lane, MailingKind, MailingState
from tests import rows
from tests.rows import DAY, NOW

SECOND = dt.timedelta(seconds=1)
MINUTE = 60 * SECOND
BEGINS_WITHIN = 30 * SECOND
DUE = NOW - BEGINS_WITHIN  # 07:59:30
_SLOT = {"times": ["07:59"], "days": [1, 2, 3, 4, 5, 6, 7]}


def morning(tx: Transaction, **columns: Any) -> Newsletter:
    """A newsletter that was due a minute ago, and has come out each day until yesterday."""
    made = rows.newsletter(tx, rows.publication(tx).id, schedule=_SLOT, **columns)
    yesterday = NOW - DAY - MINUTE
    done = {"state": IssueState.DONE, "local_date": yesterday.date(), "slot": "07:59"}
    rows.issue(tx, made.id, 1, window_from=yesterday - DAY, window_to=yesterday, **done)
    return made


def opened(tx: Transaction, newsletter: Newsletter, state: IssueState, **columns: Any) -> int:
    plain: dict[str, Any] = {"slot": "07:59", "number": None, "window_to": NOW - MINUTE}
    plain |= {"created_at": NOW - MINUTE, "state": state}
    return rows.issue(tx, newsletter.id, 2, **(plain | columns)).id


def an_issue_that_nobody_opened(tx: Transaction) -> list[Need]:
    made = morning(tx)
    at = phrases.moment(NOW - MINUTE)
    said = f"The issue of Morning was due {at} and has not begun."
    return [Need(said, f"/console/newsletters/{made.id}")]


def an_issue_that_nobody_composes(tx: Transaction) -> list[Need]:
    issue_id = opened(tx, morning(tx), IssueState.DUE)
    said = f"Issue id {issue_id} of Morning was opened {phrases.moment(NOW - MINUTE)} and waits to"
    return [Need(f"{said} be composed.", f"/console/issues/{issue_id}")]


def an_issue_whose_composing_does_not_end(tx: Transaction) -> list[Need]:
    began = NOW - 5 * MINUTE
    issue_id = opened(tx, morning(tx), IssueState.COMPOSING, created_at=began)
    said = f"Issue id {issue_id} of Morning was opened {phrases.moment(began)} and is still"
    return [Need(f"{said} composing.", f"/console/issues/{issue_id}")]


def an_issue_that_is_due_just_now(tx: Transaction) -> None:
    rows.newsletter(
        tx, rows.publication(tx).id, created_at=NOW - DAY, schedule={"times": ["08:00"]}
    )


def an_issue_that_waits_behind_another(tx: Transaction) -> None:
    made = morning(tx)
    opened(tx, made, IssueState.COMPOSING)
    opened(tx, made, IssueState.DUE, slot="07:58")


def an_issue_that_was_sent_now_in_place_of_its_slot(tx: Transaction) -> None:
    opened(tx, morning(tx), IssueState.DONE, slot="07:59 extra")


def newsletters_whose_issues_do_not_come_out(tx: Transaction) -> None:
    morning(tx, ended_at=NOW - DAY)


NOT_BEGUN: list[Callable[[Transaction], list[Need]]] = [
    an_issue_that_nobody_opened,
    an_issue_that_nobody_composes,
    an_issue_whose_composing_does_not_end,
]
BEGUN: list[Callable[[Transaction], None]] = [
    an_issue_that_is_due_just_now,
    an_issue_that_waits_behind_another,
    an_issue_that_was_sent_now_in_place_of_its_slot,
    newsletters_whose_issues_do_not_come_out,
]


def sent(
    tx: Transaction, place: int, began: dt.datetime, size: int, of: Newsletter, **counts: Any
) -> Mailing:
    """A mailing to so many readers; what the counts do not name is still to be sent."""
    columns: dict[str, Any] = {"state": MailingState.SENDING, "started_at": began}
    columns |= {name: counts.pop(name) for name in ("state", "done_at", "lane") if name in counts}
    made = rows.mailing(tx, rows.issue(tx, of.id, place), audience=size, **columns)
    rows.batch(tx, made, size=size, **counts)
    return made


def usual(tx: Transaction, of: Newsletter, per_second: int = 10) -> None:
    """Three mailings of the days before, each to 18,000 readers."""
    for place in range(1, 4):
        began = NOW - place * DAY
        done_at = began + dt.timedelta(seconds=18_000 / per_second)
        state = MailingState.DONE
        sent(tx, place, began, 18_000, of, state=state, done_at=done_at, accepted=18_000)


def an_issue_that_takes_longer_than_it_does(tx: Transaction) -> list[Need]:
    made = rows.newsletter(tx, rows.publication(tx).id)
    usual(tx, made)
    began = NOW - dt.timedelta(minutes=91)  # half an hour is usual
    mailing = sent(tx, 4, began, 18_000, made, accepted=17_000)
    left, whole = phrases.number(1_000), phrases.number(18_000)
    said = (
        f"No. 4 of Morning is being sent since {phrases.moment(began)}, and {left} mails are left "
        f"of {whole}: that is longer than it takes."
    )
    return [Need(said, f"/console/mailings/{mailing.id}")]


def an_issue_that_takes_as_long_as_it_does(tx: Transaction) -> None:
    made = rows.newsletter(tx, rows.publication(tx).id)
    usual(tx, made)
    sent(tx, 4, NOW - dt.timedelta(minutes=89), 18_000, made, accepted=17_000)


def an_issue_of_which_a_few_were_put_off(tx: Transaction) -> None:
    made = rows.newsletter(tx, rows.publication(tx).id)
    sent(tx, 1, NOW - dt.timedelta(hours=3), 500, made, accepted=490, deferred=10)


NOT_DONE: list[Callable[[Transaction], list[Need]]] = [an_issue_that_takes_longer_than_it_does]
DONE: list[Callable[[Transaction], None]] = [
    an_issue_that_takes_as_long_as_it_does,
    an_issue_of_which_a_few_were_put_off,
]


def alerts(tx: Transaction, asked: dt.timedelta) -> tuple[Newsletter, int]:
    """A newsletter of alerts, and an article that was asked for so long ago."""
    publication_id = rows.publication(tx).id
    section = rows.section(tx, publication_id)
    made = rows.newsletter(
        tx, publication_id, "news", kind=NewsletterKind.ALERT, schedule={}, section_ids=[section.id]
    )
    article = rows.article(tx, publication_id, section_id=section.id, alert_at=NOW - asked)
    return made, article.id


def an_alert_that_nobody_opens(tx: Transaction) -> list[Need]:
    made, _ = alerts(tx, BEGINS_WITHIN)
    said = "The alert “Headline story” of News was asked for and is not on its way."
    return [Need(said, f"/console/newsletters/{made.id}")]


def alert_sent(tx: Transaction, began: dt.datetime, **counts: int) -> Mailing:
    made, article_id = alerts(tx, MINUTE)
    issue = rows.issue(tx, made.id, 2, article_id=article_id, slot="alert")
    mailing = rows.mailing(
        tx,
        issue,
        kind=MailingKind.ALERT,
        lane=Lane.URGENT,
        state=MailingState.SENDING,
        started_at=began,
    )
    rows.batch(tx, mailing, size=4, **counts)
    return mailing


def an_alert_of_which_nothing_leaves(tx: Transaction) -> list[Need]:
    mailing = alert_sent(tx, DUE)
    said = f"No. 2 of News, an alert, is being sent since {phrases.moment(DUE)}, and 4 mails are"
    return [Need(f"{said} left of 4.", f"/console/mailings/{mailing.id}")]


def an_alert_that_is_not_whole_in_five_minutes(tx: Transaction) -> list[Need]:
    began = NOW - 5 * MINUTE
    mailing = alert_sent(tx, began, accepted=3)
    said = f"No. 2 of News, an alert, is being sent since {phrases.moment(began)}, and 1 mail is"
    return [Need(f"{said} left of 4.", f"/console/mailings/{mailing.id}")]


def an_alert_that_was_asked_for_just_now(tx: Transaction) -> None:
    alerts(tx, BEGINS_WITHIN - SECOND)


def an_alert_that_is_on_its_way(tx: Transaction) -> None:
    alert_sent(tx, DUE, accepted=1)


ALERTS: list[Callable[[Transaction], list[Need]]] = [
    an_alert_that_nobody_opens,
    an_alert_of_which_nothing_leaves,
    an_alert_that_is_not_whole_in_five_minutes,
]
ALERTS_IN_TIME: list[Callable[[Transaction], None]] = [
    an_alert_that_was_asked_for_just_now,
    an_alert_that_is_on_its_way,
]
