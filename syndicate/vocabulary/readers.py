"""The words of one reader: what they changed themselves, and what became of each issue for them."""

import enum

from syndicate.vocabulary.sending import DeliveryReason


class ReaderChange(enum.StrEnum):
    """What a reader changed of a subscription by the links in a mail."""

    CHOSE = "chose"
    LANGUAGE = "language"
    PAUSED = "paused"
    RESUMED = "resumed"
    LEFT = "left"

    @classmethod
    def of_choices(cls) -> frozenset["ReaderChange"]:
        """Those of what is sent to somebody who stays."""
        return frozenset(cls) - {cls.LEFT}


class ReaderFact(enum.StrEnum):
    """What the journal remembers of a reader, beside the database."""

    LEFT = "left"
    CONFIRMED = "confirmed"
    CHOSE = "chose"
    SUPPRESSED = "suppressed"
    LIFTED = "lifted"

    @classmethod
    def of_a_newsletter(cls) -> frozenset["ReaderFact"]:
        """Those that say whether a subscription stands."""
        return frozenset({cls.LEFT, cls.CONFIRMED})


class ReaderCode(enum.StrEnum):
    """What a line of a reader's timeline says, in one word that no later version changes.

    Of an issue: what became of its copy, or why there was none. Without an issue: what the reader
    did, or what was done about their address; *paused*, *suppressed* and *newsletter ended* are
    said of both.
    """

    # What a reader did, and what an operator did for them.
    ASKED = "asked"
    CONFIRMED = "confirmed"
    IMPORTED = "imported"
    CHOSE = "chose"
    LANGUAGE = "language"
    RESUMED = "resumed"
    LEFT = "unsubscribed"
    EMAILED = "emailed article"
    LIFTED = "suppression lifted"
    RESENT = "resent"

    # What became of a copy.
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    COMPLAINED = "complained"
    DEFERRED = "deferred"
    REFUSED = "refused"
    IN_DOUBT = "in doubt"

    # Why there was none.
    HAD_IT_ALL = DeliveryReason.HAD_IT_ALL.value
    NOTHING_CHOSEN = DeliveryReason.NOTHING_CHOSEN.value
    PAUSED = DeliveryReason.PAUSED.value
    SUPPRESSED = DeliveryReason.SUPPRESSED.value
    ENDED = DeliveryReason.ENDED.value
    NEWSLETTER_ENDED = "newsletter ended"
    EXPIRED = DeliveryReason.EXPIRED.value
    NOT_CONFIRMED = "not confirmed"
    NOT_ALLOWED_HERE = "not allowed here"
    NOT_SUBSCRIBED = "not subscribed"
    JOINED_LATER = "joined later"
    CANCELLED = "cancelled"
    NOTHING_NEW = "nothing new"
    HELD = "held"
    MERGED = "merged"
    DROPPED = "dropped"
    UNKNOWN = "not known"

    @classmethod
    def exclusions(cls) -> tuple["ReaderCode", ...]:
        """Those for which a reader does not get an issue."""
        every = tuple(cls)
        return every[every.index(cls.HAD_IT_ALL) :]
