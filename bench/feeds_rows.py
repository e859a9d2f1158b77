"""The rows behind bench/feeds.py: entries of 4 to 5 kB, as a news site writes them."""

import datetime as dt
import random

from feedgen.feed import FeedGenerator
from sqlalchemy import update

from syndicate import jobs
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.publications import Publication
from syndicate.store.syndication import feeds
from syndicate.store.syndication.feed_rows import EntryRow, PictureRow
from syndicate.vocabulary.articles import Access
from tests import rows

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
_TEXT = (
    "the river rose over night and people left their homes for the school on the hill where tea "
    "was served by neighbours who had brought what they could carry while engineers looked at the "
    "bridge said that it would hold and asked everybody to stay away until the water had gone down"
)
_WORDS = _TEXT.split()


def publication() -> Publication:
    """The publication of the entries."""
    return rows.unsaved_publication(
        home_url="https://daily.example/", sender_address="news@daily.example", created_at=NOW
    )


def article(number: int) -> Article:
    """An article of about 4.5 kB, always the same for its number."""
    choose = random.Random(number)  # noqa: S311 - the same text each time
    paragraphs = [
        "<p>"
        + " ".join(choose.choices(_WORDS, k=70))
        + f' <a href="https://daily.example/{number}/more">More</a>.</p>'
        for _ in range(10)
    ]
    return rows.unsaved_article(
        str(number),
        NOW - dt.timedelta(minutes=number),
        access=Access.FREE,
        slug=f"story-{number}",
        headline=" ".join(choose.choices(_WORDS, k=9)).capitalize(),
        standfirst=" ".join(choose.choices(_WORDS, k=25)).capitalize() + ".",
        body_html="".join(paragraphs),
        authors=["World desk"],
        collected_at=NOW,
        visible_hash=b"",
    )


def entries(count: int) -> list[EntryRow]:
    """Rows of a feed, as the store reads them."""
    found = []
    for number in range(count):
        row = article(number)
        row.id = number
        picture = PictureRow(
            url=f"https://daily.example/{number}.jpg",
            media_type="image/jpeg",
            width=800,
            height=600,
            size_bytes=123456,
            caption="A street after rain",
            credit="EPA",
            alt="",
            may_show=True,
        )
        found.append(EntryRow(row, "World", ("floods",), (picture,), None, None))
    return found


def plain_feedgen(entry_rows: list[EntryRow]) -> tuple[bytes, bytes]:
    """The same entries by feedgen as its documentation shows it: RSS and Atom, no JSON Feed."""
    generator = FeedGenerator()
    generator.id("https://daily.example/feed")
    generator.title("Daily")
    generator.description("Daily")
    generator.link(href="https://daily.example/", rel="alternate")
    generator.language("en")
    generator.updated(NOW)
    generator.load_extension("media")
    for row in entry_rows:
        entry = generator.add_entry(order="append")
        entry.id(row.article.atom_id)
        entry.title(row.article.headline)
        entry.link(href=row.article.url)
        entry.published(row.article.published_at)
        entry.updated(row.article.updated_at)
        entry.author({"name": "World desk"})
        entry.category(term="World")
        entry.summary(row.article.standfirst)
        entry.content(row.article.body_html, type="html")
        entry.media.content(url=row.pictures[0].url, group=None)
    return generator.rss_str(), generator.atom_str()


def newsroom(count: int) -> list[int]:
    """Write a publication with one section and its articles; their ids, newest first."""
    with transaction() as tx:
        brand = rows.added(tx, publication())
        world = rows.section(tx, brand.id)
        feeds.ensure(tx, brand.id)
        made = [article(number) for number in range(count)]
        for row in made:
            row.publication_id, row.section_id = brand.id, world.id
        tx.session.add_all(made)
        tx.flush()
        ids = [row.id for row in made]
        feeds.mark_due(tx, ids, now=NOW)
    return ids


def touch(article_id: int, words: str, now: dt.datetime) -> None:
    """Change an article as an editor's hand does, and hint at it."""
    with transaction() as tx:
        changed = update(Article).where(Article.id == article_id)
        tx.execute(changed.values(headline=words, updated_at=now))
        feeds.mark_due(tx, [article_id], now=now)
        tx.hint(jobs.PUBLISH_FEEDS)
