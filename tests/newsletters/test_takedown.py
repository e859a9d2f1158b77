"""A takedown reaches what mails were made of it: an alert's subject, readers' words to the desk."""

import pytest

from syndicate import clock
from syndicate.mail import single
from syndicate.mail.sending import deliver
from syndicate.newsletters import alerts
from syndicate.store.composition import alerts as asked
from syndicate.store.content import articles
from syndicate.store.editing import changes
from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients
from syndicate.vocabulary.sending import Lane
from tests import searching
from tests.mail.fault_relay import FaultRelay
from tests.newsletters.paper import HOUR, reader
from tests.newsletters.sending import add_alerts, readers

WORLD = 1  # an article of `conftest`; its section too
ALERTS = 2  # the newsletter
WORD = "headline world-one"


@pytest.fixture
def told(relay: FaultRelay) -> FaultRelay:
    """An alert of the article has left, and a reader's words about it wait for the desk."""
    assert add_alerts(WORLD) == ALERTS
    readers(2)
    with transaction() as tx:
        reader(tx, 1, ALERTS)
        asked.ask(tx, [WORLD], now=clock.now())
    alerts.send_due(clock.now())
    deliver.send_lane(Lane.URGENT, should_stop=lambda: False)
    feedback()
    return relay


def feedback() -> None:
    context = {
        "publication": {"name": "Daily", "postal_address": "1 Example Street"},
        "article": {
            "headline": "Headline world-one",
            "url": "https://daily.example/1",
            "language": "en",
        },
        "desk": "World desk",
        "lines": ["Well said."],
        "reply_to": "reader002@example.com",
    }
    prepared = single.prepare(
        "feedback",
        language="en",
        context=context,
        from_name="Daily",
        from_address="news@example.com",
        now=clock.now(),
    )
    with transaction() as tx:
        single.queue(
            tx,
            prepared,
            recipients.upsert(tx, recipients.normalise("desk@example.com")),
            dedupe_key=f"feedback:{WORLD}:x",
            publication_id=1,
            scope="feedback",
            now=clock.now(),
            expires_in=HOUR,
        )


def test_no_mail_that_is_held_has_the_headline(told: FaultRelay, database: str) -> None:
    assert len(told.accepted) == 1
    assert {"issue", "mailing_content"} <= set(searching.tables_with(database, WORD))

    with transaction() as tx:
        found = articles.find(tx, WORLD)
        assert found is not None
        assert changes.take_down(tx, found, now=clock.now())
    deliver.send_lane(Lane.URGENT, should_stop=lambda: False)

    assert searching.tables_with(database, WORD) == []
    assert len(told.accepted) == 1
