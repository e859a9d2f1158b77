"""Which holds somebody may see: all of them, where they may read all of the newsroom."""

from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.sending import holds, ledger
from syndicate.store.sending.holds import Hold, Standing
from syndicate.vocabulary.sending import HoldScope


def standing(tx: Transaction, actor: Actor) -> list[Standing]:
    """What is held, as somebody may read of it; what holds everybody's issues all may see."""
    return holds.named(tx, [each for each in holds.every(tx) if _may_read(tx, each, actor)])


def _may_read(tx: Transaction, hold: Hold, actor: Actor) -> bool:
    if hold.scope is HoldScope.ISSUES or actor.grants is None:
        return True
    publication_id, newsletter_id = whose(tx, hold)
    return actor.may(Permission.READ, publication_id=publication_id, newsletter_id=newsletter_id)


def whose(tx: Transaction, hold: Hold) -> tuple[int | None, int | None]:
    """Of which publication and newsletter a hold is; neither, where it holds everybody's issues."""
    publication_id, newsletter_id = hold.publication_id, hold.newsletter_id
    if hold.mailing_id is not None and (mailing := ledger.find(tx, hold.mailing_id)) is not None:
        publication_id, newsletter_id = mailing.publication_id, mailing.newsletter_id
    elif newsletter_id is not None and (row := newsletters.find(tx, newsletter_id)) is not None:
        publication_id = row.publication_id
    return publication_id, newsletter_id
