"""The words of newsletters, their issues, and what readers ordered of them; an issue's bounds."""

import datetime as dt
import enum

# Stories of an issue at most: each is a bit of `delivery.choice`, a signed bigint.
MAX_STORIES = 63
# What came out before an issue's window and reached us within it is news too, unless it is older.
LATE = dt.timedelta(days=1)


class OpenedBy(enum.Enum):
    """Who opens a newsletter's issues; each with the words for when it is sent."""

    CLOCK = "at its times"
    EDITOR = "when an editor sends it"
    ARTICLE = "when something happens"


class NewsletterKind(enum.StrEnum):
    """digest: at its times; alert: when something happens; letter: by an editor, not sent yet."""

    DIGEST = "digest"
    ALERT = "alert"
    LETTER = "letter"

    @property
    def opened_by(self) -> OpenedBy:
        """Who opens its issues."""
        return _OPENED_BY[self]

    @property
    def words(self) -> str:
        """One newsletter of the kind, as sentences name it."""
        return _WORDS[self]

    @classmethod
    def told_at_once(cls) -> frozenset["NewsletterKind"]:
        """Those whose issue is one article."""
        return frozenset(kind for kind in cls if kind.opened_by is OpenedBy.ARTICLE)

    @classmethod
    def holdable(cls) -> frozenset["NewsletterKind"]:
        """Those that a hold stops; alerts stop only with everything."""
        return frozenset(cls) - cls.told_at_once()


_OPENED_BY = {
    NewsletterKind.DIGEST: OpenedBy.CLOCK,
    NewsletterKind.ALERT: OpenedBy.ARTICLE,
    NewsletterKind.LETTER: OpenedBy.EDITOR,
}
_WORDS = {
    NewsletterKind.DIGEST: "a digest",
    NewsletterKind.ALERT: "an alert",
    NewsletterKind.LETTER: "a letter",
}


class EmptyRule(enum.StrEnum):
    """What happens to an issue without stories."""

    SKIP = "skip"
    NOTICE = "notice"
    HOLD = "hold"

    @property
    def words(self) -> str:
        """What becomes of the issue, as a clause: "the issue is skipped"."""
        return _WITHOUT_STORIES[self]


_WITHOUT_STORIES = {
    EmptyRule.SKIP: "is skipped",
    EmptyRule.NOTICE: "is sent as a notice that nothing is new",
    EmptyRule.HOLD: "is held for an editor",
}


class IssueState(enum.StrEnum):
    """due → composing → frozen → sending → done; or empty (nothing new), or held for an editor.

    Who decides about one that is held sends it, merges it into the next, or drops it.
    """

    DUE = "due"
    COMPOSING = "composing"
    FROZEN = "frozen"
    SENDING = "sending"
    DONE = "done"
    EMPTY = "empty"
    HELD = "held"
    MERGED = "merged"
    DROPPED = "dropped"

    @classmethod
    def unfinished(cls) -> frozenset["IssueState"]:
        """Those of an issue that goes on by itself until it is being sent."""
        return frozenset({cls.DUE, cls.COMPOSING, cls.FROZEN})

    @classmethod
    def out(cls) -> frozenset["IssueState"]:
        """Those of an issue that readers get or have got."""
        return frozenset({cls.SENDING, cls.DONE})

    @classmethod
    def stopped(cls) -> frozenset["IssueState"]:
        """Those of an issue that goes on only when somebody says so."""
        return frozenset({cls.EMPTY, cls.HELD})

    @classmethod
    def undelivered(cls) -> frozenset["IssueState"]:
        """Those of an issue that puts nothing before anybody, as things stand."""
        return cls.stopped() | {cls.MERGED, cls.DROPPED}


class SubscriptionState(enum.StrEnum):
    """pending (unconfirmed) → active → ended; a pause is a date beside it."""

    PENDING = "pending"
    ACTIVE = "active"
    ENDED = "ended"


class ChoiceKind(enum.StrEnum):
    """What a reader narrows a newsletter down by; no row of a kind means all of it."""

    SECTION = "section"
    LANGUAGE = "language"


class Afterwards(enum.StrEnum):
    """What becomes of the readers of a newsletter that ends."""

    STAY = "stay"
    LEAVE = "leave"

    @property
    def words(self) -> str:
        """As a clause: "its readers stay known …"."""
        return _AFTERWARDS[self]


_AFTERWARDS = {
    Afterwards.STAY: "its readers keep their subscriptions, by which nothing is sent to them",
    Afterwards.LEAVE: "its readers' subscriptions end with it",
}
