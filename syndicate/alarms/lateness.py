"""Issues that have not begun, or are not done, by their time; alerts that are over their clock.

    due ── 30 s ──> opened, and composed ── its own time ──> all of it with the relays
    asked ── 30 s ──> opened ── 30 s ──> the first mail with the relay ── 5 min ──> the last

An issue's own time follows from how fast its newsletter's last mailings went and from the pace that
is set; three times that, and never less than a quarter of an hour, is late. What is held, paused or
stopped is late on somebody's word, and another bell's.
"""

import datetime as dt
from collections.abc import Iterable

from syndicate import phrases, settings
from syndicate.alarms import outgoing
from syndicate.alarms.need import CASES, PROCESSES, Alarm, Need, Threshold, of
from syndicate.mail.pacing import pace
from syndicate.newsletters import schedule, timetable
from syndicate.store.composition import alerts
from syndicate.store.content import articles
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.platform import installation
from syndicate.store.sending import holds
from syndicate.store.views import lateness, operations, progress
from syndicate.store.views.progress import MailingProgress
from syndicate.vocabulary.bells import Bell, Owner, Severity
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import Lane, MailingState

# What is found at once for a moment, because an old issue is composed again, is nothing yet.
_SETTLE = dt.timedelta(seconds=15)
# While one is composed the others wait behind it; a million readers take a minute.
_COMPOSED_WITHIN = dt.timedelta(minutes=5)
_TIMES = 3  # of what it usually takes
_FEW = 10  # put off, of which a receiver here and there asks for hours
_SHARE = 0.02
_SPARE = 1.5


def _begins_within() -> dt.timedelta:
    """The tick opens an issue within two seconds, and composing takes a few more."""
    return dt.timedelta(seconds=settings.load().bell_issue_begins_within_s)


def _is_silenced(tx: Transaction) -> bool:
    """Whether all mail is stopped or held: then nothing is late, and another bell rings."""
    row = installation.read(tx)
    return row is not None and (row.stopped_at is not None or row.held_at is not None)


