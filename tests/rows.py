"""One builder for each row: name the columns that a test is about, the rest is plain.

Each adds its row and flushes, so that it has its id. Nothing else happens: no feed is marked, no
hint is noted. Whoever wants that calls the verb.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable
from typing import Any, TypeVar

from syndicate.store.content.articles import (
    LINK,
    Article,
    ArticleKey,
    ArticleSource,
    ArticleTag,
    Revision,
    Tag,
)
from syndicate.store.content.featured import Featured
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.sources import FetchHost, FetchState, Source
from syndicate.store.intake.websub import HubSubscription
from syndicate.store.newsroom.incidents import DeliveryIncident
from syndicate.store.newsroom.newsletters import Issue, IssueStory, Newsletter, NewsletterSection
from syndicate.store.newsroom.publications import Desk, Publication, Section
from syndicate.store.platform.operators import Operator
from syndicate.store.readers import recipients
from syndicate.store.readers.recipients import Recipient
from syndicate.store.readers.subscribers import Subscriber, Subscription, SubscriptionChoice
from syndicate.store.sending.mailings import Batch, Delivery, Mailing
from syndicate.vocabulary.articles import ArticleState, Change
from syndicate.vocabulary.newsletters import (
    ChoiceKind,
    IssueState,
    NewsletterKind,
    SubscriptionState,
)
from syndicate.vocabulary.sending import AmbiguousPolicy, Lane, MailingKind, MailingState
from syndicate.vocabulary.sources import HubState, SourceKind

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)

Row = TypeVar("Row", bound=Table)


def added(tx: Transaction, row: Row) -> Row:
    tx.add(row)
    tx.flush()
    return row


def unsaved_publication(slug: str = "daily", **columns: Any) -> Publication:
    """A publication of no database yet."""
    name = columns.get("name", slug.title())
    plain = {
        "name": name,
        "language": "en",
        "direction": "ltr",
        "zone": "UTC",
        "sender_name": name,
        "sender_address": "news@example.com",
        "postal_address": "1 Example Street",
    }
    return Publication(slug=slug, **(plain | columns))


def publication(tx: Transaction, slug: str = "daily", **columns: Any) -> Publication:
    return added(tx, unsaved_publication(slug, **columns))


def operator(tx: Transaction, slug: str = "desk", **columns: Any) -> Operator:
    """Somebody who works here and may do nothing yet."""
    plain: dict[str, Any] = {"name": f"{slug.title()} desk", "address": f"{slug}@example.com"}
    plain |= {"languages": ["en"], "zone": "UTC", "created_at": NOW}
    return added(tx, Operator(slug=slug, **plain | columns))


def desk(tx: Transaction, publication_id: int, slug: str = "world", **columns: Any) -> Desk:
    plain = {"name": f"{slug.title()} desk", "address": f"{slug}-desk@example.com"}
    return added(tx, Desk(publication_id=publication_id, slug=slug, **(plain | columns)))


def section(tx: Transaction, publication_id: int, slug: str = "world", **columns: Any) -> Section:
    plain = {"name": slug.title()}
    return added(tx, Section(publication_id=publication_id, slug=slug, **(plain | columns)))


def article_columns(name: str = "story", at: dt.datetime = NOW, **columns: Any) -> dict[str, Any]:
    """What a row of an article says, but for its publication.

    Args:
        name: tells it from others: its slug, and part of its headline, address and permanent id.
        at: when it was published.
        columns: the ones that the test is about.
    """
    plain = {
        "atom_id": f"tag:daily.example,2026:{name}",
        "state": ArticleState.LIVE,
        "language": "en",
        "direction": "ltr",
        "url": f"https://daily.example/{name}",
        "slug": name,
        "headline": f"Headline {name}",
        "standfirst": f"Standfirst {name}",
        "authors": ["Daily desk"],
        "published_at": at,
        "updated_at": at,
        "collected_at": at,
        "is_dated": True,
        "is_backlog": False,
        "visible_hash": hashlib.sha256(name.encode()).digest(),
    }
    return plain | columns


def unsaved_article(name: str = "story", at: dt.datetime = NOW, **columns: Any) -> Article:
    """An article of no database yet; arguments as `article_columns`."""
    return Article(**article_columns(name, at, **columns))


def article(
    tx: Transaction,
    publication_id: int,
    name: str = "story",
    at: dt.datetime = NOW,
    **columns: Any,
) -> Article:
    """Arguments as `article_columns`."""
    return added(tx, unsaved_article(name, at, publication_id=publication_id, **columns))


def revision(
    tx: Transaction, article_id: int, number: int = 1, change: Change = Change.FIRST, **columns: Any
) -> Revision:
    plain = {
        "is_material": change is not Change.FIX,
        "headline": "",
        "standfirst": "",
        "body_html": "",
        "authors": [],
        "visible_hash": b"",
    }
    key = {"article_id": article_id, "number": number, "change": change}
    return added(tx, Revision(**(plain | key | columns)))


def tag(tx: Transaction, made: Article, slug: str, name: str | None = None) -> Tag:
    """A tag that the article carries."""
    row = added(tx, Tag(publication_id=made.publication_id, slug=slug, name=name or slug.title()))
    added(tx, ArticleTag(article_id=made.id, tag_id=row.id))
    return row


def picture(tx: Transaction, article_id: int, **columns: Any) -> Picture:
    plain = {
        "url": f"https://daily.example/{article_id}.jpg",
        "media_type": "image/jpeg",
        "width": 800,
        "height": 600,
        "size_bytes": 12345,
        "caption": "A street after rain",
        "credit": "EPA",
        "alt": "A wet street",
    }
    return added(tx, Picture(article_id=article_id, **(plain | columns)))


def pick(tx: Transaction, publication_id: int, url: str, **columns: Any) -> Featured:
    """A pick that stands in the list from `NOW` on, until somebody ends it."""
    plain = {"position": 0, "teaser": "Picked", "starts_at": NOW}
    return added(tx, Featured(publication_id=publication_id, url=url, **(plain | columns)))


def source(tx: Transaction, publication_id: int, name: str = "wire", **columns: Any) -> Source:
    """A source with its state, due at `NOW`, and its host; columns of `Source`."""
    plain = {
        "kind": SourceKind.FEED,
        "url": f"https://{name}.example/feed",
        "domain": f"{name}.example",
        "name": name,
    }
    row = added(tx, Source(publication_id=publication_id, **(plain | columns)))
    added(tx, FetchState(source_id=row.id, next_at=NOW))
    tx.session.merge(FetchHost(domain=row.domain))
    tx.flush()
    return row


def carried(
    tx: Transaction, article_id: int, source_id: int, name: str = "story", **columns: Any
) -> ArticleSource:
    """An article as a source brings it, known by the entry's name."""
    stem = hashlib.sha256(name.encode()).digest()
    plain = {"stem": stem, "guid": name, "entry_hash": b"entry", "seen_at": NOW}
    key = {"article_id": article_id, "source_id": source_id, "entry_key": name}
    return added(tx, ArticleSource(**(plain | key | columns)))


