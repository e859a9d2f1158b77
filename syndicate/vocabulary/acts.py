"""The words of the audit: what somebody did, one for each act that a verb or a stage writes down.

    section-change         <thing>-<act>: what the column holds, what programs read and ask for
    "changed"              what people read, before or beside the name of the thing

The audit is never rewritten: rows of older versions hold what these called it. They stand behind
the words, and are read as the act; `section:changed` is `changed` where the subject is a section.
"""

import enum
from collections.abc import Iterator
from typing import Self


class Act(enum.StrEnum):
    """What somebody did, by whom the line is; the subject says to what.

    Attributes:
        words: as people read it.
        formerly: what older versions wrote.
    """

    words: str
    formerly: tuple[str, ...]

    def __new__(cls, code: str, words: str = "", *formerly: str) -> Self:
        """One member: its code, its words, and what older versions wrote."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.words = words
        member.formerly = formerly
        return member

    PUBLICATION_ADD = "publication-add", "added", "publication:added"
    PUBLICATION_CHANGE = "publication-change", "changed", "publication:changed"
    SENDER_CHECK = "sender-check", "checked the sender"
    SENDER_ROTATE = "sender-rotate", "made a new key for the sender"
    SENDER_KEY = "sender-key", "took a new key into use"
    KEY_ROTATE = "key-rotate", "rotated a key of"
    KEY_END = "key-end", "ended an older key of"
    SECTION_ADD = "section-add", "added", "section:added"
    SECTION_CHANGE = "section-change", "changed", "section:changed"
    SECTION_RETIRE = "section-retire", "retired", "section:retired"
    DESK_ADD = "desk-add", "added", "desk:added"
    DESK_CHANGE = "desk-change", "changed", "desk:changed"
    DESK_RETIRE = "desk-retire", "retired", "desk:retired"
    STREAM_ADD = "stream-add", "added"
    STREAM_CHANGE = "stream-change", "changed"
    STREAM_RETIRE = "stream-retire", "retired"
    SOURCE_ADD = "source-add", "added", "source:added"
    SOURCE_CHANGE = "source-change", "changed", "source:changed"
    SOURCE_PAUSE = "source-pause", "paused", "source:paused"
    SOURCE_RESUME = "source-resume", "resumed", "source:active"
    SOURCE_ACCEPT = "source-accept", "accepted what it changes"
    SOURCE_DROP = "source-drop", "dropped what it changes"
    SOURCE_COLLECT = "source-collect", "collected", "collected"
    SOURCE_RETIRE = "source-retire", "retired", "source:retired"
    SOURCE_REMOVE = "source-remove", "removed", "source:removed"
    FEED_ADD = "feed-add", "added", "feed:added"
    FEED_CHANGE = "feed-change", "changed", "feed:changed"
    FEED_MOVE = "feed-move", "moved", "moved"
    FEED_BUILD = "feed-build", "ordered a rebuild", "built anew"
    FEED_RETIRE = "feed-retire", "retired", "feed:retired"
    PARTNER_ADD = "partner-add", "added", "partner:added"
    PARTNER_REVOKE = "partner-revoke", "revoked", "partner:revoked"

    NEWSLETTER_ADD = "newsletter-add", "added", "newsletter:added"
    NEWSLETTER_CHANGE = "newsletter-change", "changed", "newsletter:changed"
    NEWSLETTER_PAUSE = "newsletter-pause", "paused", "newsletter:paused"
    NEWSLETTER_RESUME = "newsletter-resume", "resumed", "newsletter:resumed"
    NEWSLETTER_END = "newsletter-end", "ended", "newsletter:ended"
    NEWSLETTER_IMPORT = "newsletter-import", "imported readers", "import"
    NEWSLETTER_EXPORT = "newsletter-export", "exported the readers", "export"
    ISSUE_RUN = "issue-run", "sent now", "run"
    ISSUE_SEND = "issue-send", "sent", "issue:sent"
    ISSUE_MERGE = "issue-merge", "merged into the next", "issue:merged"
    ISSUE_DROP = "issue-drop", "dropped", "issue:dropped"
    TEST_SEND = "test-send", "sent a test", "test"

    ARTICLE_CREATE = "article-create", "pushed a new article", "article.push.created"
    ARTICLE_CHANGE = "article-change", "pushed a change", "article.push.changed"
    ARTICLE_CORRECT = "article-correct", "corrected", "article.correct"
    ARTICLE_EMBARGO = "article-embargo", "set the embargo", "article.embargo"
    ARTICLE_ALERT = "article-alert", "alerted readers", "article.alert"
    ARTICLE_FEATURE = "article-feature", "featured", "article.feature"
    ARTICLE_UNFEATURE = "article-unfeature", "stopped featuring", "article.unfeature"
    ARTICLE_MERGE = "article-merge", "brought the same story", "article.merged"
    ARTICLE_SPLIT = "article-split", "split", "article.split"
    ARTICLE_LEAVE_OUT = "article-leave-out", "left out of an issue", "story left out"
    ARTICLE_KILL = "article-kill", "killed", "article.kill"
    ARTICLE_TAKEDOWN = "article-takedown", "took down", "article.takedown"

    MAILING_PAUSE = "mailing-pause", "paused", "mailing:paused"
    MAILING_RESUME = "mailing-resume", "resumed", "mailing:sending"
    MAILING_CANCEL = "mailing-cancel", "cancelled", "mailing:cancelled"
    MAILING_RESEND = "mailing-resend", "sent mails again", "resend"
    MAILING_TICK_OFF = "mailing-tick-off", "ticked off what went wrong", "ticked off"
    MAILING_RENEW = "mailing-renew", "renewed the content", "content renewed"
    HOLD_PLACE = "hold-place", "held", "held"
    HOLD_LIFT = "hold-lift", "lifted the hold", "lifted"
    LIMIT_LIFT = "limit-lift", "lifted"
    MAIL_STOP = "mail-stop", "stopped all mail", "stop"
    MAIL_HOLD = "mail-hold", "held all mail", "hold"
    MAIL_RELEASE = "mail-release", "released mail", "release"
    INCIDENT_TAKE = "incident-take", "took it on", "taken"
    INCIDENT_CLOSE = "incident-close", "closed", "closed"
    INCIDENT_LIFT = "incident-lift", "lifted the suppressions of"

    RING_ACKNOWLEDGE = "ring-acknowledge", "acknowledged"
    RING_TEST = "ring-test", "rang a test"

    READER_LOOK = "reader-look", "looked at", "reader.look"
    READER_WHY = "reader-why", "asked what became of an issue", "reader.why"
    READER_COPY = "reader-copy", "looked at a copy", "reader.copy"
    READER_EXPORT = "reader-export", "exported all that is kept", "reader.export"
    READER_SUPPRESS = "reader-suppress", "suppressed mail", "reader.suppress"
    READER_LIFT = "reader-lift", "lifted a suppression", "reader.lift"
    READER_RESEND = "reader-resend", "sent a copy again", "reader.resend"
    READER_ERASE = "reader-erase", "erased", "erased"

    OPERATOR_ADD = "operator-add", "added"
    OPERATOR_CHANGE = "operator-change", "changed", "operator-set"
    OPERATOR_GRANT = "operator-grant", "granted permissions"
    OPERATOR_REVOKE = "operator-revoke", "revoked permissions"
    OPERATOR_RESET = "operator-reset", "reset how they sign in"
    OPERATOR_LINK = "operator-link", "made a sign-in link"
    OPERATOR_RETIRE = "operator-retire", "retired"
    PASSKEY_ADD = "passkey-add", "added a passkey"
    PASSKEY_REMOVE = "passkey-remove", "removed a passkey"
    CODES_MAKE = "codes-make", "made recovery codes", "recovery-codes"
    SIGN_IN = "sign-in", "signed in"
    SESSION_END = "session-end", "ended"
    TOKEN_ADD = "token-add", "added"
    TOKEN_CHANGE = "token-change", "changed", "token-set"
    TOKEN_REVOKE = "token-revoke", "revoked"

    @classmethod
    def on(cls, thing: str, act: str) -> "Act":
        """What is done to every kind of thing: ("section", "add")."""
        return cls(f"{thing}-{act}")

    @classmethod
    def of(cls, code: str, subject: str) -> "Act | None":
        """The act that a row tells of, whichever version wrote it; None of one yet to come.

        Args:
            code: what stands in the row.
            subject: to what it was done: "section:3".
        """
        thing = subject.partition(":")[0]
        return _OF_CODE.get(code) or _OF_CODE.get(f"{thing}:{code}")

    @property
    def codes(self) -> frozenset[str]:
        """What rows of its subjects can hold for it."""
        return frozenset({self.value, *(code for _, code in self.before())})

    def before(self) -> Iterator[tuple[str, str]]:
        """The things that older versions did it to ("" where they did it to these alone): codes."""
        for each in self.formerly:
            thing, _, code = each.rpartition(":")
            yield thing, code


_OF_CODE = {code: each for each in Act for code in (each.value, *each.formerly)}
