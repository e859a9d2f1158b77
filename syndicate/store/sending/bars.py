"""Who is left out of a mailing, and why: one condition for each reason, wherever it is asked.

It is asked twice: when the audience is frozen, and before each chunk, for readers go on choosing,
pausing and leaving while an issue is sent. Both statements lay each reader before the same
conditions, so that a reason holds in both or in neither; but who had every story before is known
at the freeze alone, for a choice says no more than what is left of it. A new reason is a value of
`DeliveryReason` and its condition here.
"""

from collections.abc import Collection, Mapping

from syndicate.store.ground.schema import sql
from syndicate.store.readers.recipients import CONFIRMATION, EVERYWHERE
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.sending import DeliveryReason, DeliveryState

# What the conditions ask of one reader, from rows called `r` (recipient), `s` (their subscription
# to the newsletter, or nothing) and `m` (mailing). Besides, a statement gives `choice`: the bits
# that are left to send, NULL of a mail that has no stories; and `wanted`: the bits that the reader
# chose, had before or not, 0 where nobody asks.
FACTS = """
    r.id AS recipient_id, r.address, r.address_hash, m.scope,
    -- A single belongs to no issue, and asks for no subscription.
    m.issue_id + m.newsletter_id IS NOT NULL AS is_issue, s.state AS subscription_state,
    s.paused_until
"""
# The conditions, of a `reader` who has these facts; `:now` is the moment of asking.
BARS: Mapping[DeliveryReason, str] = {
    DeliveryReason.SUPPRESSED: f"""
        EXISTS (SELECT 1 FROM suppression x WHERE x.address_hash = reader.address_hash
            AND (x.scope = reader.scope
                -- Who signs up themselves is asked whether they want mail again.
                OR x.scope = '{EVERYWHERE}' AND reader.scope <> '{CONFIRMATION}'))
    """,  # noqa: S608 - our own words
    # Erased; or no active reader of the newsletter.
    DeliveryReason.ENDED: f"""
        (reader.address = '' OR reader.is_issue
            AND reader.subscription_state IS DISTINCT FROM {sql(SubscriptionState.ACTIVE)})
    """,
    DeliveryReason.PAUSED: "(reader.is_issue AND reader.paused_until > CAST(:now AS timestamptz))",
    DeliveryReason.HAD_IT_ALL: "(reader.choice = 0 AND reader.wanted <> 0)",
    DeliveryReason.NOTHING_CHOSEN: "reader.choice = 0",
}
# For whom one of these holds when the audience is frozen is no part of it, and no delivery says so:
# an audience is those who read a newsletter on that day, and not all who ever did.
ABSENT = frozenset({DeliveryReason.ENDED, DeliveryReason.PAUSED})


def _why(reasons: Collection[DeliveryReason]) -> str:
    drawn = [each for each in DeliveryReason.barred() if each in reasons]
    return f"CASE {' '.join(f'WHEN {BARS[each]} THEN {sql(each)}' for each in drawn)} END"


# The first reason in the order in which they are drawn, NULL where none holds: of a reader who is
# about to be sent to, and of one who is laid before an audience that nobody *absent* is part of.
WHY = _why(DeliveryReason.barred())
WHY_AT_FREEZE = _why(set(DeliveryReason.barred()) - ABSENT)
IS_ABSENT = f"{_why(ABSENT)} IS NOT NULL"
# The state that a reason called `why` means.
STATE = (
    "CASE why "
    + " ".join(f"WHEN {sql(each)} THEN {sql(each.state)}" for each in DeliveryReason.barred())
    + f" ELSE {sql(DeliveryState.PENDING)} END"
)
# The readers of `:newsletter` among whom `:mailing` finds its audience: those who are not *absent*.
READERS = f"""
    SELECT {FACTS}, r.receiver_group, s.id AS subscription_id, s.language
    FROM subscription s JOIN recipient r ON r.subscriber_id = s.subscriber_id
    JOIN mailing m ON m.id = :mailing
    -- Whoever is in another state has *ended*; said once more, because an index knows it.
    WHERE s.newsletter_id = :newsletter AND s.state = {sql(SubscriptionState.ACTIVE)}
"""  # noqa: S608 - our own words
