"""Stories that cannot be sent by email: the story is left out, not the issue.

A template may fail on a story, or one story may be as long as a whole mail. Then it is left out,
editors are told, and the issue is composed of the rest. What is stored of it is the article's id
and why, none of its words: an article that is taken down later must be gone from there too.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from syndicate import logs
from syndicate.errors import OversizeError, SyndicateError, UnrenderableError
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit
from syndicate.vocabulary.acts import Act

log = logs.get(__name__)

# A story takes 2,000 bytes of the 90,000 that a mail may have. One of more than this is left out
# before any that are not at fault.
MAX_STORY_BYTES = 10_000


@dataclass(frozen=True)
class Unusable:
    """A story, or the correction of one, that cannot stand in a mail.

    Attributes:
        article_id: whose.
        headline: for people who look at a rehearsal; it is stored nowhere.
        why: a clause.
    """

    article_id: int
    headline: str
    why: str


@dataclass(frozen=True)
class Piece:
    """A story or a correction, and how to render it as the only one of its mail."""

    article_id: int
    headline: str
    mask: int
    alone: Callable[[], object]


def at_fault(
    pieces: Iterable[Piece], error: SyndicateError, frame: Callable[[], object]
) -> tuple[Unusable, ...]:
    """Which of a mail's pieces it is that keeps the mail from being made.

    Args:
        pieces: all that it is made of.
        error: what rendering them together raised.
        frame: renders the mail without any of them.

    Returns:
        Those at fault; none where the frame is, or where it is only that there are too many.
    """
    if isinstance(error, OversizeError):
        return _too_long(pieces, error.ids["stories"])
    if _trouble(frame) is not None:
        return ()
    tried = ((piece, _trouble(piece.alone)) for piece in pieces)
    return tuple(
        Unusable(piece.article_id, piece.headline, why) for piece, why in tried if why is not None
    )


def sentence(found: Sequence[Unusable]) -> str:
    """What was left out and why, for the note of an issue."""
    named = "; ".join(f"article {each.article_id} ({each.why})" for each in found)
    return f"Left out, because it cannot be sent by email: {named}."


def record(
    tx: Transaction, found: Iterable[Unusable], *, issue_id: int, actor: str, now: dt.datetime
) -> None:
    """Name them where editors look: in the audit, and through it on the console's first page."""
    for each in found:
        subject = f"article:{each.article_id}"
        audit.record(
            tx,
            at=now,
            actor=actor,
            action=Act.ARTICLE_LEAVE_OUT,
            subject=subject,
            issue=issue_id,
            why=each.why,
        )
        log.error("story_left_out", article_id=each.article_id, issue_id=issue_id, why=each.why)


def _too_long(pieces: Iterable[Piece], sizes: Mapping[int, int]) -> tuple[Unusable, ...]:
    return tuple(
        Unusable(piece.article_id, piece.headline, f"it takes {size:,} bytes of one mail")
        for piece in pieces
        if (size := sizes.get(piece.mask, 0)) > MAX_STORY_BYTES
    )


def _trouble(render: Callable[[], object]) -> str | None:
    try:
        render()
    except OversizeError as error:
        return f"it takes {error.ids['size_bytes']:,} bytes of one mail"
    except UnrenderableError as error:
        return f"the mail cannot be made with it: {type(error.__cause__).__name__}"
    return None