def link(tx: Transaction, made: Article, address: str) -> ArticleKey:
    """A normalised address that leads to the article."""
    key = f"{made.publication_id}:{address}"
    return added(tx, ArticleKey(kind=LINK, key=key, article_id=made.id))


def hub_subscription(
    tx: Transaction, source_id: int, state: HubState = HubState.VERIFIED, **columns: Any
) -> HubSubscription:
    """Made the day before, due for its renewal at `NOW`."""
    plain = {
        "hub_url": "https://hub.example/",
        "topic": "https://daily.example/self",
        "callback": uuid.uuid4().hex,
        "secret": b"secret",
        "renew_at": NOW,
        "created_at": NOW - DAY,
    }
    key = {"source_id": source_id, "state": state}
    return added(tx, HubSubscription(**(plain | key | columns)))


def newsletter(
    tx: Transaction,
    publication_id: int,
    slug: str = "morning",
    *,
    section_ids: Iterable[int] = (),
    **columns: Any,
) -> Newsletter:
    plain = {
        "kind": NewsletterKind.DIGEST,
        "name": slug.title(),
        "languages": ["en"],
        "zone": "UTC",
        "schedule": {"times": ["08:00"], "days": [1, 2, 3, 4, 5, 6, 7]},
        "created_at": NOW - 30 * DAY,
    }
    row = added(tx, Newsletter(publication_id=publication_id, slug=slug, **(plain | columns)))
    for section_id in section_ids:
        added(tx, NewsletterSection(newsletter_id=row.id, section_id=section_id))
    return row


def issue(tx: Transaction, newsletter_id: int, place: int = 1, **columns: Any) -> Issue:
    """An issue of `NOW`, whose window is the day before."""
    plain = {
        "local_date": NOW.date(),
        "number": place,
        "slot": f"{7 + place:02}:00",
        "window_from": NOW - DAY,
        "window_to": NOW,
        "state": IssueState.SENDING,
    }
    return added(tx, Issue(newsletter_id=newsletter_id, **(plain | columns)))


