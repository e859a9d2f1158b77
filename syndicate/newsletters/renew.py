"""A new version of a mailing's content, when a story was corrected while it is being sent.

    waiting (store.composition.renewals) ─> read ─> render ─> written, and the rest leaves with it

The stories stay at their positions, so that every reader's choice stands; all of them have the text
of now. Who was sent an earlier version keeps it on every retry, and is told of the correction in
the next issue (`newsletters.corrections`).
Source: docs/decisions/0016-a-correction-holds-the-rest.md.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from syndicate import logs
from syndicate.errors import BAD_ROW, SyndicateError
from syndicate.mail import steering
from syndicate.mail.mime import senders
from syndicate.newsletters import freeze, gather, unusable
from syndicate.newsletters.compose import Draft, hash_of, recompose
from syndicate.newsletters.kinds import RULES
from syndicate.newsletters.material import Material
from syndicate.newsroom.newsletters import numbered
from syndicate.render.email import Rendered
from syndicate.store.composition import issues, renewals, stories
from syndicate.store.composition.corrections import LaterChange
from syndicate.store.composition.stories import Story
from syndicate.store.content import articles
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.platform import audit
from syndicate.store.sending import ledger
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import MailingState

log = logs.get(__name__)

ACTOR = "renewal"
_AT_FAULT: tuple[type[Exception], ...] = (SyndicateError, *BAD_ROW)


@dataclass(frozen=True)
class _Read:
    """What a new version is made of, as one transaction saw it.

    Attributes:
        issue_id: whose mailing it is.
        version: that it follows.
        chosen: story by position, those that may be shown.
        corrected: (position, correction) pairs.
        revisions: (position, revision) pairs of everything that the issue carries.
    """

    issue_id: int
    version: int
    material: Material
    chosen: Mapping[int, Story]
    corrected: Sequence[tuple[int, LaterChange]]
    revisions: Sequence[tuple[int, int]]


def renew_content(mailing_id: int, now: dt.datetime) -> int | None:
    """Give a mailing that waits for it a new version of its content, and let it go on.

    Safe to run twice, or at once: of two versions after the same one the first counts. A story that
    cannot be sent by email any more is in no mail of the new version, and named to editors; a
    mailing whose content cannot be rendered at all is paused for a person to look at.

    Args:
        mailing_id: which.
        now: aware UTC; becomes the new version's Date.

    Returns:
        The version's number, or None when nothing waits.
    """
    with transaction() as tx:
        read = _read(tx, mailing_id, now)
    if read is None:
        return None
    try:
        rendered, dropped = recompose(read.material, read.chosen, read.corrected)
    except _AT_FAULT as error:
        log.exception("content_not_renewed", mailing_id=mailing_id)
        _pause(mailing_id, str(error), now)
        return None
    with transaction() as tx:
        version = _write(tx, mailing_id, read, rendered, now)
        if version is not None:
            unusable.record(tx, dropped, issue_id=read.issue_id, actor=ACTOR, now=now)
    if version is not None:
        log.info("content_renewed", mailing_id=mailing_id, version=version)
    return version


def _read(tx: Transaction, mailing_id: int, now: dt.datetime) -> _Read | None:
    mailing = ledger.find(tx, mailing_id)
    if mailing is None or mailing.issue_id is None or mailing.renew_since is None:
        return None
    issue = issues.find(tx, mailing.issue_id)
    if issue is None:
        return None
    # Numbers before texts: a text that is newer than its number is only rendered once more.
    placed = renewals.placed_stories(tx, issue.id)
    newsletter = numbered(tx, issue.newsletter_id)
    material = gather.material(tx, newsletter, issue, now)
    position_of = {row.article_id: row.position for row, _ in placed if not row.is_correction}
    shown = stories.as_now(tx, issue, position_of, now, until=mailing.expires_at)
    told = {row.article_id: row.position for row, _ in placed if row.is_correction}
    publication = newsletters.publication_of(tx, newsletter)
    spoken = renewals.languages(tx, mailing_id)
    return _Read(
        issue_id=issue.id,
        version=mailing.content_version,
        material=replace(
            material,
            stories=tuple(shown),
            frames=tuple(gather.frame(newsletter, publication, each) for each in sorted(spoken)),
        ),
        chosen={position_of[story.article_id]: story for story in shown},
        corrected=sorted(
            (
                (told[each.article_id], each)
                for each in material.corrections
                if each.article_id in told
            ),
            key=lambda pair: pair[0],
        ),
        revisions=[(row.position, revision) for row, revision in placed],
    )


def _write(
    tx: Transaction, mailing_id: int, read: _Read, rendered: tuple[Rendered, ...], now: dt.datetime
) -> int | None:
    ids = {story.article_id for story in read.chosen.values()}
    if articles.taken_down(tx, ids | {each.article_id for _, each in read.corrected}):
        return None  # it waits still, and the next tick makes it without that article
    mailing = renewals.lock_waiting(tx, mailing_id, version=read.version)
    if mailing is None or mailing.newsletter_id is None:
        return None
    newsletter = numbered(tx, mailing.newsletter_id)
    draft = Draft((), (), rendered, hash_of(rendered), 0)
    publication = newsletters.publication_of(tx, newsletter)
    sender = senders.of(tx, publication, RULES[newsletter.kind].message)
    rows = freeze.frozen_rows(newsletter, publication, draft, sender, now)
    ledger.add_content(tx, mailing_id, read.version + 1, rows)
    renewals.finish(tx, mailing, read.revisions, now)
    subject, act = _subject(mailing_id), Act.MAILING_RENEW
    audit.record(tx, at=now, actor=ACTOR, action=act, subject=subject)
    steering.hint(tx, mailing.lane)
    return mailing.content_version


def _pause(mailing_id: int, why: str, now: dt.datetime) -> None:
    with transaction() as tx:
        was = (MailingState.SENDING,)
        ledger.change_state(tx, mailing_id, was=was, to=MailingState.PAUSED)
        subject, act = _subject(mailing_id), Act.MAILING_PAUSE
        audit.record(tx, at=now, actor=ACTOR, action=act, subject=subject, why=why)


def _subject(mailing_id: int) -> str:
    return f"mailing:{mailing_id}"
