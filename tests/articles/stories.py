"""An entry of a source, and the article that it became: say what differs."""

import dataclasses
import datetime as dt
from typing import Any

from syndicate.articles.changes import KnownArticle
from syndicate.articles.story import story_of
from syndicate.reading.records import Entry
from syndicate.slugs import tags_of
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
LINK = "https://daily.example/a"
TEXT = "<p>" + " ".join(f"word{n}" for n in range(200)) + "</p>"
ENTRY = Entry("Title", LINK, "g", published=NOW - HOUR, content=TEXT, authors=("Desk",))


def article_of(entry: Entry, **values: Any) -> KnownArticle:
    """The article that an entry became, with other words or another state."""
    story = story_of(entry)
    said = {name: values.pop(name) for name in vars(story.words) if name in values}
    known = KnownArticle(
        id=7,
        state=ArticleState.LIVE,
        kind=ArticleKind.STORY,
        access=Access.FREE,
        embargo_until=None,
        embargo_said=None,
        words=dataclasses.replace(story.words, **said),
        language="en",
        section_id=None,
        published_at=entry.published or NOW,
        is_dated=entry.published is not None,
        updated_at=NOW - HOUR,
        first_source_id=1,
        immaterial=0,
        revised_at=NOW - HOUR,
        notes=frozenset(),
        url=entry.link,
        pictures=story.pictures,
        tags=frozenset(tags_of(entry.tags)),
    )
    return dataclasses.replace(known, **values)


def changed(entry: Entry, **values: Any) -> Entry:
    return dataclasses.replace(entry, **values)
