"""The words of sending: mailings, batches, deliveries, and why one was not sent."""

import enum


class MailingKind(enum.StrEnum):
    """What is being sent."""

    DIGEST = "digest"
    ALERT = "alert"
    LETTER = "letter"
    SINGLE = "single"

    @classmethod
    def holdable(cls) -> frozenset["MailingKind"]:
        """Those that a hold stops; all others stop only with everything."""
        return frozenset({cls.DIGEST, cls.LETTER})


class HoldScope(enum.StrEnum):
    """How much is held back; *everything* is the installation's own (`stop_everything`)."""

    MAILING = "mailing"
    NEWSLETTER = "newsletter"
    PUBLICATION = "publication"
    ISSUES = "issues"  # of every newsletter, but alerts

    @property
    def words(self) -> str:
        """What is held, as a sentence begins, where no name is known."""
        return "All digests and letters" if self is HoldScope.ISSUES else f"A {self.value}"


class MailingState(enum.StrEnum):
    """materialising → sending ⇄ paused → done | cancelled."""

    MATERIALISING = "materialising"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"

    @classmethod
    def over(cls) -> frozenset["MailingState"]:
        """Those of a mailing that ended; it is begun again only when somebody sends again."""
        return frozenset({cls.DONE, cls.CANCELLED})

    @classmethod
    def open(cls) -> frozenset["MailingState"]:
        """Those of a mailing of which something may still leave."""
        return frozenset(cls) - cls.over()

    @classmethod
    def unsent(cls) -> frozenset["MailingState"]:
        """Those of a mailing that counts as having put nothing before anybody."""
        return frozenset({cls.MATERIALISING, cls.CANCELLED})

    @classmethod
    def under_way(cls) -> frozenset["MailingState"]:
        """Those of a mailing whose last delivery ends it."""
        return frozenset({cls.SENDING, cls.PAUSED})


class AmbiguousPolicy(enum.StrEnum):
    """What becomes of a delivery whose reply was lost."""

    SKIP = "skip"
    RESEND = "resend"
    RECONCILE = "reconcile"

    @property
    def words(self) -> str:
        """What screens say of it."""
        return _OF_POLICY[self]


_OF_POLICY = {
    AmbiguousPolicy.SKIP: "never sent twice",
    AmbiguousPolicy.RESEND: "sent again",
    AmbiguousPolicy.RECONCILE: "ask the relay's log",
}


class Lane(enum.StrEnum):
    """urgent has processes, connections and tokens of its own."""

    URGENT = "urgent"
    BULK = "bulk"


class BlockKind(enum.StrEnum):
    """What a piece of a mail's content is: who chose its stories gets it, the frame everybody."""

    FRAME = "frame"
    HEADING = "heading"
    STORY = "story"


class SuppressionReason(enum.StrEnum):
    """Why an address is mailed no more."""

    COMPLAINT = "complaint"
    BOUNCE = "bounce"
    READER = "reader"  # who asked for it
    ERASED = "erased"
    OPERATOR = "operator"  # the audit knows who, and why

    @classmethod
    def gravest_first(cls) -> tuple["SuppressionReason", ...]:
        """The order in which one is kept of several; mail that came back gives way to any other."""
        return (cls.ERASED, cls.COMPLAINT, cls.READER, cls.OPERATOR, cls.BOUNCE)


class SuppressionScope(enum.StrEnum):
    """Mail that an address can be kept from, beside one newsletter's; in lists' order."""

    EVERYWHERE = "*"
    ARTICLE = "article"
    CONFIRMATION = "confirmation"
    FEEDBACK = "feedback"
    TEST = "test"
    IMPORT = "import"

    @property
    def words(self) -> str:
        """What screens and the audit call it."""
        return _OF_SCOPE[self]


_OF_SCOPE = {
    SuppressionScope.EVERYWHERE: "all mail",
    SuppressionScope.ARTICLE: "articles that visitors email",
    SuppressionScope.CONFIRMATION: "mails that answer a sign-up",
    SuppressionScope.FEEDBACK: "letters to a desk",
    SuppressionScope.TEST: "test mails",
    SuppressionScope.IMPORT: "being imported",
}


class BatchState(enum.IntEnum):
    """Whether a worker may take, has, or is done with a batch."""

    READY = 0
    LEASED = 1
    DONE = 2


