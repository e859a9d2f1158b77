"""Feeds that a publication offers: which there are, which articles stand in them, which are due.

A feed is a rule ("section europe and what lies below it"), never a list of rows: whether an article
stands in it is asked of the article. What was built from it stands in `feed_documents`.

    mark_due ─> due_at = now ─> take (due_at = lease) ─> built ─> due_at = next moment, or none
"""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    and_,
    any_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT, array, insert
from sqlalchemy.orm import Mapped, aliased, mapped_column

from syndicate import languages
from syndicate.store.content.articles import Article, ArticleTag, Revision
from syndicate.store.content.featured import Featured
from syndicate.store.ground.schema import LANGUAGE, SLUG, Id, Table, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.publications import Publication, Section, sections_of
from syndicate.store.syndication import feed_rules, feed_subjects
from syndicate.translations import say
from syndicate.vocabulary.articles import Change
from syndicate.vocabulary.feeds import FeedKind

MADE = "feeds"  # which an open transaction has made and nobody has seen, in its session's notes


class Feed(Table):
    """A list of articles that readers and partners may follow; the slug is its address."""

    __tablename__ = "feed"
    # A feed with due_at in the past must be built again: a row, never an ETA.
    __table_args__ = (Index(None, "due_at", postgresql_where="due_at IS NOT NULL"),)

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), index=True)
    slug: Mapped[str] = mapped_column(SLUG, unique=True)
    kind: Mapped[FeedKind] = mapped_column(text_enum(FeedKind))
    section_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"))
    tag_id: Mapped[int | None] = mapped_column(ForeignKey("tag.id"))
    author: Mapped[str | None]
    language: Mapped[str | None] = mapped_column(LANGUAGE)
    # An operator's rule, as `store.syndication.feed_rules` reads it.
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    is_full_text: Mapped[bool] = mapped_column(server_default="true")
    due_at: Mapped[dt.datetime | None]
    epoch: Mapped[int] = mapped_column(server_default="0")  # fences what a slow builder writes
    generation: Mapped[int] = mapped_column(server_default="0")  # rises when what is served changes
    built_for: Mapped[str | None]  # builder's version and public address of the last build
    gone_at: Mapped[dt.datetime | None]
    moved_to: Mapped[str | None]
    holder: Mapped[uuid.UUID | None]  # who builds it (`store.platform.holders`)


class FeedPage(Table):
    """Which articles one page of a feed holds, and from which state of the rows it was built."""

    __tablename__ = "feed_page"
    # "In which feeds does this article stand, or stood until now?"
    __table_args__ = (Index(None, "article_ids", postgresql_using="gin"),)

    feed_id: Mapped[int] = mapped_column(
        ForeignKey("feed.id", ondelete="CASCADE"), primary_key=True
    )
    page: Mapped[int] = mapped_column(primary_key=True)
    article_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    fingerprint: Mapped[str]
    until: Mapped[dt.datetime | None]  # when the first right ends among its pictures


# What a feed is about, beside its kind: of one publication each but once.
_SUBJECT = ("kind", "section_id", "tag_id", "author", "language")
_ORDER = (
    FeedKind.EVERYTHING,
    FeedKind.FEATURED,
    FeedKind.SECTION,
    FeedKind.LANGUAGE,
    FeedKind.RULE,
    FeedKind.CORRECTIONS,
    FeedKind.TAG,
    FeedKind.AUTHOR,
)


def ensure(tx: Transaction, publication_id: int) -> None:
    """Make the feeds that every publication offers. Safe to run twice.

    They are everything, each section, the publication's language, featured and corrections; other
    languages, tags and authors get theirs as articles come (`mark_due`). The first publication's
    slugs are bare; a later one's begin with its own slug, because a slug is an address of the whole
    installation.
    """
    publication = tx.get(Publication, publication_id, populate_existing=True)
    if publication is None:
        return
    prefix = prefix_of(tx, publication)
    columns = [Feed.__table__.c[name] for name in _SUBJECT]
    there = select(*columns).where(Feed.publication_id == publication_id)
    held = {tuple(each) for each in tx.execute(there)}
    for row in _own_rows(tx, publication, {each[1] for each in held}):
        if tuple(row.get(name) for name in _SUBJECT) in held:
            continue
        add(tx, publication_id, prefix=prefix, **row)


def prefix_of(tx: Transaction, publication: Publication) -> str:
    """What stands before the slugs of a publication's feeds."""
    first = tx.scalar(select(func.min(Publication.id)))
    return "" if publication.id == first else f"{publication.slug}-"


