"""What operators do about senders: have DNS asked now, and what was found kept."""

import datetime as dt

from syndicate import settings
from syndicate.mail.sender import check as looking
from syndicate.newsroom import publications
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import sender_checks
from syndicate.store.newsroom.sender_checks import Sender
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import RecordState


@verb(Permission.STEER)
def check(slug: str, *, actor: Actor, now: dt.datetime) -> Sender:
    """Ask DNS about a publication's sender; each time another look, with its line in the audit.

    Args:
        slug: of the publication.
        actor: who asks.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such publication.
        SettingsError: the relay's address or the DKIM key cannot be used.
    """
    with transaction() as tx:
        publication = publications.named(tx, slug)
        allow(actor, Permission.STEER, publication_id=publication.id)
        address = publication.sender_address
    found = looking.look(address, settings.load())
    with transaction() as tx:
        publication = publications.named(tx, slug)
        looking.keep_lines(tx, publication.id, address, found, now)
        subject = f"publication:{publication.id}"
        wrong = [each.record.value for each in found if each.state is RecordState.WRONG]
        detail = {"wrong": " ".join(wrong)} if wrong else {}
        act = Act.SENDER_CHECK
        audit.record(tx, at=now, actor=actor.name, action=act, subject=subject, **detail)
        return next(each for each in sender_checks.every(tx) if each.slug == publication.slug)