def _not_begun(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    if _is_silenced(tx):
        return
    yield from _unopened(tx, now)
    for issue, newsletter in _stuck(tx, now):
        if issue.article_id is None:
            yield _of_issue(issue, newsletter, now)


def _unopened(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    opened = lateness.slots_opened(tx, since=now - schedule.CATCH_UP - _begins_within())
    held = holds.newsletters_held(tx)
    last, from_then = lateness.last_windows(tx, now), installation.opens_from(tx)
    for each in newsletters.every(tx):
        is_clocked = each.is_running and timetable.is_opened_by_clock(each)
        if each.id in held or not is_clocked or timetable.trouble(each) is not None:
            continue
        since = last.get(each.id, each.created_at)
        since = max(since, from_then or since, each.opens_from or since)
        read = timetable.read_schedule(each)
        for slot in schedule.due_slots(read, now=now - _begins_within(), since=since):
            if (each.id, slot.local_date, slot.name) not in opened:
                said = f"The issue of {each.name} was due {phrases.moment(slot.due_at, each.zone)}"
                key = f"slot:{each.id}:{slot.local_date}:{slot.name}"
                path = f"/console/newsletters/{each.id}"
                yield of(each, f"{said} and has not begun.", path, key=key)


def _stuck(tx: Transaction, now: dt.datetime) -> Iterable[tuple[Issue, Newsletter]]:
    """Issues that were opened, and which nobody composes, or not to the end."""
    found = lateness.unfinished(tx)
    rest = installation.rest_held_at(tx)
    is_busy = any(issue.state is not IssueState.DUE for issue, _ in found)
    for issue, newsletter in found:
        is_waiting = issue.state is IssueState.DUE and not is_busy
        within = _begins_within() if is_waiting else _COMPOSED_WITHIN
        is_of_the_rest = rest is not None and issue.created_at <= rest
        if issue.created_at <= now - within and not is_of_the_rest:
            yield issue, newsletter


def _of_issue(issue: Issue, newsletter: Newsletter, now: dt.datetime) -> Need:
    state = "waits to be composed" if issue.state is IssueState.DUE else f"is still {issue.state}"
    said = f"{issue.called} of {newsletter.name} was opened"
    text = f"{said} {phrases.moment(issue.created_at, newsletter.zone)} and {state}."
    # One that was opened long ago was given to the composers again, just now.
    is_again = issue.created_at < now - schedule.CATCH_UP
    settle = _COMPOSED_WITHIN if is_again else _SETTLE
    path = f"/console/issues/{issue.id}"
    return of(newsletter, text, path, key=f"issue:{issue.id}", settle=settle)


NOT_BEGUN = Alarm(
    name="issue_not_begun",
    help="an issue is due, and nobody has opened it, or composed it",
    path="/console/newsletters",
    look=_not_begun,
    bell=Bell.ISSUE_NOT_BEGUN,
    threshold=Threshold(setting="bell_issue_begins_within_s", words="after it is due"),
    owner=Owner.OPERATORS,
    severity=Severity.PAGE,
    runbook="runbooks/issue-not-begun",
    test=PROCESSES,
)


def _not_done(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    configured = settings.load()
    window = pace.read_window(configured.mail_window)
    warm_up = pace.read_warm_up(configured.mail_warmup)
    is_slow_on_purpose = warm_up is not None and warm_up.most(now) is not None
    if (window is not None and not window.is_open(now)) or is_slow_on_purpose:
        return
    at_least = dt.timedelta(seconds=configured.bell_issue_done_within_s)
    for each, named, path in outgoing.called(tx, _going(tx)):
        began = each.mailing.started_at
        if each.mailing.lane is Lane.URGENT or began is None:
            continue
        if began <= now - at_least and began <= now - takes(tx, each):
            since = phrases.moment(began)
            said = f"{named} is being sent since {since}, and {_left(each)}"
            yield outgoing.of_mailing(each, f"{said}: that is longer than it takes.", path)


def _going(tx: Transaction) -> list[MailingProgress]:
    """Mailings of issues that are sent just now and have more left than a few that were put off."""
    found = progress.find_all(tx, operations.open_mailings(tx))
    return [
        each
        for each in found
        if each.mailing.state is MailingState.SENDING and not each.is_held and _has_much_left(each)
    ]


def _has_much_left(each: MailingProgress) -> bool:
    counts = each.counts
    return counts.remaining > 0 or counts.deferred > max(_FEW, _SHARE * counts.audience)


def _left(each: MailingProgress) -> str:
    counts = each.counts
    left = phrases.counted(counts.remaining + counts.deferred, "mail is left", "mails are left")
    return f"{left} of {phrases.number(counts.audience)}"


def takes(tx: Transaction, each: MailingProgress) -> dt.timedelta:
    """How long a mailing may take: by how fast its newsletter's last ones went, and by its pace."""
    usual = lateness.usual_per_second(tx, each.mailing.newsletter_id or 0)
    limits = pace.read_limits(settings.load().mail_pace)
    by_pace = [
        counts.audience / (limit.per_s * pace.BULK_SHARE)
        for group, counts in each.groups.items()
        if (limit := limits.get(group)) is not None and limit.per_s is not None
    ]
    takes_s = each.counts.audience / usual if usual else 0.0
    return dt.timedelta(seconds=max(takes_s * _TIMES, max(by_pace, default=0.0) * _SPARE))


NOT_DONE = Alarm(
    name="issue_not_done",
    help="an issue has been on its way for three times as long as its newsletter's last ones took, "
    "and for a quarter of an hour at least",
    path="/console/mailings",
    look=_not_done,
    bell=Bell.ISSUE_NOT_DONE,
    threshold=Threshold(
        setting="bell_issue_done_within_s", words="and three times what it usually takes"
    ),
    owner=Owner.OPERATORS,
    severity=Severity.PAGE,
    runbook="runbooks/issue-not-done",
    test=CASES,
)


def _alerts(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    if _is_silenced(tx):
        return
    names = {each.id: each for each in newsletters.every(tx)}
    for due in alerts.due(tx, now=now, asked_before=now - _begins_within()):
        newsletter, article = names[due.newsletter_id], articles.find(tx, due.article_id)
        headline = article.headline if article is not None else f"article {due.article_id}"
        said = f"The alert “{headline}” of {newsletter.name} was asked for and is not on its way."
        key = f"alert:{due.newsletter_id}:{due.article_id}"
        yield of(newsletter, said, f"/console/newsletters/{newsletter.id}", key=key)
    for issue, newsletter in _stuck(tx, now):
        if issue.article_id is not None:
            yield _of_issue(issue, newsletter, now)
    yield from _slow_alerts(tx, now)


def _slow_alerts(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    whole = dt.timedelta(seconds=settings.load().bell_alert_within_s)
    for each, named, path in outgoing.called(tx, _going(tx)):
        began = each.mailing.started_at
        if each.mailing.lane is not Lane.URGENT or began is None:
            continue
        counts = each.counts
        is_untouched = counts.remaining == counts.audience > 0
        within = _begins_within() if is_untouched else whole
        if began <= now - within and (is_untouched or began <= now - takes(tx, each)):
            said = f"{named}, an alert, is being sent since {phrases.moment(began)}"
            text = f"{said}, and {_left(each)}."
            yield outgoing.of_mailing(each, text, path)


LATE_ALERTS = Alarm(
    name="alert_late",
    help="an alert was asked for and is not on its way, or not whole with the relays in time",
    path="/console/mailings",
    look=_alerts,
    bell=Bell.ALERT_LATE,
    threshold=Threshold(setting="bell_issue_begins_within_s", words="after it was asked for"),
    owner=Owner.OPERATORS,
    severity=Severity.PAGE,
    runbook="runbooks/alert-late",
    test=PROCESSES,
)
