"""Sending a newsletter when an operator says so: the slot of now, or what is new."""

import datetime as dt

from syndicate.newsletters import run
from syndicate.newsletters.offers import Offer
from syndicate.newsroom import newsletters as chosen
from syndicate.newsroom.verbs import verb
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act


@verb(Permission.RUN)
def send_now(
    newsletter_id: int, offer: Offer = Offer.SLOT, *, actor: Actor, now: dt.datetime
) -> int:
    """Open the issue of the slot that is now, or of the last one before now; or of what is new.

    The issue of a slot that was empty or held is composed again; one that was sent is left alone.

    Args:
        newsletter_id: whose.
        offer: the slot, or what is new since the last issue.
        actor: who asks.
        now: aware UTC.

    Returns:
        The issue's id.

    Raises:
        NotFoundError: there is no such newsletter.
        RefusedError: it has no slots or no language, nothing is new, or it or all mail is held.
        UsageError: its schedule cannot be read.
    """
    with transaction() as tx:
        newsletter = chosen.to_run(chosen.numbered(tx, newsletter_id), actor)
        issue_id, is_news = run.open_now(tx, newsletter, offer, now)
        if is_news:
            _record(tx, Act.ISSUE_RUN, f"issue:{issue_id}", actor, now)
        return issue_id


def _record(tx: Transaction, what: Act, subject: str, actor: Actor, now: dt.datetime) -> None:
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject)
