"""How a subscription stood at a moment: why its reader was no part of an issue's audience then.

Told from what is written down: proofs of consent, what the reader changed, and the row as it stands
today. Pure. Before readers' changes were written down only the row's last end and pause are known;
what cannot be told any more is *not known*, and never guessed.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syndicate.store.readers.changes import SubscriptionChange
from syndicate.store.readers.subscribers import Consent
from syndicate.store.views.readers import Order
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.readers import ReaderChange, ReaderCode

FORM, IMPORT = "form", "import"  # methods of a consent


@dataclass(frozen=True)
class Past:
    """What is known of one subscription.

    Attributes:
        order: as it stands today.
        consents: its proofs, oldest first.
        changes: what the reader changed, oldest first.
    """

    order: Order
    consents: Sequence[Consent]
    changes: Sequence[SubscriptionChange]

    def ends(self) -> Iterator[dt.datetime]:
        """When the subscription ended, by the reader or with its newsletter; as far as is known."""
        told = [each.at for each in self.changes if each.kind is ReaderChange.LEFT]
        yield from told
        if self.order.ended_at is not None and self.order.ended_at not in told:
            yield self.order.ended_at

    def agreed_at(self, proof: Consent) -> dt.datetime:
        """When a proof took effect here: an import's reader agreed elsewhere, long before."""
        return max(proof.at, self.order.created_at) if proof.method == IMPORT else proof.at


def absent(past: Past | None, moment: dt.datetime) -> ReaderCode:
    """Why nobody of this subscription was in an audience that was chosen at a moment.

    Args:
        past: of the subscription; None where there is none.
        moment: aware UTC.
    """
    if past is None:
        return ReaderCode.NOT_SUBSCRIBED
    if moment < past.order.created_at:
        return ReaderCode.JOINED_LATER
    state = _state(past, moment)
    if state is SubscriptionState.PENDING:
        return ReaderCode.NOT_CONFIRMED
    if state is SubscriptionState.ENDED:
        over_at = past.order.newsletter_ended_at if past.order.has_ended_with_newsletter else None
        is_over = over_at is not None and over_at <= moment
        return ReaderCode.NEWSLETTER_ENDED if is_over else ReaderCode.ENDED
    return ReaderCode.PAUSED if is_paused(past, moment) else ReaderCode.UNKNOWN


def is_paused(past: Past, moment: dt.datetime) -> bool:
    """Whether a pause lasted at a moment, as far as it is known."""
    until = None
    told = [each for each in past.changes if each.kind in _OF_PAUSES]
    for each in told:
        if each.at <= moment:
            until = paused_until(each)
    if not told:
        until = past.order.paused_until
    return until is not None and until > moment


def paused_until(change: SubscriptionChange) -> dt.datetime | None:
    """Until when a change pauses; None of one that ends a pause, or says no moment."""
    said = change.detail.get("until")
    try:
        return dt.datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None


_OF_PAUSES = (ReaderChange.PAUSED, ReaderChange.RESUMED)


def _state(past: Past, moment: dt.datetime) -> SubscriptionState:
    turns = [
        (
            past.agreed_at(each),
            SubscriptionState.PENDING if each.method == FORM else SubscriptionState.ACTIVE,
        )
        for each in past.consents
    ]
    confirmed_at = past.order.confirmed_at
    if confirmed_at is not None and all(each.method == FORM for each in past.consents):
        turns.append((confirmed_at, SubscriptionState.ACTIVE))
    turns += [(at, SubscriptionState.ENDED) for at in past.ends()]
    state = SubscriptionState.PENDING
    for at, becomes in sorted(turns, key=lambda each: each[0]):
        if at <= moment:
            state = becomes
    return state
