"""Publications taken away with all that hangs on them, and nothing that hangs on others."""

import pytest
from sqlalchemy import func, select, text

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.maintenance.removal import remove_publications
from syndicate.store.maintenance.tables import METADATA
from syndicate.store.newsroom.publications import Publication
from syndicate.store.readers.recipients import Recipient, Suppression, hash_of
from syndicate.store.readers.subscribers import Subscriber, Subscription
from syndicate.store.sending.mailings import Delivery, Mailing
from syndicate.store.syndication import feeds
from syndicate.vocabulary.sending import SuppressionReason
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")


def newsroom(tx: Transaction, slug: str, *readers: int) -> Publication:
    """A publication with an article, a feed, and a mailing to these readers."""
    made = rows.publication(tx, slug)
    desk = rows.desk(tx, made.id)
    section = rows.section(tx, made.id, desk_id=desk.id)
    article = rows.article(tx, made.id, slug, section_id=section.id)
    rows.revision(tx, article.id)
    rows.picture(tx, article.id)
    rows.tag(tx, article, "east")
    rows.link(tx, article, f"x/{slug}")
    source = rows.source(tx, made.id, slug, domain="wire.example")  # which nobody owns
    rows.carried(tx, article.id, source.id)
    rows.hub_subscription(tx, source.id)
    feeds.ensure(tx, made.id)
    newsletter = rows.newsletter(tx, made.id, slug, section_ids=(section.id,))
    issue = rows.issue(tx, newsletter.id)
    rows.story(tx, issue.id, 0, article.id)
    batch = rows.batch(tx, rows.mailing(tx, issue))
    for number in readers:
        subscribe(tx, number, newsletter.id)
        rows.delivery(tx, batch, number, recipient(tx, number).id)
    return made


def subscribe(tx: Transaction, number: int, newsletter_id: int) -> None:
    """A reader that other newsletters may have already."""
    address = f"reader{number:03}@example.com"
    who = tx.scalar(select(Subscriber).where(Subscriber.address == address))
    who = who or rows.subscriber(tx, number)
    rows.choice(tx, rows.subscription(tx, who.id, newsletter_id).id, "world")


def recipient(tx: Transaction, number: int) -> Recipient:
    hashed = hash_of(f"reader{number:03}@example.com")
    found = tx.scalar(select(Recipient).where(Recipient.address_hash == hashed))
    who = tx.scalar(select(Subscriber.id).where(Subscriber.address_hash == hashed))
    return found or rows.recipient(tx, number, subscriber_id=who)


def sizes(tx: Transaction) -> dict[str, int]:
    """How many rows each table has; those without any are left out."""
    counted = {
        table.name: tx.scalar(select(func.count()).select_from(table)) or 0
        for table in METADATA.sorted_tables
    }
    return {name: count for name, count in counted.items() if count}


def test_a_publication_goes_with_everything_and_leaves_the_house_as_it_was() -> None:
    with transaction() as tx:
        newsroom(tx, "daily", 1)
        before = sizes(tx)
        weekly = newsroom(tx, "weekly", 2, 3)

        assert remove_publications(tx, [weekly.id]) == 2

        assert sizes(tx) == before
        assert list(tx.scalars(select(Publication.slug))) == ["daily"]


def test_a_reader_of_another_newsletter_stays() -> None:
    with transaction() as tx:
        newsroom(tx, "daily", 1)
        weekly = newsroom(tx, "weekly", 1, 2)

        assert remove_publications(tx, [weekly.id]) == 1

        assert list(tx.scalars(select(Subscriber.address))) == ["reader001@example.com"]
        assert list(tx.scalars(select(Recipient.address))) == ["reader001@example.com"]
        assert tx.scalar(select(func.count()).select_from(Subscription)) == 1


def test_a_reader_of_all_that_go_goes() -> None:
    with transaction() as tx:
        gone = [newsroom(tx, slug, 1).id for slug in ("daily", "weekly")]

        assert remove_publications(tx, gone) == 2

        assert list(tx.scalars(select(Subscriber.id))) == []
        assert tx.scalar(select(func.count()).select_from(Delivery)) == 0


def test_whoever_wants_no_mail_wants_none_afterwards() -> None:
    with transaction() as tx:
        weekly = newsroom(tx, "weekly", 1)
        hashed = hash_of("reader001@example.com")
        plain = {"address_hash": hashed, "reason": SuppressionReason.READER, "at": NOW}
        rows.added(tx, Suppression(scope="all", **plain))

        remove_publications(tx, [weekly.id])

        assert list(tx.scalars(select(Suppression.address_hash))) == [hashed]


def test_single_mails_of_nobody_and_recipients_without_a_subscription_stay() -> None:
    with transaction() as tx:
        weekly = newsroom(tx, "weekly", 1)
        single = rows.single(tx)
        friend = rows.recipient(tx, 9)
        rows.delivery(tx, rows.batch(tx, single), 0, friend.id)

        remove_publications(tx, [weekly.id])

        assert list(tx.scalars(select(Mailing.id))) == [single.id]
        assert list(tx.scalars(select(Delivery.recipient_id))) == [friend.id]
        assert list(tx.scalars(select(Recipient.id))) == [friend.id]


def test_what_is_gone_is_not_there_to_remove() -> None:
    with transaction() as tx:
        newsroom(tx, "daily", 1)
        weekly = newsroom(tx, "weekly", 2)
        remove_publications(tx, [weekly.id])
        before = sizes(tx)

        assert remove_publications(tx, [weekly.id]) == 0
        assert remove_publications(tx, []) == 0

        assert sizes(tx) == before


def test_an_article_of_another_publication_in_its_newsletter_stays() -> None:
    with transaction() as tx:
        newsroom(tx, "daily")
        weekly = newsroom(tx, "weekly")
        article = tx.scalar(text("SELECT id FROM article ORDER BY id LIMIT 1"))
        issue = tx.scalar(text("SELECT id FROM issue ORDER BY id DESC LIMIT 1"))
        assert article is not None
        assert issue is not None
        rows.story(tx, issue, 1, article)

        remove_publications(tx, [weekly.id])

        assert list(tx.scalars(text("SELECT id FROM article"))) == [article]
