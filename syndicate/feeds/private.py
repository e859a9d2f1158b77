"""A reader's own feed, built when it is asked for: what their newsletter brings.

Paid texts stay out of it: whoever confirms an address may have such a feed, and has paid nothing.
A newsroom whose readers sign up by paying alone says so (`own_feed_paid`); then they are in, whole.
"""

import datetime as dt
import threading
from dataclasses import dataclass

from syndicate import settings
from syndicate.feeds import build, model
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import logos, publications
from syndicate.store.syndication import feed_rows, reader_feeds
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.articles import Channel
from syndicate.vocabulary.feeds import FeedFormat, FeedKind

# feedgen flips the locale of the whole process while it writes a date.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Made:
    """A reader's own feed in one format."""

    body: bytes
    modified_at: dt.datetime


def make(token: str, form: FeedFormat, now: dt.datetime) -> Made | None:
    """The feed that a token opens; None when it was revoked or never ours."""
    own_settings = settings.load()
    channel = Channel.PRIVATE_FEED if own_settings.own_feed_paid else Channel.PUBLIC_FEED
    with transaction() as tx:
        subscription_id = reader_feeds.open_token(tx, own_settings.key(), token)
        if subscription_id is None:
            return None
        own = reader_feeds.own(tx, subscription_id, channel=channel, now=now)
        if own is None:
            return None
        rows = feed_rows.read(tx, own.places, channel, now=now)
        is_first = publications.is_first(tx, own.publication.id)
        logo = logos.of(tx, own.publication.id)
    feed = Feed(
        publication_id=own.publication.id,
        slug=f"mine/{token}",
        kind=FeedKind.EVERYTHING,
        language=own.language,
        title=own.newsletter.name,
        description=own.newsletter.description,
        is_full_text=True,
    )
    site = model.site_of(own.publication, own_settings.base_url(), is_first=is_first)
    entries = [rows[place] for place in own.places]
    made = model.document(feed, own.publication, site, entries, logo=logo)
    with _ONE_AT_A_TIME:
        body = build.build(model.private(made), form)
    return Made(body, made.updated)