def story(
    tx: Transaction, issue_id: int, position: int, article_id: int, **columns: Any
) -> IssueStory:
    plain = {"revision": 1, "section_slug": "world", "language": "en"}
    key = {"issue_id": issue_id, "position": position, "article_id": article_id}
    return added(tx, IssueStory(**(plain | key | columns)))


def subscriber(tx: Transaction, number: int = 1, **columns: Any) -> Subscriber:
    """reader001@example.com, or another number."""
    address = f"reader{number:03}@example.com"
    plain = {"address": address, "address_hash": recipients.hash_of(address), "language": "en"}
    return added(tx, Subscriber(**(plain | columns)))


def subscription(
    tx: Transaction, subscriber_id: int, newsletter_id: int, **columns: Any
) -> Subscription:
    plain = {"state": SubscriptionState.ACTIVE, "language": "en", "confirmed_at": NOW - DAY}
    key = {"subscriber_id": subscriber_id, "newsletter_id": newsletter_id}
    return added(tx, Subscription(**(plain | key | columns)))


def choice(
    tx: Transaction, subscription_id: int, value: str, kind: ChoiceKind = ChoiceKind.SECTION
) -> SubscriptionChoice:
    return added(tx, SubscriptionChoice(subscription_id=subscription_id, kind=kind, value=value))


def recipient(tx: Transaction, number: int = 1, **columns: Any) -> Recipient:
    """The address of `subscriber`'s number as mail knows it."""
    address = f"reader{number:03}@example.com"
    plain = {
        "address": address,
        "address_hash": recipients.hash_of(address),
        "receiver_group": recipients.OTHER,
    }
    return added(tx, Recipient(**(plain | columns)))


def reader(tx: Transaction, number: int, newsletter_id: int, *sections: str) -> int:
    """Somebody who gets the newsletter, with these sections (none: all of them).

    Returns:
        The recipient's id.
    """
    who = subscriber(tx, number)
    subscribed = subscription(tx, who.id, newsletter_id)
    for slug in sections:
        choice(tx, subscribed.id, slug)
    return recipient(tx, number, subscriber_id=who.id).id


def incident(tx: Transaction, receiver: str = "google", **columns: Any) -> DeliveryIncident:
    """A receiver that has our address on a block list."""
    plain = {"domain": "daily.example", "reason": "blocked", "opened_at": NOW, "last_at": NOW}
    return added(tx, DeliveryIncident(receiver=receiver, **(plain | columns)))


def mailing(tx: Transaction, made: Issue, **columns: Any) -> Mailing:
    """A digest of the issue that is *sending*."""
    plain = _mailing() | {
        "kind": MailingKind.DIGEST,
        "issue_id": made.id,
        "newsletter_id": made.newsletter_id,
        "message": "digest",
        "scope": f"newsletter:{made.newsletter_id}",
        "lane": Lane.BULK,
        "priority": 5,
        "cohort": made.window_to,
    }
    return added(tx, Mailing(**(plain | columns)))


def single(tx: Transaction, **columns: Any) -> Mailing:
    """An article that a reader mails to a friend, *sending*."""
    plain = _mailing() | {
        "kind": MailingKind.SINGLE,
        "message": "article",
        "scope": "article",
        "lane": Lane.URGENT,
        "priority": 0,
    }
    return added(tx, Mailing(**(plain | columns)))


def _mailing() -> dict[str, Any]:
    return {
        "state": MailingState.SENDING,
        "policy": AmbiguousPolicy.SKIP,
        "expires_at": NOW + DAY,
        "created_at": NOW,
        "started_at": NOW,
    }


def batch(tx: Transaction, made: Mailing, number: int = 0, size: int = 1, **columns: Any) -> Batch:
    plain = {"lane": made.lane, "priority": made.priority, "receiver_group": recipients.OTHER}
    key = {"mailing_id": made.id, "number": number, "size": size}
    return added(tx, Batch(**(plain | key | columns)))


def delivery(
    tx: Transaction, made: Batch, ordinal: int, recipient_id: int, **columns: Any
) -> Delivery:
    """A line of the ledger; the batch's counters are the test's own business."""
    plain = {"choice": 1, "language": "en"}
    key = {"mailing_id": made.mailing_id, "batch_number": made.number, "ordinal": ordinal}
    return added(tx, Delivery(recipient_id=recipient_id, **(plain | key | columns)))
