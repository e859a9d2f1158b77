"""An issue of the newsroom in `conftest` on its way: composed, sent, counted."""

import datetime as dt

from sqlalchemy import update

from syndicate import clock
from syndicate.mail.sending import deliver
from syndicate.newsletters import run, steering
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.sending import ledger
from syndicate.store.sending.mailings import Batch, Delivery
from syndicate.vocabulary.newsletters import NewsletterKind
from syndicate.vocabulary.sending import Lane
from tests import rows
from tests.acting import TESTER
from tests.newsletters.paper import DAY, NOW, reader

CHUNK = 5


def readers(number: int, **more: tuple[str, ...]) -> list[int]:
    with transaction() as tx:
        return [reader(tx, each, **more) for each in range(1, number + 1)]  # type: ignore[arg-type]


def add_alerts(section_id: int) -> int:
    """An alert newsletter that draws from one section."""
    with transaction() as tx:
        kind = NewsletterKind.ALERT
        return rows.newsletter(tx, 1, "now", section_ids=(section_id,), kind=kind).id


def compose(day: int = 0) -> int:
    """The mailing of a day's issue: frozen, materialised, sending."""
    issue_id = steering.send_now(1, actor=TESTER, now=NOW + day * DAY)
    run.compose_issue(issue_id, NOW + day * DAY)
    with transaction() as tx:
        mailing = ledger.of_issue(tx, issue_id)
        assert mailing is not None
        return mailing.id


def send() -> None:
    deliver.send_lane(Lane.BULK, should_stop=lambda: False)


def found(tx: Transaction, article_id: int) -> Article:
    row = tx.get(Article, article_id)
    assert row is not None
    return row


def counts(mailing_id: int) -> dict[str, int]:
    with transaction() as tx:
        by_batch = ledger.counts(tx, mailing_id)
        assert by_batch == ledger.counts_by_row(tx, mailing_id)
    return {name: number for name, number in by_batch.as_dict().items() if number}


def let_waiting_be_over() -> None:
    past = clock.now() - dt.timedelta(seconds=1)
    with transaction() as tx:
        tx.execute(update(Batch).values(not_before=past))
        tx.execute(update(Delivery).where(Delivery.not_before.is_not(None)).values(not_before=past))
