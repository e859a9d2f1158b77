"""What became of one issue for one reader, as a code and in plain words. Pure.

What our mail server said is one thing, and what the receiver did with it another: *accepted* means
handed over, and *delivered* only what a receiver told.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from syndicate import phrases
from syndicate.store.readers.recipients import EVERYWHERE, Suppression
from syndicate.store.sending.events import BOUNCED, DELIVERED, DeliveryEvent
from syndicate.store.views.progress import COMPLAINED
from syndicate.store.views.readers import Copy, Number, Order
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.readers import ReaderCode
from syndicate.vocabulary.sending import (
    DeliveryReason,
    DeliveryState,
    MailingState,
    SuppressionReason,
)
from syndicate.zones import zone_or_utc

DELAYED = "delayed"  # kind of a delivery_event
_WHY_SUPPRESSED = {
    SuppressionReason.COMPLAINT: "the reader marked our mail as spam",
    SuppressionReason.BOUNCE: "mail to this address came back",
    SuppressionReason.READER: "the reader asked for it",
    SuppressionReason.ERASED: "the reader was erased on request",
    SuppressionReason.OPERATOR: "an operator said so",
}
_ABSENT = {
    ReaderCode.NOT_SUBSCRIBED: "does not subscribe to this newsletter",
    ReaderCode.JOINED_LATER: "joined later",
    ReaderCode.NOT_CONFIRMED: "had not confirmed the subscription yet",
    ReaderCode.ENDED: "had left the newsletter",
    ReaderCode.NEWSLETTER_ENDED: "the newsletter had ended",
    ReaderCode.PAUSED: "had paused the newsletter",
    ReaderCode.UNKNOWN: "was not among its readers; the reason was not recorded",
}
_OF_ISSUE = {
    IssueState.EMPTY: (ReaderCode.NOTHING_NEW, "there was nothing new, so nobody got it"),
    IssueState.HELD: (ReaderCode.HELD, "it is held for an editor, so nobody has got it yet"),
    IssueState.MERGED: (ReaderCode.MERGED, "its stories were left to the next issue"),
    IssueState.DROPPED: (ReaderCode.DROPPED, "an editor dropped it, so nobody got it"),
}


@dataclass(frozen=True)
class Fate:
    """What became of a copy, or why there was none.

    Attributes:
        code: for programs.
        words: for people: a clause without a full stop.
    """

    code: ReaderCode
    words: str


def when(moment: dt.datetime, zone: str, day: dt.date | None = None) -> str:
    """A time as words of a timeline say it: "07:02 GMT" on the day itself, else with its date."""
    is_today = moment.astimezone(zone_or_utc(zone)).date() == day
    return (phrases.time if is_today else phrases.moment)(moment, zone)


def of_absence(code: ReaderCode) -> Fate:
    """Of a reader who was no part of the audience."""
    return Fate(code, _ABSENT[code])


def of_issue(issue: Number) -> Fate | None:
    """Of an issue that has no audience; None of one that has."""
    known = _OF_ISSUE.get(issue.state)
    if known is not None:
        return Fate(known[0], f"{known[1]} ({issue.note})" if issue.note else known[1])
    if issue.state is IssueState.DONE and issue.mailing_state is None:
        # The journal of a restored database knows the issue, and nothing of its copies.
        return Fate(ReaderCode.IN_DOUBT, "it was sent, and nothing is known of single copies")
    if issue.mailing_state in (None, MailingState.MATERIALISING):
        return Fate(ReaderCode.WAITING, "it is being composed")
    return None


def of_copy(
    copy: Copy,
    mailing: MailingState,
    told: Sequence[DeliveryEvent],
    *,
    zone: str,
    day: dt.date | None = None,
) -> Fate:
    """Of a copy that was to be sent.

    Args:
        copy: the delivery.
        mailing: how its mailing stands.
        told: what receivers said of it, oldest first.
        zone: in which times are said.
        day: whose times are said without it.
    """
    if copy.state in DeliveryState.open():
        return _open(copy, mailing, zone, day)
    if copy.state is DeliveryState.ACCEPTED:
        return _accepted(copy, told, zone, day)
    if copy.state is DeliveryState.AMBIGUOUS:
        why = DeliveryReason.worded(copy.reason) if copy.reason else "the reply was lost"
        return Fate(ReaderCode.IN_DOUBT, f"possibly sent: {why}")
    if copy.reason == DeliveryReason.EXPIRED:
        return Fate(ReaderCode.EXPIRED, "it was not sent in time")
    return Fate(ReaderCode.REFUSED, f"our mail server refused it: {_reply(copy)}")


def left_out(copy: Copy, issue: Number, order: Order | None) -> Fate | None:
    """Of a reader who was in the audience and left out; None of one who was not."""
    if copy.state is not DeliveryState.SKIPPED or copy.reason not in _LEFT_OUT:
        return None
    code = ReaderCode(str(copy.reason))
    if code is ReaderCode.ENDED and order is not None and order.has_ended_with_newsletter:
        return Fate(ReaderCode.NEWSLETTER_ENDED, "the newsletter ended before it was sent")
    if code is ReaderCode.NOTHING_CHOSEN:
        chosen = f" ({choices(order)})" if order is not None else ""
        return Fate(code, f"{_none_of(issue.stories)} in what the reader chose{chosen}")
    return Fate(code, _LEFT_OUT[str(copy.reason)])


def suppressed(copy: Copy, barred: Sequence[Suppression], scope: str, zone: str) -> Fate | None:
    """Of an address that was mailed no more; None of one that was."""
    if copy.state is not DeliveryState.SUPPRESSED:
        return None
    for each in barred:
        if each.scope in (EVERYWHERE, scope):
            since = when(each.at, zone)
            return Fate(ReaderCode.SUPPRESSED, f"suppressed since {since}: {why(each)}")
    return Fate(ReaderCode.SUPPRESSED, "the address was suppressed then; that was lifted since")


def why(suppression: Suppression) -> str:
    """Why an address is mailed no more, as a clause; an older word as it is."""
    return why_of(suppression.reason)


def why_of(reason: str) -> str:
    """The same of a reason as it is stored."""
    return _WHY_SUPPRESSED[SuppressionReason(reason)] if reason in _WHY_SUPPRESSED else reason


def choices(order: Order) -> str:
    """What a reader chose, for people: "world, sport; all languages"."""
    sections = ", ".join(order.sections) or "all sections"
    return f"{sections}; {', '.join(order.languages) or 'all languages'}"


_LEFT_OUT = {
    str(DeliveryReason.ENDED): "the reader left before it was sent",
    str(DeliveryReason.PAUSED): "the reader paused before it was sent",
    str(DeliveryReason.HAD_IT_ALL): "the reader had every story of it that they chose",
    str(DeliveryReason.NOTHING_CHOSEN): "",
}


def _none_of(stories: int) -> str:
    if stories == 1:
        return "its only story is not"
    return f"none of its {phrases.counted(stories, 'story')} is"


def _open(copy: Copy, mailing: MailingState, zone: str, day: dt.date | None) -> Fate:
    if mailing is MailingState.CANCELLED:
        return Fate(ReaderCode.CANCELLED, "the mailing was cancelled before this copy left")
    if copy.state is DeliveryState.DEFERRED:
        again = f"; it is tried again {when(copy.not_before, zone, day)}" if copy.not_before else ""
        return Fate(ReaderCode.DEFERRED, f"our mail server put it off: {_reply(copy)}{again}")
    is_paused = mailing is MailingState.PAUSED
    return Fate(
        ReaderCode.WAITING,
        "it waits: the mailing is paused" if is_paused else "it waits to be sent",
    )


def _accepted(copy: Copy, told: Sequence[DeliveryEvent], zone: str, day: dt.date | None) -> Fate:
    at = f" {when(copy.done_at, zone, day)}" if copy.done_at is not None else ""
    handed = f"handed to our mail server{at}; receiver: "
    last = {event.kind: event for event in told}
    if COMPLAINED in last:
        said = f"{handed}delivered, and marked as spam {when(last[COMPLAINED].at, zone, day)}"
        return Fate(ReaderCode.COMPLAINED, said)
    if BOUNCED in last:
        event = last[BOUNCED]
        reply = " ".join(part for part in (event.code, event.detail) if part) or event.reason or ""
        return Fate(ReaderCode.REFUSED, f"{handed}refused {when(event.at, zone, day)}: {reply}")
    if DELIVERED in last:
        said = f"{handed}delivered {when(last[DELIVERED].at, zone, day)}"
        return Fate(ReaderCode.DELIVERED, said)
    if DELAYED in last:
        return Fate(ReaderCode.ACCEPTED, f"{handed}not known, it puts the mail off")
    return Fate(ReaderCode.ACCEPTED, f"{handed}not known")


def _reply(copy: Copy) -> str:
    """A relay's reply, its code once: "550 5.1.1 no such user"."""
    said = copy.reason or ""
    codes = [str(each) for each in (copy.code, copy.enhanced) if each and str(each) not in said]
    return " ".join([*codes, said]).strip() or "no reason given"