def _own_rows(
    tx: Transaction, publication: Publication, held: Collection[int | None]
) -> list[dict[str, Any]]:
    """The feeds that every publication offers, without their prefix and sections that have one."""
    name = publication.name
    language = publication.language
    rows: list[dict[str, Any]] = [
        {"slug": "everything", "kind": FeedKind.EVERYTHING, "title": name},
        {
            "slug": f"language-{language}",
            "kind": FeedKind.LANGUAGE,
            "language": language,
            "title": f"{name}: {languages.own_name(language)}",
        },
        {
            "slug": "featured",
            "kind": FeedKind.FEATURED,
            "title": f"{name}: {say(language, 'featured')}",
        },
        {
            "slug": "corrections",
            "kind": FeedKind.CORRECTIONS,
            "title": f"{name}: {say(language, 'corrections')}",
        },
    ]
    sections = sections_of(tx, publication.id)
    return rows + [
        {
            "slug": section.slug,
            "kind": FeedKind.SECTION,
            "section_id": section.id,
            "title": title_of_section(publication, section, sections),
        }
        for section in sections
        if section.id not in held
    ]


def add(tx: Transaction, publication_id: int, *, prefix: str = "", **row: Any) -> None:
    """Add a feed, due at once, unless its publication has one of this kind and subject already.

    Of feeds by a rule there may be many.

    One whose title another feed has already is told apart by its slug.

    Args:
        tx: the open transaction.
        publication_id: whose feed it is.
        prefix: stands before the slug.
        **row: slug, kind, title and the subject (section_id, tag_id, author, language).
    """
    subject = [
        Feed.__table__.c[column].is_not_distinct_from(row.get(column)) for column in _SUBJECT
    ]
    known = select(exists().where(Feed.publication_id == publication_id, *subject))
    if row["kind"] is not FeedKind.RULE and tx.scalar(known):
        return
    slug = f"{prefix}{row.pop('slug')}"[:75]
    same_title = select(exists().where(Feed.publication_id == publication_id, _is_titled(row)))
    if tx.scalar(same_title):
        row["title"] = f"{row['title']} ({slug})"
    for candidate in (slug, f"{slug}-feed"):
        statement = insert(Feed).values(
            publication_id=publication_id, slug=candidate, due_at=func.now(), **row
        )
        added = tx.scalar(statement.on_conflict_do_nothing().returning(Feed.id))
        if added is not None:
            tx.session.info.setdefault(MADE, set()).add(added)
            return


def _is_titled(row: Mapping[str, Any]) -> ColumnElement[bool]:
    """The condition under which a feed that is offered has the title of a row."""
    return and_(Feed.title == row["title"], Feed.gone_at.is_(None))


def title_of_section(
    publication: Publication, section: Section, sections: Sequence[Section]
) -> str:
    """What the feed of a section is called, in its publication's language.

    Below the name of its parent where another section is called the same.

    Args:
        publication: whose feed it is.
        section: the one.
        sections: all that the publication has.
    """
    names = {each.id: each.name_in(publication.language) for each in sections}
    name = section.name_in(publication.language)
    parent = names.get(section.parent_id or 0)
    has_namesakes = list(names.values()).count(name) > 1
    path = f"{parent} / {name}" if parent and has_namesakes else name
    return f"{publication.name}: {path}"


def mark_due(tx: Transaction, article_ids: Collection[int], *, now: dt.datetime) -> None:
    """Have every feed built again that these articles stand in, or stood in when it was last built.

    A language, tag or author of theirs that there is something to follow of by now gets a feed.
    Follow it by `tx.hint(jobs.PUBLISH_FEEDS)`. Safe to run twice.
    """
    if not article_ids:
        return
    ids = sorted(set(article_ids))
    for wanted in feed_subjects.wanted(tx, ids):
        add(tx, wanted.publication_id, prefix=wanted.prefix, **wanted.row)
    of_these = Article.id == any_(cast(ids, ARRAY(BigInteger)))
    holds_now = exists().where(of_these, stands_in())
    held_before = exists().where(FeedPage.feed_id == Feed.id, FeedPage.article_ids.overlap(ids))
    # In one order: two transactions at once wait for each other, and never in a circle.
    theirs = select(Feed.id).where(Feed.gone_at.is_(None), or_(holds_now, held_before))
    locked = list(tx.scalars(theirs.order_by(Feed.id).with_for_update()))
    tx.execute(
        update(Feed)
        .where(Feed.id.in_(locked))
        .values(due_at=func.least(func.coalesce(Feed.due_at, now), now))
        .execution_options(synchronize_session=False)
    )


def mark_all_due(tx: Transaction, *, now: dt.datetime) -> int:
    """Have every feed built again from nothing; how many there are."""
    statement = update(Feed).where(Feed.gone_at.is_(None)).values(due_at=now, built_for=None)
    statement = statement.execution_options(synchronize_session=False)
    return len(tx.scalars(statement.returning(Feed.id)).all())


def retire(tx: Transaction, slug: str, *, now: dt.datetime) -> bool:
    """Take a feed away for good: its address answers 410. False when there is no such feed."""
    return _change(tx, slug, gone_at=now, due_at=None)


def move(tx: Transaction, slug: str, to: str | None) -> bool:
    """Have a feed's address answer 301 to another one; False when there is no such feed.

    Args:
        tx: the open transaction.
        slug: the feed that moves.
        to: slug of another feed of ours, or a whole address; None takes the move back.
    """
    return _change(tx, slug, moved_to=to)


