"""A reader's timeline: what they did, what was done about their address, and every issue. Pure.

Each entry stands at the moment at which it became so, the newest first; words say which newsletter
they are about.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from syndicate.languages import own_name
from syndicate.store.newsroom.newsletters import scope
from syndicate.store.platform.audit import Audit
from syndicate.store.readers.changes import SubscriptionChange
from syndicate.store.readers.imports import UNDATED
from syndicate.store.readers.leavings import BY_FILE
from syndicate.store.readers.recipients import EVERYWHERE, Suppression
from syndicate.store.readers.subscribers import Consent
from syndicate.store.sending.events import DeliveryEvent
from syndicate.store.views.emailed import Emailed
from syndicate.store.views.readers import Number, Order, Single
from syndicate.subscribers import fates
from syndicate.subscribers.fates import Fate
from syndicate.subscribers.standing import FORM, IMPORT, Past, absent, paused_until
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.readers import ReaderChange, ReaderCode
from syndicate.vocabulary.sending import DeliveryState

# Actions of the audit that a reader's timeline tells, and their codes.
ACTS = {
    Act.READER_SUPPRESS: ReaderCode.SUPPRESSED,
    Act.READER_LIFT: ReaderCode.LIFTED,
    Act.READER_RESEND: ReaderCode.RESENT,
}
_DONE = {
    Act.READER_SUPPRESS: "suppressed",
    Act.READER_LIFT: "the suppression was lifted",
    Act.READER_RESEND: "the copy was sent again",
}


@dataclass(frozen=True)
class TimelineEntry:
    """One line of a timeline.

    Attributes:
        at: aware UTC.
        issue: its id, None where it is about no issue.
        code: for programs.
        about: the newsletter or the issue, "" where it is about all mail.
        said: for people, a clause.
        mailing_id: of the issue, None where there is none.
        has_copy: whether a copy was made that can be shown.
    """

    at: dt.datetime
    issue: int | None
    code: ReaderCode
    about: str
    said: str
    mailing_id: int | None = None
    has_copy: bool = False

    @property
    def words(self) -> str:
        """The whole sentence, without a full stop."""
        return f"{self.about}: {self.said}" if self.about else self.said

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "at": self.at.isoformat(),
            "issue": self.issue,
            "code": self.code.value,
            "words": self.words,
        }


@dataclass(frozen=True)
class Known:
    """Everything that a timeline is told from.

    Attributes:
        pasts: of the subscriptions, by newsletter.
        barred: what the address is mailed no more of.
        acts: lines of the audit about the reader.
        singles: confirmations, by the key of the sign-up that they belong to.
        told: what receivers said, by mailing.
        emailed: articles that visitors sent to the address.
        is_allowed_here: whether this environment may mail the address.
    """

    pasts: Mapping[int, Past]
    barred: Sequence[Suppression]
    acts: Sequence[Audit]
    singles: Mapping[str, Single]
    told: Mapping[int, Sequence[DeliveryEvent]]
    emailed: Sequence[Emailed] = ()
    is_allowed_here: bool = True


def confirmation_key(subscription_id: int, asked_at: dt.datetime) -> str:
    """The `dedupe_key` of the mail that a sign-up of that moment was answered with."""
    return f"confirmation:{subscription_id}:{int(asked_at.timestamp())}"


def entries(known: Known, issues: Sequence[Number]) -> list[TimelineEntry]:
    """All of it, the newest first."""
    found = [*_of_issues(known, issues), *_of_address(known), *_of_emailed(known)]
    for past in known.pasts.values():
        found += [*_of_consents(known, past), *_of_changes(past)]
    return sorted(found, key=lambda each: (each.at, each.issue or 0), reverse=True)


def fate(known: Known, issue: Number) -> Fate:
    """What became of an issue for this reader, or why they did not get it."""
    past = known.pasts.get(issue.newsletter_id)
    order = past.order if past is not None else None
    if issue.copy is None:
        found = fates.of_issue(issue)
        return found or fates.of_absence(absent(past, issue.frozen_at or issue.opened_at))
    found = fates.suppressed(issue.copy, known.barred, scope(issue.newsletter_id), issue.zone)
    found = found or fates.left_out(issue.copy, issue, order)
    if found is not None:
        return found
    if issue.copy.state is DeliveryState.PENDING and not known.is_allowed_here:
        said = "it waits: this environment does not mail this address"
        return Fate(ReaderCode.NOT_ALLOWED_HERE, said)
    assert issue.mailing_state is not None  # noqa: S101 - a delivery has its mailing
    told = known.told.get(issue.mailing_id or 0, ())
    return fates.of_copy(
        issue.copy, issue.mailing_state, told, zone=issue.zone, day=issue.local_date
    )


def _of_issues(known: Known, issues: Sequence[Number]) -> Iterator[TimelineEntry]:
    for issue in issues:
        found = fate(known, issue)
        about = issue.title
        has_copy = issue.copy is not None and (
            issue.copy.version is not None or issue.copy.state in DeliveryState.open()
        )
        yield TimelineEntry(
            issue.at, issue.id, found.code, about, found.words, issue.mailing_id, has_copy
        )


def _of_emailed(known: Known) -> Iterator[TimelineEntry]:
    """What visitors sent to the address; of who they said that they are it says nothing."""
    for each in known.emailed:
        single, told = each.single, known.told.get(each.single.mailing_id, ())
        found = fates.of_copy(single.copy, single.mailing_state, told, zone=each.zone)
        about = f"Emailed article {each.article_id}"
        said = f"a visitor sent it to this address; {found.words}"
        yield TimelineEntry(each.at, None, ReaderCode.EMAILED, about, said)


def _of_consents(known: Known, past: Past) -> Iterator[TimelineEntry]:
    order = past.order
    for proof in past.consents:
        at = past.agreed_at(proof)
        if proof.method == FORM:
            said = f"asked for it with a form; {_confirmation(known, order, proof)}"
            yield TimelineEntry(at, None, ReaderCode.ASKED, order.name, said)
        elif proof.method == IMPORT:
            is_undated = (proof.origin or "").endswith(UNDATED)
            agreed = "" if is_undated else f" {fates.when(proof.at, order.zone)}"
            said = f"brought in by a file ({proof.origin}); agreed elsewhere{agreed}"
            yield TimelineEntry(at, None, ReaderCode.IMPORTED, order.name, said)
        else:
            said = "confirmed by the link in the mail"
            yield TimelineEntry(at, None, ReaderCode.CONFIRMED, order.name, said)


def _confirmation(known: Known, order: Order, proof: Consent) -> str:
    single = known.singles.get(confirmation_key(order.id, proof.at))
    if single is None:
        return "no confirmation mail was sent for it"
    told = known.told.get(single.mailing_id, ())
    found = fates.of_copy(single.copy, single.mailing_state, told, zone=order.zone)
    return f"the confirmation mail: {found.words}"


def _of_changes(past: Past) -> Iterator[TimelineEntry]:
    name = past.order.name
    for each in past.changes:
        if each.kind is not ReaderChange.LEFT:
            yield TimelineEntry(
                each.at, None, _CODES[each.kind], name, _said(each, past.order.zone)
            )
    over_at = past.order.newsletter_ended_at
    for at in past.ends():
        if at != over_at:
            yield TimelineEntry(at, None, ReaderCode.LEFT, name, _left(past, at))
    has_left = past.order.ended_at is not None and not past.order.has_ended_with_newsletter
    if over_at is not None and past.order.created_at <= over_at and not has_left:
        code = ReaderCode.NEWSLETTER_ENDED
        yield TimelineEntry(over_at, None, code, name, "the newsletter ended")


def _left(past: Past, at: dt.datetime) -> str:
    """How a subscription ended at a moment: here, by a file, or before it began, elsewhere."""
    if not past.consents or at < past.order.created_at:
        return "left where an imported file comes from"
    told = (each for each in past.changes if each.kind is ReaderChange.LEFT and each.at == at)
    is_by_file = any(each.detail.get("by") == BY_FILE for each in told)
    return "an imported file ended it" if is_by_file else "the reader left"


_CODES = {
    ReaderChange.CHOSE: ReaderCode.CHOSE,
    ReaderChange.LANGUAGE: ReaderCode.LANGUAGE,
    ReaderChange.PAUSED: ReaderCode.PAUSED,
    ReaderChange.RESUMED: ReaderCode.RESUMED,
}


def _said(change: SubscriptionChange, zone: str) -> str:
    if change.kind is ReaderChange.CHOSE:
        sections = _listed(change.detail.get("sections")) or "all sections"
        languages = _listed(change.detail.get("languages")) or "all languages"
        return f"the reader chose {sections}; {languages}"
    if change.kind is ReaderChange.LANGUAGE:
        return f"the reader chose the mail in {own_name(str(change.detail.get('language', '')))}"
    until = paused_until(change)
    if until is not None:
        return f"the reader paused it until {fates.when(until, zone)}"
    return "the reader ended the pause"


def _listed(value: object) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, list) else ""


def _of_address(known: Known) -> Iterator[TimelineEntry]:
    names = {scope(past.order.newsletter_id): past.order for past in known.pasts.values()}
    told = {act.at for act in known.acts if act.act is Act.READER_SUPPRESS}
    for each in known.barred:
        if each.at in told:  # the line of the audit says more
            continue
        order = names.get(each.scope)
        what = {EVERYWHERE: ""}.get(each.scope, order.name if order is not None else each.scope)
        said = f"suppressed since {fates.when(each.at, 'UTC')}: {fates.why(each)}"
        yield TimelineEntry(each.at, None, ReaderCode.SUPPRESSED, what, said)
    for act in known.acts:
        why, issue = act.detail.get("why"), act.detail.get("issue")
        done = act.act
        assert done is not None  # noqa: S101 - they were asked for by name
        said = f"{_DONE[done]} by {act.actor}" + (f": {why}" if why else "")
        about = str(act.detail.get("of") or "")
        number = issue if isinstance(issue, int) else None
        yield TimelineEntry(act.at, number, ACTS[done], about, said)
