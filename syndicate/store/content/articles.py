"""Articles as they stand now, their keys and their revisions; everything a newsroom published."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, and_, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import LANGUAGE, SLUG, Id, Table, sql, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change


class Article(Table):
    """A story with a permanent id, holding the text of its newest revision."""

    __tablename__ = "article"
    __table_args__ = (
        Index(None, "published_at", "id"),
        Index(None, "publication_id", "published_at"),
        Index(None, "section_id", "published_at"),
        Index(None, "authors", postgresql_using="gin"),
        # "Did another source bring a story of this headline?" (store.editing.similar): any length.
        Index(None, "headline", postgresql_using="hash"),
        Index(
            "ix_article_embargo",
            "embargo_until",
            postgresql_where=f"state = {sql(ArticleState.EMBARGOED)}",
        ),
        Index("ix_article_alert", "alert_at", postgresql_where="alert_at IS NOT NULL"),
    )

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    section_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"))
    atom_id: Mapped[str] = mapped_column(unique=True)  # tag: URI (RFC 4151), never changes
    kind: Mapped[ArticleKind] = mapped_column(
        text_enum(ArticleKind), server_default=ArticleKind.STORY
    )
    state: Mapped[ArticleState] = mapped_column(text_enum(ArticleState))
    embargo_until: Mapped[dt.datetime | None]  # NULL while embargoed: held until a person decides
    # What its source said of an embargo, in its own words where nobody can read them; a person's
    # decision stands as long as it says the same. NULL: stored before this was written down.
    embargo_said: Mapped[str | None]
    alert_at: Mapped[dt.datetime | None]  # the newsroom asked for an alert then
    access: Mapped[Access] = mapped_column(text_enum(Access), server_default=Access.FREE)
    language: Mapped[str] = mapped_column(LANGUAGE)
    direction: Mapped[str]
    url: Mapped[str | None]  # the newsroom's own page
    slug: Mapped[str] = mapped_column(SLUG)
    headline: Mapped[str]
    standfirst: Mapped[str] = mapped_column(server_default="")
    body_html: Mapped[str] = mapped_column(server_default="")  # cleaned by reading.clean
    authors: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}")
    published_at: Mapped[dt.datetime]  # first publication
    updated_at: Mapped[dt.datetime]  # newest material change
    collected_at: Mapped[dt.datetime]
    is_dated: Mapped[bool]  # False: no date was given, so it is held from digests
    is_backlog: Mapped[bool]  # older than a day at first connect: in feeds, never announced
    revision: Mapped[int] = mapped_column(server_default="1")  # number of the newest revision
    visible_hash: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def is_held(self) -> bool:
        """Whether its embargo could not be read, so that a person has to decide."""
        return self.state is ArticleState.EMBARGOED and self.embargo_until is None


LINK = "link"  # kind of an article key: a publication's normalised address


class ArticleKey(Table):
    """One way to recognise an article again: guid (per source), canonical link, content hash."""

    __tablename__ = "article_key"

    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), index=True
    )


class ArticleSource(Table):
    """An article as one source carries it, with that source's own words for its identity."""

    __tablename__ = "article_source"
    __table_args__ = (
        UniqueConstraint("source_id", "entry_key"),
        Index(None, "source_id", "stem"),
    )

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), index=True
    )
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    entry_key: Mapped[str]  # what the identity ladder chose within this source, as a hash
    stem: Mapped[bytes] = mapped_column(LargeBinary)  # hash of guid, else link, else text
    guid: Mapped[str | None]
    link: Mapped[str | None]
    title: Mapped[str | None]
    raw_published: Mapped[str | None]  # as written, before our reading of it
    entry_hash: Mapped[bytes] = mapped_column(LargeBinary)
    seen_at: Mapped[dt.datetime]
    # Fingerprint of what was pushed, before our reading of it. NULL: a feed's, or older code's.
    said_hash: Mapped[bytes | None] = mapped_column(LargeBinary)


class Revision(Table):
    """One version of an article, kept for ever but for a takedown."""

    __tablename__ = "revision"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    change: Mapped[Change] = mapped_column(text_enum(Change))
    is_material: Mapped[bool]
    note: Mapped[str | None]
    headline: Mapped[str]
    standfirst: Mapped[str]
    body_html: Mapped[str]
    authors: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    visible_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