def has_due(tx: Transaction, now: dt.datetime) -> bool:
    """Whether a feed waits to be built."""
    return bool(tx.scalar(select(exists().where(Feed.gone_at.is_(None), Feed.due_at <= now))))


def offered(tx: Transaction, publication_id: int) -> list[Feed]:
    """The feeds a publication offers now, in the order readers see them."""
    query = (
        select(Feed)
        .outerjoin(Section, Section.id == Feed.section_id)
        .where(
            Feed.publication_id == publication_id,
            Feed.gone_at.is_(None),
            Feed.moved_to.is_(None),
        )
        .order_by(Section.position, Section.id, Feed.title, Feed.id)
    )
    return sorted(tx.scalars(query), key=lambda feed: _ORDER.index(feed.kind))


def standing(
    tx: Transaction, publication_ids: Collection[int], *, limit: int, offset: int = 0
) -> list[Feed]:
    """The feeds of some publications that are not gone, also those that have moved.

    Of single tags and authors there may be many: they come last.
    """
    query = (
        select(Feed)
        .where(Feed.publication_id.in_(publication_ids), Feed.gone_at.is_(None))
        .order_by(Feed.kind.in_(FeedKind.of_words()), Feed.publication_id, Feed.title, Feed.id)
        .limit(limit)
        .offset(offset)
    )
    return list(tx.scalars(query))


def ids_by_slug(tx: Transaction) -> dict[str, int]:
    """Every feed's id by its slug."""
    return dict(tx.execute(select(Feed.slug, Feed.id)).all())


def by_slug(tx: Transaction, slug: str) -> Feed | None:
    """The feed of this slug, also when it is gone or has moved."""
    return tx.scalar(select(Feed).where(Feed.slug == slug))


def _change(tx: Transaction, slug: str, **values: Any) -> bool:
    changed = update(Feed).where(Feed.slug == slug)
    values["generation"] = Feed.generation + 1
    return tx.scalar(changed.values(**values).returning(Feed.id)) is not None


def stands_in() -> ColumnElement[bool]:
    """The condition, over `feed` and `article`, under which an article belongs to a feed's subject.

    Whether it may be shown there is another question: `store.content.visibility`.
    """
    subjects = (and_(Feed.kind == kind, about(Feed)) for kind, about in _SUBJECTS.items())
    return and_(Article.publication_id == Feed.publication_id, or_(*subjects))


def belongs_to(feed: Feed) -> ColumnElement[bool]:
    """The condition, over `article` alone, under which an article belongs to this feed's subject.

    The same question as `stands_in` asks, with the answer's index in reach of the planner.
    """
    return and_(Article.publication_id == feed.publication_id, _SUBJECTS[feed.kind](feed))


def _below_section(feed: Feed | type[Feed]) -> ColumnElement[bool]:
    """An article of the feed's section, or of one below it."""
    below = (
        select(Section.id)
        .where(Section.id == feed.section_id)
        .correlate(Feed)
        .cte("below", recursive=True, nesting=True)
    )
    child = aliased(Section)
    below = below.union_all(select(child.id).join(below, child.parent_id == below.c.id))
    return Article.section_id.in_(select(below.c.id))


def _tagged(feed: Feed | type[Feed]) -> ColumnElement[bool]:
    carries = exists().where(ArticleTag.article_id == Article.id, ArticleTag.tag_id == feed.tag_id)
    # Two levels below the feed's own row, where SQLAlchemy would not look for it by itself.
    return carries.correlate(Article, Feed)


def _written_by(feed: Feed | type[Feed]) -> ColumnElement[bool]:
    return Article.authors.contains(cast(array([feed.author]), ARRAY(TEXT)))


def _is_featured(_feed: Feed | type[Feed]) -> ColumnElement[bool]:
    return exists().where(Featured.article_id == Article.id).correlate(Article)


def _was_corrected(_feed: Feed | type[Feed]) -> ColumnElement[bool]:
    corrected = Revision.change == Change.CORRECTION
    return exists().where(Revision.article_id == Article.id, corrected).correlate(Article)


def _in_language(feed: Feed | type[Feed]) -> ColumnElement[bool]:
    """English in Britain is English: who follows a language follows it wherever it is written."""
    theirs = literal(feed.language) if isinstance(feed, Feed) else Feed.__table__.c.language
    return feed_subjects.primary(Article.language) == feed_subjects.primary(theirs)


def _fits_rule(feed: Feed | type[Feed]) -> ColumnElement[bool]:
    if isinstance(feed, Feed):
        return feed_rules.fits(literal(feed.rule, JSONB))
    return feed_rules.fits(Feed.__table__.c.rule)


_SUBJECTS: Mapping[FeedKind, Callable[[Feed | type[Feed]], ColumnElement[bool]]] = {
    FeedKind.EVERYTHING: lambda _feed: true(),
    FeedKind.SECTION: _below_section,
    FeedKind.TAG: _tagged,
    FeedKind.AUTHOR: _written_by,
    FeedKind.LANGUAGE: _in_language,
    FeedKind.FEATURED: _is_featured,
    FeedKind.CORRECTIONS: _was_corrected,
    FeedKind.RULE: _fits_rule,
}
