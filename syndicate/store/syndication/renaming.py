"""What follows in feeds when a publication or a section gets another name, slug or place.

An address that apps follow never just ends: the feed under a section's old slug answers 301.

    slug a ─ renamed ─> feed a moved_to b, feed b offered ─ renamed back ─> a offered, b moved_to a
"""

import datetime as dt

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB

from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.publications import Publication, Section, sections_of
from syndicate.store.syndication import feeds
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.feeds import FeedKind


def publication_renamed(tx: Transaction, publication: Publication, before: str) -> None:
    """Call a publication's feeds after its new name.

    Args:
        tx: the open transaction.
        publication: with its new name.
        before: the name it had.
    """
    own = Feed.publication_id == publication.id
    whole = update(Feed).where(own, Feed.title == before).values(title=publication.name)
    rest = func.substr(Feed.title, len(before) + 1)
    parts = (
        update(Feed)
        .where(own, Feed.kind != FeedKind.RULE, func.starts_with(Feed.title, f"{before}: "))
        .values(title=literal(publication.name) + rest)
    )
    for statement in (whole, parts):
        tx.execute(statement.execution_options(synchronize_session=False))


def section_retitled(tx: Transaction, publication: Publication, section: Section) -> None:
    """Call a section's feed after its new name."""
    sections = sections_of(tx, publication.id)
    title = feeds.title_of_section(publication, section, sections)
    statement = update(Feed).where(Feed.section_id == section.id).values(title=title)
    tx.execute(statement.execution_options(synchronize_session=False))


def language_changed(tx: Transaction, publication: Publication, before: str) -> None:
    """Call the feeds of sections that have a name in the publication's new language after it.

    Args:
        tx: the open transaction.
        publication: in its new language.
        before: the language it had.
    """
    for section in sections_of(tx, publication.id):
        if section.name_in(publication.language) != section.name_in(before):
            section_retitled(tx, publication, section)


def section_moved(
    tx: Transaction, publication: Publication, section: Section, before: str, *, now: dt.datetime
) -> None:
    """Give a section's feed the address of its new slug; the old one leads there with a 301.

    Args:
        tx: the open transaction.
        publication: whose section it is.
        section: with its new slug.
        before: the slug it had.
        now: aware UTC.
    """
    theirs = list(tx.scalars(select(Feed).where(Feed.section_id == section.id).order_by(Feed.id)))
    wanted = f"{feeds.prefix_of(tx, publication)}{section.slug}"[:75]
    back = next((each for each in theirs if each.slug in {wanted, f"{wanted}-feed"}), None)
    title = feeds.title_of_section(publication, section, sections_of(tx, publication.id))
    if back is None:
        slug = next(
            slug
            for slug in (wanted, f"{wanted}-feed", f"{wanted}-{section.id}")
            if feeds.by_slug(tx, slug) is None
        )
        back = Feed(
            publication_id=publication.id,
            slug=slug,
            kind=FeedKind.SECTION,
            section_id=section.id,
            title=title,
        )
        tx.add(back)
    back.due_at, back.moved_to, back.gone_at, back.title = now, None, None, title
    for each in theirs:
        if each is not back:
            each.moved_to = back.slug
            each.generation += 1
    _in_rules(tx, publication.id, before, section.slug)
    tx.flush()


def section_ended(tx: Transaction, section_id: int, *, now: dt.datetime) -> None:
    """End a retired section's feeds: their addresses answer 410."""
    statement = update(Feed).where(Feed.section_id == section_id, Feed.gone_at.is_(None))
    ended = statement.values(gone_at=now, due_at=None, generation=Feed.generation + 1)
    tx.execute(ended.execution_options(synchronize_session=False))


def section_back(tx: Transaction, section_id: int, *, now: dt.datetime) -> None:
    """Offer the feeds of a section again that was retired."""
    statement = update(Feed).where(Feed.section_id == section_id, Feed.gone_at.is_not(None))
    again = statement.values(gone_at=None, due_at=now, generation=Feed.generation + 1)
    tx.execute(again.execution_options(synchronize_session=False))


def mark_due(tx: Transaction, publication_id: int, *, now: dt.datetime) -> None:
    """Have every feed of a publication built again; nothing is news that is not."""
    statement = update(Feed).where(Feed.publication_id == publication_id, Feed.gone_at.is_(None))
    due = statement.values(due_at=func.least(func.coalesce(Feed.due_at, now), now))
    tx.execute(due.execution_options(synchronize_session=False))


def _in_rules(tx: Transaction, publication_id: int, before: str, after: str) -> None:
    """Rules of the publication's own feeds go on meaning the section under its new slug."""
    for feed in tx.scalars(
        select(Feed).where(
            Feed.publication_id == publication_id,
            Feed.kind == FeedKind.RULE,
            Feed.rule["sections"].contains(literal([before], JSONB)),
        )
    ):
        rule = dict(feed.rule or {})
        named = [after if each == before else each for each in rule.get("sections", ())]
        feed.rule = rule | {"sections": list(dict.fromkeys(named))}