class DeliveryState(enum.IntEnum):
    """What became of one mailing to one recipient."""

    PENDING = 0
    ACCEPTED = 1
    DEFERRED = 2
    FAILED = 3
    SUPPRESSED = 4
    SKIPPED = 5
    AMBIGUOUS = 6

    @classmethod
    def open(cls) -> frozenset["DeliveryState"]:
        """Those of a delivery that is still to be attempted."""
        return frozenset({cls.PENDING, cls.DEFERRED})

    @classmethod
    def unsent(cls) -> frozenset["DeliveryState"]:
        """Those of a delivery of which certainly nothing arrived and nothing will."""
        return frozenset({cls.FAILED, cls.SUPPRESSED, cls.SKIPPED})

    @classmethod
    def done_with(cls) -> frozenset["DeliveryState"]:
        """Those of a delivery that was attempted, and is not attempted again by itself."""
        return frozenset({cls.ACCEPTED, cls.FAILED, cls.AMBIGUOUS})

    @property
    def words(self) -> str:
        """What screens call those whom it counts."""
        return _OF_STATE[self]


_OF_STATE = {
    DeliveryState.PENDING: "remaining",
    DeliveryState.ACCEPTED: "accepted by the relay",
    DeliveryState.DEFERRED: "deferred, tried again",
    DeliveryState.FAILED: "failed",
    DeliveryState.SUPPRESSED: "suppressed",
    DeliveryState.SKIPPED: "skipped",
    DeliveryState.AMBIGUOUS: "in doubt",
}


class DeliveryReason(enum.StrEnum):
    """Why a delivery is in its state, where it is we who say so; else it is the relay's reply."""

    SUPPRESSED = "suppressed"
    ENDED = "ended"
    PAUSED = "paused"
    HAD_IT_ALL = "had it all"
    NOTHING_CHOSEN = "nothing chosen"
    EXPIRED = "expired"
    WORKER_LOST = "worker lost"
    ACCEPT_LOG = "accept log"
    RESTORED = "restored"

    @property
    def state(self) -> DeliveryState:
        """What became of the delivery."""
        return _OF_REASON[self][0]

    @property
    def words(self) -> str:
        """How screens say it of a delivery or of a number of readers."""
        return _OF_REASON[self][1]

    @classmethod
    def barred(cls) -> tuple["DeliveryReason", ...]:
        """Those for which a reader is left out of a mailing, the weightiest first."""
        left_out = {DeliveryState.SUPPRESSED, DeliveryState.SKIPPED}
        return tuple(each for each in cls if each.state in left_out)

    @classmethod
    def worded(cls, reason: str) -> str:
        """A delivery's reason as screens show it; a relay's own reply as it is."""
        return cls(reason).words if reason in set(cls) else reason


_OF_REASON = {
    DeliveryReason.SUPPRESSED: (DeliveryState.SUPPRESSED, "suppressed"),
    DeliveryReason.ENDED: (DeliveryState.SKIPPED, "unsubscribed"),
    DeliveryReason.PAUSED: (DeliveryState.SKIPPED, "paused"),
    DeliveryReason.HAD_IT_ALL: (DeliveryState.SKIPPED, "had every story before"),
    DeliveryReason.NOTHING_CHOSEN: (DeliveryState.SKIPPED, "matched no story"),
    DeliveryReason.EXPIRED: (DeliveryState.FAILED, "not sent in time"),
    DeliveryReason.WORKER_LOST: (DeliveryState.AMBIGUOUS, "the worker stopped while sending"),
    DeliveryReason.ACCEPT_LOG: (DeliveryState.ACCEPTED, "found in the relay's log"),
    DeliveryReason.RESTORED: (DeliveryState.AMBIGUOUS, "unknown since a backup was restored"),
}


class SenderRecord(enum.StrEnum):
    """What a sender's domain and its relay need in DNS, in the order in which it is shown."""

    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    MX = "mx"
    REVERSE = "reverse"
    HELO = "helo"

    @property
    def words(self) -> str:
        """What screens call it."""
        return _OF_RECORD[self]


class RecordState(enum.StrEnum):
    """Whether it is there; where nobody answered, or nobody can know, it is unknown."""

    GOOD = "good"
    WRONG = "wrong"
    UNKNOWN = "unknown"


class Stream(enum.StrEnum):
    """Mail of a publication that can have a sender of its own, called as its templates are."""

    ALERT = "alert"
    DIGEST = "digest"
    CONFIRMATION = "confirmation"
    ARTICLE = "article"  # that a reader emails to somebody


class KeyState(enum.StrEnum):
    """How far a key is that signs: waiting → in use → leaving → done."""

    WAITING = "waiting"  # until DNS shows it
    IN_USE = "in use"
    LEAVING = "leaving"  # a newer one is in use; mail that waits is still signed with it
    DONE = "done"


_OF_RECORD = {
    SenderRecord.SPF: "SPF",
    SenderRecord.DKIM: "DKIM",
    SenderRecord.DMARC: "DMARC",
    SenderRecord.MX: "MX for returned mail",
    SenderRecord.REVERSE: "reverse name of the relay",
    SenderRecord.HELO: "name in the relay's HELO",
}
