"""One reader's copy of the issue that comes next, for whoever looks after readers."""

import datetime as dt

from syndicate.newsletters import rehearse
from syndicate.newsroom.newsletters import named
from syndicate.newsroom.readers import Who, seen, subject
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act


@verb(Permission.READERS)
def coming(who: Who, slug: str, *, actor: Actor, now: dt.datetime) -> bytes:
    """What a reader would get in a newsletter's next slot, with the news so far. Sends nothing.

    Its links lead nowhere, so nobody who looks at it can act as its reader.

    Args:
        who: the reader.
        slug: of the newsletter.
        actor: who looks.
        now: aware UTC.

    Returns:
        A message in RFC 5322 form, unsigned.

    Raises:
        BadAddressError: what was typed is no address.
        NotAllowedError: the newsletter is none of those whose readers the actor may see.
        NotFoundError: no such reader or newsletter, they do not get it, or there is nothing new.
        RefusedError: the newsletter has no slots or no language.
        OversizeError, UnrenderableError: the issue cannot be composed.
    """
    with transaction() as tx:
        person, newsletter = seen(tx, who, actor), named(tx, slug)
        ids = {"publication_id": newsletter.publication_id, "newsletter_id": newsletter.id}
        allow(actor, Permission.READERS, **ids)
    message = rehearse.preview(newsletter.id, now, address=person.address, is_next=True)
    with transaction() as tx:
        name, said = subject(person), {"newsletter": newsletter.id}
        act = Act.READER_COPY
        audit.record(tx, at=now, actor=actor.name, action=act, subject=name, **said)
    return message
