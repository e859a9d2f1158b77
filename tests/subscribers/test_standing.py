"""How a subscription stood at a moment, told from what was written down."""

import datetime as dt

import pytest

from syndicate.store.readers.changes import SubscriptionChange
from syndicate.store.readers.subscribers import Consent
from syndicate.store.views.readers import Order
from syndicate.subscribers.standing import Past, absent
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.readers import ReaderChange, ReaderCode
from tests.rows import NOW

DAY = dt.timedelta(days=1)
PAUSED, RESUMED, LEFT = ReaderChange.PAUSED, ReaderChange.RESUMED, ReaderChange.LEFT


def order(
    *,
    ended: int | None = None,
    confirmed: int | None = None,
    paused: int | None = None,
    over: int | None = None,
) -> Order:
    """One that began on day 0; the others are days too."""
    return Order(
        *(1, 1, "morning", "Morning", "daily", "UTC"),
        state=SubscriptionState.ACTIVE,
        language="en",
        sections=(),
        languages=(),
        created_at=NOW,
        confirmed_at=day(confirmed),
        paused_until=day(paused),
        ended_at=day(ended),
        newsletter_ended_at=day(over),
    )


def day(number: int | None) -> dt.datetime | None:
    return None if number is None else NOW + number * DAY


def proof(method: str, number: int) -> Consent:
    return Consent(method=method, at=NOW + number * DAY)


def change(kind: ReaderChange, number: int, until: object = None) -> SubscriptionChange:
    said = {"until": (NOW + until * DAY).isoformat() if isinstance(until, int) else until}
    return SubscriptionChange(kind=kind, at=NOW + number * DAY, detail=said)


FORM, CONFIRMED, IMPORT = (proof(each, 0) for each in ("form", "confirmation", "import"))


@pytest.mark.parametrize(
    ("past", "at", "code"),
    [
        (None, 3, ReaderCode.NOT_SUBSCRIBED),
        (Past(order(), [FORM], []), -1, ReaderCode.JOINED_LATER),
        (Past(order(), [FORM], []), 3, ReaderCode.NOT_CONFIRMED),
        (Past(order(), [FORM, proof("confirmation", 4)], []), 3, ReaderCode.NOT_CONFIRMED),
        (Past(order(), [FORM, CONFIRMED], []), 3, ReaderCode.UNKNOWN),
        # An import's reader agreed long before the subscription was made.
        (Past(order(), [proof("import", -900)], []), 3, ReaderCode.UNKNOWN),
        # Rows of before consents were kept know their confirmation alone.
        (Past(order(confirmed=2), [], []), 1, ReaderCode.NOT_CONFIRMED),
        (Past(order(confirmed=2), [], []), 3, ReaderCode.UNKNOWN),
        # Who left before leavings were written down: the row knows.
        (Past(order(ended=2), [IMPORT], []), 3, ReaderCode.ENDED),
        (Past(order(ended=2), [IMPORT], []), 1, ReaderCode.UNKNOWN),
        # Its newsletter ended, and the subscription with it; or the reader had left before.
        (Past(order(ended=2, over=2), [IMPORT], []), 3, ReaderCode.NEWSLETTER_ENDED),
        (Past(order(ended=2, over=2), [IMPORT], []), 1, ReaderCode.UNKNOWN),
        (Past(order(ended=1, over=2), [IMPORT], []), 3, ReaderCode.ENDED),
        # Who left and came back: the row has forgotten it, the changes have not.
        (
            Past(order(), [FORM, CONFIRMED, proof("confirmation", 6)], [change(LEFT, 2)]),
            3,
            ReaderCode.ENDED,
        ),
        (
            Past(order(), [FORM, CONFIRMED, proof("confirmation", 6)], [change(LEFT, 2)]),
            7,
            ReaderCode.UNKNOWN,
        ),
        (Past(order(paused=5), [IMPORT], []), 3, ReaderCode.PAUSED),
        (Past(order(paused=5), [IMPORT], []), 6, ReaderCode.UNKNOWN),
        # A pause that has ended since.
        (Past(order(), [IMPORT], [change(PAUSED, 1, 9), change(RESUMED, 4)]), 3, ReaderCode.PAUSED),
        (
            Past(order(), [IMPORT], [change(PAUSED, 1, 9), change(RESUMED, 4)]),
            5,
            ReaderCode.UNKNOWN,
        ),
        (Past(order(paused=9), [IMPORT], [change(PAUSED, 4, 9)]), 3, ReaderCode.UNKNOWN),
        (Past(order(), [IMPORT], [change(PAUSED, 1, "soon")]), 3, ReaderCode.UNKNOWN),
    ],
)
def test_who_was_absent_from_an_audience_is_told_why(
    past: Past | None, at: int, code: ReaderCode
) -> None:
    assert absent(past, NOW + at * DAY) is code
