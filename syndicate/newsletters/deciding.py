"""What an editor decides about an issue that is held: send it, merge it into the next, or drop it.

An alert has no next issue: merged, its article is left to the digests that draw from its section,
in which it stands for whoever had no alert of it.
"""

import datetime as dt

from syndicate.errors import RefusedError
from syndicate.mail import holding
from syndicate.mail.recovery import copy_check
from syndicate.mail.steering import refuse_the_rest
from syndicate.newsletters import timetable
from syndicate.newsletters.kinds import RULES
from syndicate.newsletters.run import known_issue
from syndicate.newsroom.newsletters import numbered, to_run
from syndicate.newsroom.verbs import verb
from syndicate.store.composition import issues, stories
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.platform import audit, installation
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.sending import holds
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.newsletters import IssueState, OpenedBy

_NEXT = "The next issue covers its news too."


@verb(Permission.RUN)
def send(issue_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Compose and send an issue that is held or was empty, whatever it has to say.

    A digest with nothing new says so to its readers.

    Raises:
        NotFoundError: there is no such issue.
        NotAllowedError: the actor may not send issues of its newsletter.
        RefusedError: it is neither held nor empty, its newsletter is at rest, or it or all mail is
            on hold.
    """
    with transaction() as tx:
        if (why := installation.held_why(tx)) is not None:
            raise RefusedError(copy_check.held_notice(why))
        issue, newsletter = _found(tx, issue_id, actor)
        holding.refuse_held(tx, holds.on_newsletter(tx, newsletter), newsletter.name)
        timetable.running(newsletter)
        refuse_the_rest(tx, opened_at=issue.created_at)
        if not issues.let_go(tx, issue_id):
            raise _not(issue, "sent", "held or empty")
        tx.hint(RULES[newsletter.kind].job, issue_id)
        _record(tx, Act.ISSUE_SEND, issue_id, actor, now)


@verb(Permission.RUN)
def merge(issue_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Leave the news of an issue that is held to the next one; it is never sent itself.

    Raises:
        NotFoundError: there is no such issue.
        NotAllowedError: the actor may not send issues of its newsletter.
        RefusedError: it is not held, or no later issue would tell its news.
    """
    with transaction() as tx:
        issue, _ = _found(tx, issue_id, actor)
        note = _NEXT if issue.article_id is None else _left_to_digests(tx, issue)
        if not issues.merge(tx, issue_id, note):
            raise _not(issue, "merged into the next")
        _record(tx, Act.ISSUE_MERGE, issue_id, actor, now)


@verb(Permission.RUN)
def drop(issue_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Never send an issue that is held; a later one does not tell its news.

    Raises:
        NotFoundError: there is no such issue.
        NotAllowedError: the actor may not send issues of its newsletter.
        RefusedError: it is not held.
    """
    with transaction() as tx:
        issue, _ = _found(tx, issue_id, actor)
        if not issues.drop(tx, issue_id, f"Dropped by {actor.name}."):
            raise _not(issue, "dropped")
        _record(tx, Act.ISSUE_DROP, issue_id, actor, now)


def _left_to_digests(tx: Transaction, issue: Issue) -> str:
    drawing = stories.drawn_by(tx, issue.article_id or 0)
    names = [each.name for each in drawing if each.kind.opened_by is OpenedBy.CLOCK]
    if not names:
        raise RefusedError(
            f"Issue {issue.id} is an alert, and no digest draws from the section of its article: "
            "send it or drop it.",
            issue_id=issue.id,
        )
    return f"Its article is left to {', '.join(names)}."


def _found(tx: Transaction, issue_id: int, actor: Actor) -> tuple[Issue, Newsletter]:
    """An issue for somebody who may decide about it, as whoever decided just before left it."""
    found = known_issue(tx, issue_id)
    newsletter = to_run(numbered(tx, found.newsletter_id), actor)
    return issues.lock_issue(tx, issue_id, *IssueState) or found, newsletter


def _not(issue: Issue, what: str, ready: str = "held") -> RefusedError:
    return RefusedError(
        f"Issue {issue.id} is {issue.state}; only one that is {ready} can be {what}.",
        issue_id=issue.id,
    )


def _record(tx: Transaction, what: Act, issue_id: int, actor: Actor, now: dt.datetime) -> None:
    subject = f"issue:{issue_id}"
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject)
