"""A single message as the sign-up page writes it, for tests and figures of the urgent lane."""

import datetime as dt

from syndicate.mail import single
from syndicate.mail.mime.senders import Sender
from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients

PUBLICATION = {"name": "The Daily", "postal_address": "1 Press Square, Exampletown"}


def prepared(now: dt.datetime, **slots: str) -> single.Prepared:
    return single.prepare(
        "confirmation",
        language="en",
        context={"publication": PUBLICATION, "newsletter": {"name": "Morning"}},
        from_name="The Daily",
        sender=Sender("news@daily.example"),
        now=now,
        slots={"confirm_url": "https://daily.example/confirm/abc", **slots},
    )


def queue(key: str, *, now: dt.datetime, address: str = "reader001@example.com") -> int | None:
    """Ask one reader to confirm; the mailing's id, or None when this was asked before."""
    with transaction() as tx:
        return single.queue(
            tx,
            prepared(now),
            recipients.upsert(tx, address),
            dedupe_key=key,
            publication_id=None,
            scope="confirmation",
            now=now,
            expires_in=dt.timedelta(days=1),
        )
