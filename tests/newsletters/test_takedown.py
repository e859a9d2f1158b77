"""A takedown reaches what mails were made of it: an alert's subject, readers' words to the desk."""

import pytest

from syndicate import clock
from syndicate.articles import editing
from syndicate.articles.editing import Wording
from syndicate.mail import single
from syndicate.mail.mime.senders import Sender
from syndicate.mail.sending import deliver
from syndicate.newsletters import alerts, renew, run, steering
from syndicate.store.composition import alerts as asked
from syndicate.store.content import articles
from syndicate.store.editing import changes
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.readers import recipients
from syndicate.vocabulary.newsletters import IssueState, NewsletterKind
from syndicate.vocabulary.sending import Lane
from tests import searching
from tests.acting import TESTER
from tests.mail.fault_relay import FaultRelay
from tests.newsletters.paper import HOUR, NOW, reader
from tests.newsletters.sending import add_alerts, compose, readers
from tests.store import racing

WORLD, SPORT = 1, 2  # articles of `conftest`; their sections too
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
        sender=Sender("news@example.com"),
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


def take_down(tx: Transaction) -> None:
    found = articles.find(tx, WORLD)
    assert found is not None
    assert changes.take_down(tx, found, now=clock.now())


@pytest.mark.usefixtures("relay")
@pytest.mark.parametrize("kind", [NewsletterKind.DIGEST, NewsletterKind.ALERT])
def test_an_issue_that_is_being_composed_keeps_no_word_of_it(
    database: str, kind: NewsletterKind
) -> None:
    add_alerts(WORLD)
    readers(2)
    if kind is NewsletterKind.DIGEST:
        issue_id = steering.send_now(1, actor=TESTER, now=NOW)
    else:
        with transaction() as tx:
            asked.ask(tx, [WORLD], now=clock.now())
            wanted = asked.due(tx, now=clock.now())[0]
            opened = asked.open_issue(tx, wanted, local_date=NOW.date(), held=None, now=clock.now())
            assert opened is not None
            issue_id = opened.id

    state = racing.second(take_down, lambda _tx: run.compose_issue(issue_id, clock.now()))

    assert searching.tables_with(database, WORD) == []
    assert state in {IssueState.SENDING, IssueState.DONE, IssueState.EMPTY}


@pytest.mark.usefixtures("relay")
def test_a_version_that_is_being_made_keeps_no_word_of_it(database: str) -> None:
    readers(1)
    mailing_id = compose()
    with transaction() as tx:
        note, wording = "There are four.", Wording(standfirst="Four bridges.")
        editing.correct(tx, SPORT, wording, note=note, actor=TESTER, now=clock.now())

    made = racing.second(take_down, lambda _tx: renew.renew_content(mailing_id, clock.now()))

    assert searching.tables_with(database, WORD) == []
    assert made is None
    assert renew.renew_content(mailing_id, clock.now()) == 2
    assert searching.tables_with(database, WORD) == []
