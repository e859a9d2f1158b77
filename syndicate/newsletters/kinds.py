"""What the kind of a newsletter decides: how an issue is composed, and how and how long it goes.

One row for each kind; who opens its issues stands in `vocabulary.newsletters`. A newsletter that an
editor writes, a letter, is not offered yet: nothing opens its issues. Newsletters of that kind that
older versions let in keep their rows.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from syndicate import jobs
from syndicate.vocabulary.newsletters import NewsletterKind
from syndicate.vocabulary.sending import Lane, MailingKind


@dataclass(frozen=True)
class Rule:
    """What holds for newsletters of a kind.

    Attributes:
        is_offered: a newsletter of this kind may be made.
        mailing: kind of its mailings.
        message: folder under templates/mail.
        lane: of its mailings.
        priority: of its batches; the lowest goes first.
        expires_in: after which what was not sent is news no more.
        job: composes an issue.
    """

    is_offered: bool
    mailing: MailingKind
    message: str
    lane: Lane
    priority: int
    expires_in: dt.timedelta
    job: jobs.Job


_DIGEST = Rule(
    is_offered=True,
    mailing=MailingKind.DIGEST,
    message="digest",
    lane=Lane.BULK,
    priority=5,
    expires_in=dt.timedelta(hours=12),
    job=jobs.COMPOSE_ISSUE,
)
RULES: Mapping[NewsletterKind, Rule] = {
    NewsletterKind.DIGEST: _DIGEST,
    NewsletterKind.ALERT: Rule(
        is_offered=True,
        mailing=MailingKind.ALERT,
        message="alert",
        lane=Lane.URGENT,
        priority=1,
        expires_in=dt.timedelta(hours=1),
        job=jobs.COMPOSE_ALERT,
    ),
    # As its issues went before they were refused: what is under way ends as it began.
    NewsletterKind.LETTER: replace(
        _DIGEST, is_offered=False, mailing=MailingKind.LETTER, expires_in=dt.timedelta(hours=24)
    ),
}
_NOT_YET = "cannot be sent yet"
OFFERED = tuple(kind for kind, rule in RULES.items() if rule.is_offered)


def when(kind: NewsletterKind) -> str:
    """When newsletters of a kind are sent, in a few words."""
    return kind.opened_by.value if RULES[kind].is_offered else _NOT_YET


def not_yet(name: str, kind: NewsletterKind) -> str:
    """What is said of a newsletter whose kind is not offered, with the kinds that are."""
    instead = " or ".join(each.words for each in OFFERED)
    return f"{name} is {kind.words}, which {_NOT_YET}; make {instead}."
