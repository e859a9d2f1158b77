"""A publication to collect into, and what stands in it afterwards."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text

from syndicate.collect import run
from syndicate.collect.run import Collected
from syndicate.store.content.articles import Article, ArticleSource, Revision
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import FetchState, SourceNotice
from syndicate.store.syndication import feeds
from syndicate.vocabulary.sources import Pages, SourceKind
from tests import rows
from tests.collect.site import Site, running

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)


_REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.headline LIKE 'Refused%' THEN
        RAISE EXCEPTION 'no column holds this' USING ERRCODE = 'character_not_in_repertoire';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON article FOR EACH ROW EXECUTE FUNCTION refuse();
"""


def publication(slug: str = "daily", *, sections: Sequence[str] = ()) -> int:
    with transaction() as tx:
        made = rows.publication(tx, slug)
        for name in sections:
            rows.section(tx, made.id, name.lower().replace(" ", "-"), name=name)
        feeds.ensure(tx, made.id)
        return made.id


def source(publication_id: int, site: Site, path: str, **values: Any) -> int:
    """A source at a site of the tests; its pages are not asked for unless the test says so."""
    kind = values.pop("kind", SourceKind.FEED)
    given = {"pages": Pages.NEVER, "allow_origins": [site.origin], **values}
    with transaction() as tx:
        return sources.add(tx, publication_id, kind, site.url(path), path, **given).id


def collect(*source_ids: int, now: dt.datetime = NOW) -> Collected:
    return run.collect_now(source_ids or None, now)


def articles() -> list[Article]:
    with transaction() as tx:
        return list(tx.scalars(select(Article).order_by(Article.id)))


def only_article() -> Article:
    found = articles()
    assert len(found) == 1
    return found[0]


def carried() -> list[ArticleSource]:
    with transaction() as tx:
        return list(tx.scalars(select(ArticleSource).order_by(ArticleSource.id)))


def revisions() -> list[Revision]:
    with transaction() as tx:
        query = select(Revision).order_by(Revision.article_id, Revision.number)
        return list(tx.scalars(query))


def state_of(source_id: int) -> FetchState:
    with transaction() as tx:
        found = tx.get(FetchState, source_id)
        assert found is not None
        return found


def notices() -> list[tuple[str, str]]:
    with transaction() as tx:
        rows = tx.scalars(select(SourceNotice).order_by(SourceNotice.id))
        return [(each.kind, each.message) for each in rows]


def refuse() -> None:
    """Have the database refuse articles whose headline begins with "Refused"."""
    with transaction() as tx:
        tx.execute(text(_REFUSE))


def rss(*items: str, head: str = "") -> bytes:
    """A feed of items."""
    text = (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:syndicate="urn:syndicate:1" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Daily</title>'
        f"<link>https://daily.example/</link><description>News</description>{head}"
        f"{''.join(items)}</channel></rss>"
    )
    return text.encode()


def item(number: int, *, text: str = "", when: dt.datetime | None = None, **fields: str) -> str:
    """One item; `fields` replace or add elements, an empty one leaves its element out."""
    said = when or NOW - dt.timedelta(hours=2, minutes=number)
    elements = {
        "title": f"Story {number}",
        "link": f"https://daily.example/story/{number}",
        "guid": f"story-{number}",
        "pubDate": f"{said:%a, %d %b %Y %H:%M:%S} +0000",
        "description": text or f"What happened in story {number}, told in one sentence.",
    }
    elements |= {name.replace("_", ":"): value for name, value in fields.items()}
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in elements.items() if value)
    return f"<item>{inner}</item>"


__all__ = ["running"]
