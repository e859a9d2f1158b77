"""Before a send: what would go to whom, and what it would look like, by the real path.

An issue is opened and composed as in earnest, in a transaction that is rolled back, and its
audience is counted by the statement that would write it; so a rehearsal's numbers are the ledger's,
and its bytes are what the relay would get. No delivery is written but one reader's, whose copy is
shown.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from syndicate import phrases
from syndicate.errors import NotFoundError
from syndicate.mail.mime import senders
from syndicate.mail.mime.senders import Sender
from syndicate.newsletters import freeze, gather, offers, schedule, specimen, timetable
from syndicate.newsletters.compose import Draft, compose
from syndicate.newsletters.kinds import RULES
from syndicate.newsletters.offers import Offer
from syndicate.newsletters.schedule import Slot
from syndicate.newsletters.unusable import Unusable
from syndicate.newsroom.newsletters import numbered
from syndicate.store.composition import issues
from syndicate.store.composition.materialise import count, materialise
from syndicate.store.composition.stories import Story
from syndicate.store.ground.session import Transaction, transaction, undone
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.newsroom.publications import Publication
from syndicate.store.readers import recipients
from syndicate.store.sending.ledger import Counts
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.newsletters import EmptyRule
from syndicate.vocabulary.sending import DeliveryReason, DeliveryState

# The name of a slot that no schedule can have.
_SLOT = "rehearsal"


@dataclass(frozen=True)
class Rehearsal:
    """What would go out.

    Attributes:
        slot: the slot it was composed for.
        chosen: (position, story) pairs.
        corrections: how many it tells of stories of earlier issues.
        unfitting: stories that fitted the window but not the issue.
        unusable: stories and corrections that cannot be sent by email.
        subjects: by language.
        html_bytes: by language, with every story in it.
        content_hash: hex; an issue sent from the same rows has the same one.
        counts: of the audience; `remaining` is what would be sent.
        audience: (language, receiver group, reason) to number; the reason is "" for those who
            would be sent to.
    """

    slot: Slot
    chosen: tuple[tuple[int, Story], ...]
    corrections: int
    unfitting: int
    unusable: tuple[Unusable, ...]
    subjects: Mapping[str, str]
    html_bytes: Mapping[str, int]
    content_hash: str
    counts: Counts
    audience: Mapping[tuple[str, str, str], int]

    @property
    def barred(self) -> Mapping[DeliveryReason, int]:
        """How many readers would get nothing, by each reason that there may be.

        Where there is no mail, what a reader chose is no reason.
        """
        found = dict.fromkeys(DeliveryReason.barred(), 0)
        for (_, _, reason), number in self.audience.items():
            if reason:
                found[DeliveryReason(reason)] += number
        if not self.subjects:
            del found[DeliveryReason.NOTHING_CHOSEN]
        return found

    def worded(self, reason: str) -> str:
        """A reason of `audience` as screens show it."""
        if reason == DeliveryReason.NOTHING_CHOSEN and not self.subjects:
            return "nothing is new"
        return DeliveryReason.worded(reason)


@dataclass(frozen=True)
class _Composed:
    newsletter: Newsletter
    publication: Publication
    slot: Slot
    draft: Draft
    sender: Sender


def dry_run(
    newsletter_id: int, now: dt.datetime, *, offer: Offer = Offer.SLOT, is_next: bool = False
) -> Rehearsal:
    """Say what an issue would hold and who would get it. Stores nothing.

    Args:
        newsletter_id: which.
        now: aware UTC.
        offer: what *send now* would send.
        is_next: rehearse the slot after now instead, with the news so far.

    Raises:
        NotFoundError: there is no such newsletter.
        RefusedError: it has no slots or no language.
        OversizeError, UnrenderableError: it cannot be composed.
    """
    composed = _compose(newsletter_id, now, offer, is_next=is_next)
    with transaction() as tx, _stage(tx, composed, now) as (_, values):
        audience = count(tx, values)
    draft = composed.draft
    return Rehearsal(
        slot=composed.slot,
        chosen=draft.chosen,
        corrections=len(draft.corrected),
        unfitting=draft.unfitting,
        unusable=draft.unusable,
        subjects=draft.subjects,
        html_bytes={mail.language: mail.html_bytes for mail in draft.rendered},
        content_hash=draft.content_hash.hex(),
        counts=_counts(audience),
        audience=audience,
    )


@dataclass(frozen=True)
class Offered:
    """One of the two that *send now* can send.

    Attributes:
        slot: what it covers.
        stories: how many it would hold.
        corrections: how many it would tell of stories of earlier issues.
        readers: how many would get any of it, as the rehearsal and the ledger count them.
        sent: the id of the issue that was sent of this slot already; None where none was.
        called: what that issue is called; "" where there is none.
        is_first: whether no issue was made before.
    """

    offer: Offer
    slot: Slot
    stories: int
    corrections: int
    readers: int
    sent: int | None
    called: str = ""
    is_first: bool = False

    @property
    def contents(self) -> str:
        """What it would hold: "2 stories and 1 correction"."""
        stories = phrases.counted(self.stories, "story")
        if not self.corrections:
            return stories
        return f"{stories} and {phrases.counted(self.corrections, 'correction')}"


def offered(newsletter_id: int, now: dt.datetime) -> list[Offered]:
    """What *send now* can send, each with its counts. Stores nothing.

    Raises:
        NotFoundError: there is no such newsletter.
        RefusedError: it has no slots or no language.
        OversizeError, UnrenderableError: it cannot be composed.
    """
    found = []
    for offer in Offer:
        rehearsed = dry_run(newsletter_id, now, offer=offer)
        with transaction() as tx:
            slot = (rehearsed.slot.local_date, rehearsed.slot.name)
            sent = issues.sent_of_slot(tx, newsletter_id, slot)
            found.append(
                Offered(
                    offer,
                    rehearsed.slot,
                    stories=len(rehearsed.chosen),
                    corrections=rehearsed.corrections,
                    readers=rehearsed.counts.remaining,
                    sent=sent.id if sent is not None else None,
                    called=sent.called if sent is not None else "",
                    is_first=issues.last_window(tx, newsletter_id, now) is None,
                )
            )
    return found


def preview(
    newsletter_id: int,
    now: dt.datetime,
    *,
    address: str | None = None,
    language: str | None = None,
    offer: Offer = Offer.SLOT,
    is_next: bool = False,
) -> bytes:
    """One reader's mail as the relay would get it, but unsigned. Stores nothing.

    Its links lead nowhere: who looks at a reader's copy cannot act as that reader.

    Args:
        newsletter_id: which.
        now: aware UTC.
        address: of the reader whose copy it is; None shows every story.
        language: of the frame, where no reader decides it.
        offer: as in `dry_run`.
        is_next: likewise.

    Returns:
        A message in RFC 5322 form.

    Raises:
        NotFoundError: there is no such newsletter or reader, or the issue holds nothing to show.
        OversizeError, UnrenderableError: it cannot be composed.
    """
    composed = _compose(newsletter_id, now, offer, is_next=is_next)
    if not composed.draft.rendered:
        raise NotFoundError("There is nothing new, so there is no mail to show.")
    due = specimen.whole_copy(composed.newsletter, composed.publication, language)
    if address is not None:
        address_hash = recipients.hash_of(recipients.normalise(address))
        with transaction() as tx, _stage(tx, composed, now) as (mailing, values):
            materialise(tx, {**values, "only": address_hash})
            found = issues.delivery_of(tx, mailing.id, address_hash)
        if found is None:
            raise NotFoundError("No active subscriber of this newsletter has this address.")
        due = replace(found, recipient_id=0, subscription_id=0)
    whose = (composed.newsletter, composed.publication, composed.draft, composed.sender)
    rows = freeze.frozen_rows(*whose, now)
    return specimen.message_of([row for row in rows if row.language == due.language], due)


def _compose(newsletter_id: int, now: dt.datetime, offer: Offer, *, is_next: bool) -> _Composed:
    with transaction() as tx:
        newsletter = numbered(tx, newsletter_id)
        publication = newsletters.publication_of(tx, newsletter)
        slot = (
            schedule.next_slot(timetable.slots_of(newsletter), now=now)
            if is_next
            else offers.slot_of(tx, newsletter, offer, now)
        )
        window = (slot.window_from, slot.window_to)
        since, until = issues.window_with_merged(tx, newsletter.id, window)
        issue = Issue(id=0, local_date=slot.local_date, window_from=since, window_to=until)
        material = gather.material(tx, newsletter, issue, now)
        sender = senders.of(tx, publication, RULES[newsletter.kind].message)
    with_notice = newsletter.empty_rule is EmptyRule.NOTICE
    draft = compose(material, with_notice=with_notice)
    return _Composed(newsletter, publication, slot, draft, sender)


@contextmanager
def _stage(
    tx: Transaction, composed: _Composed, now: dt.datetime
) -> Iterator[tuple[Mailing, Mapping[str, object]]]:
    """The rehearsed issue's mailing and the values of its audience, while the block lasts."""
    slot, draft, newsletter = composed.slot, composed.draft, composed.newsletter
    window = (slot.window_from, slot.window_to)
    with undone(tx):
        issue, _ = issues.open_slot(tx, newsletter.id, (slot.local_date, _SLOT), window, now=now)
        mailing = freeze.add_mailing(tx, newsletter, issue, draft, now)
        is_notice = bool(draft.rendered) and not draft.chosen
        yield mailing, freeze.audience_values(newsletter, mailing, now, is_notice=is_notice)


def _counts(audience: Mapping[tuple[str, str, str], int]) -> Counts:
    """The ledger's counts of an audience that nothing was sent to yet."""
    by_state: Counter[DeliveryState] = Counter()
    for (_, _, reason), number in audience.items():
        by_state[DeliveryReason(reason).state if reason else DeliveryState.PENDING] += number
    return Counts(
        audience=by_state.total(),
        accepted=0,
        deferred=0,
        failed=0,
        suppressed=by_state[DeliveryState.SUPPRESSED],
        skipped=by_state[DeliveryState.SKIPPED],
        ambiguous=0,
    )