# What a revision keeps of an article: its words (`reading.records.Words`) and their fingerprint.
WORDS = tuple(
    column.name for column in Revision.__table__.columns if column.name in Article.__table__.columns
)


class Tombstone(Table):
    """What is left of an article that must not come back: its id and keys, not its text."""

    __tablename__ = "tombstone"

    atom_id: Mapped[str] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    section_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"))
    reason: Mapped[str]
    at: Mapped[dt.datetime]
    keys: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}")


class Tag(Table):
    """A keyword that articles of one publication carry."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("publication_id", "slug"),)

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    slug: Mapped[str] = mapped_column(SLUG)
    name: Mapped[str]


class ArticleTag(Table):
    """Which article carries which tag."""

    __tablename__ = "article_tag"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True
    )
    tag_id: Mapped[int] = mapped_column(
        ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True
    )


def find(tx: Transaction, article_id: int) -> Article | None:
    """The article of this id, whatever its state; ask `visibility` before showing it."""
    return tx.get(Article, article_id)


def lock(tx: Transaction, article_id: int) -> Article | None:
    """The article of this id as it stands, locked until the commit, for whoever changes it.

    Nor does a row come to lead to it meanwhile: a foreign key waits.
    """
    query = select(Article).where(Article.id == article_id).with_for_update()
    return tx.scalar(query.execution_options(populate_existing=True))


def taken_down(tx: Transaction, article_ids: Collection[int]) -> set[int]:
    """Those of these articles that were taken down; none of the others changes until the commit.

    Asked by whoever stores words of articles that an earlier transaction read, before any other
    lock: a takedown that comes later finds what is stored then.
    """
    query = select(Article.id, Article.state).where(Article.id.in_(article_ids))
    rows = tx.execute(query.order_by(Article.id).with_for_update(read=True))
    return {row.id for row in rows if row.state is ArticleState.TAKEN_DOWN}


def by_ids(tx: Transaction, article_ids: Collection[int]) -> list[Article]:
    """The articles of these ids, in no particular order, whatever their state.

    Read anew: statements of this transaction may have changed what it has in hand.
    """
    query = select(Article).where(Article.id.in_(article_ids))
    return list(tx.scalars(query.execution_options(populate_existing=True)))


def listed(  # noqa: PLR0913 - one for each thing that is asked for
    tx: Transaction,
    *,
    publication_id: int | None = None,
    publication_ids: Collection[int] | None = None,
    state: ArticleState | None = None,
    only_held: bool = False,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Article]:
    """Articles for operators, newest first by publication, whatever their state.

    Page on with `before_id`, the last of the page before.

    `only_held` lists those whose embargo nobody could read; `publication_ids` those of several
    publications.
    """
    query = select(Article).order_by(Article.published_at.desc(), Article.id.desc()).limit(limit)
    if publication_id is not None:
        query = query.where(Article.publication_id == publication_id)
    if publication_ids is not None:
        query = query.where(Article.publication_id.in_(publication_ids))
    if state is not None:
        query = query.where(Article.state == state)
    if only_held:
        is_held = and_(Article.state == ArticleState.EMBARGOED, Article.embargo_until.is_(None))
        query = query.where(is_held)
    if before_id is not None:
        last = tx.session.get(Article, before_id)
        place = tuple_(Article.published_at, Article.id)
        is_after = place < (last.published_at, last.id) if last else Article.id < before_id
        query = query.where(is_after)
    return list(tx.scalars(query))


def revisions_of(tx: Transaction, article_id: int) -> list[Revision]:
    """An article's revisions, oldest first; none after a takedown."""
    query = select(Revision).where(Revision.article_id == article_id)
    return list(tx.scalars(query.order_by(Revision.number)))


def tags_of(tx: Transaction, article_ids: Collection[int]) -> dict[int, list[str]]:
    """Names of the tags of each article, in alphabetical order; articles without any are absent."""
    query = (
        select(ArticleTag.article_id, Tag.name)
        .join(Tag, Tag.id == ArticleTag.tag_id)
        .where(ArticleTag.article_id.in_(article_ids))
        .order_by(ArticleTag.article_id, Tag.name)
    )
    found: dict[int, list[str]] = {}
    for article_id, name in tx.execute(query):
        found.setdefault(article_id, []).append(name)
    return found
