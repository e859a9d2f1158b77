"""What a collecting transaction reads and writes: articles by the dozen, in a few statements."""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Integer, bindparam, cast, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from syndicate.store import renewing
from syndicate.store.articles import (
    LINK,
    Article,
    ArticleKey,
    ArticleSource,
    ArticleState,
    ArticleTag,
    Change,
    Revision,
    Tag,
)
from syndicate.store.pictures import Picture
from syndicate.store.session import Transaction

_LOCK = 0x434F4C4C  # our own class of advisory locks: storing into one publication
_LINK_LOCK = 0x434F4C4B  # another: one address of a publication
# PostgreSQL holds some 6,000 locks in all: a document with more addresses locks them together.
_MAX_LINK_LOCKS = 60


@dataclass(frozen=True)
class NewArticle:
    """An article to make, with everything around it.

    Attributes:
        columns: of `article`, without the id.
        carried: of `article_source`, without the article; None for a pushed one without a source.
        links: normalised addresses that lead to it.
        pictures: columns of `picture` each, without the article.
    """

    columns: Mapping[str, Any]
    carried: Mapping[str, Any] | None
    links: Sequence[str] = ()
    tags: Sequence[tuple[str, str]] = ()
    pictures: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class AlteredArticle:
    """An article to change.

    Attributes:
        columns: of `article`, those that change.
        change: name of the new revision; None makes none.
        is_gathered: the newest revision takes the text.
        pictures: all of them from now on; None leaves them.
    """

    article_id: int
    columns: Mapping[str, Any]
    change: str | None = None
    is_material: bool = False
    is_gathered: bool = False
    note: str | None = None
    pictures: Sequence[Mapping[str, Any]] | None = None
    tags: Sequence[tuple[str, str]] = field(default=())


def lock_links(tx: Transaction, publication_id: int, links: Collection[str]) -> None:
    """Let one transaction at a time make an article of an address: two feeds carry one story.

    Transactions whose addresses differ do not wait for each other. Locks are taken in one order,
    the publication's first, and end with the transaction.
    """
    keys = sorted({_lock_key(f"{publication_id}:{link}") for link in links})
    is_few = len(keys) <= _MAX_LINK_LOCKS
    whole = func.pg_advisory_xact_lock_shared if is_few else func.pg_advisory_xact_lock
    tx.execute(select(whole(_LOCK, publication_id)))
    if is_few and keys:
        each = func.unnest(cast(keys, ARRAY(Integer))).column_valued("key")
        tx.execute(select(func.pg_advisory_xact_lock(_LINK_LOCK, each)))


def _lock_key(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], signed=True)


def known_entries(tx: Transaction, source_id: int, stems: Collection[bytes]) -> list[Any]:
    """Rows of what a source brought before under these stems, oldest first.

    Returns:
        (id, article_id, entry_key, stem, guid, link, title, entry_hash, published_at) rows.
    """
    query = (
        select(
            ArticleSource.id,
            ArticleSource.article_id,
            ArticleSource.entry_key,
            ArticleSource.stem,
            ArticleSource.guid,
            ArticleSource.link,
            ArticleSource.title,
            ArticleSource.entry_hash,
            Article.published_at,
        )
        .join(Article, Article.id == ArticleSource.article_id)
        .where(
            ArticleSource.source_id == source_id,
            ArticleSource.stem == func.any(bindparam("stems", list(stems), unique=True)),
        )
        .order_by(ArticleSource.id)
    )
    return list(tx.execute(query))


def for_change(tx: Transaction, article_ids: Collection[int]) -> list[Any]:
    """Articles with what judging a change of them needs, locked until the transaction ends.

    Returns:
        (Article, first_source_id, immaterial, revised_at) rows.
    """
    first = (
        select(ArticleSource.source_id)
        .where(ArticleSource.article_id == Article.id)
        .order_by(ArticleSource.id)
        .limit(1)
        .correlate(Article)
        .scalar_subquery()
    )
    of_article = Revision.article_id == Article.id
    immaterial = (
        select(func.count())
        .where(of_article, Revision.is_material.is_(False))
        .correlate(Article)
        .scalar_subquery()
    )
    revised_at = (
        select(func.max(Revision.created_at)).where(of_article).correlate(Article).scalar_subquery()
    )
    query = (
        select(Article, first, immaterial, revised_at)
        .where(Article.id.in_(article_ids))
        .order_by(Article.id)
        .with_for_update(of=Article)
        .execution_options(populate_existing=True)
    )
    return list(tx.execute(query))


def by_links(
    tx: Transaction, publication_id: int, source_id: int | None, links: Collection[str]
) -> list[Any]:
    """Articles of a publication by normalised address.

    Returns:
        (link, article_id, is_own, guid, title, is_gone) rows; guid and title as this source carries
        it; gone is what was taken down.
    """
    if not links:
        return []
    prefix = f"{publication_id}:"
    by_key = {prefix + link: link for link in links}
    by_key |= {buried_key(key): link for key, link in by_key.items()}
    own = (ArticleSource.article_id == ArticleKey.article_id) & (
        ArticleSource.source_id == source_id
    )
    query = (
        select(
            ArticleKey.key,
            ArticleKey.article_id,
            ArticleSource.id.is_not(None),
            ArticleSource.guid,
            ArticleSource.title,
            Article.state == ArticleState.TAKEN_DOWN,
        )
        .join(Article, Article.id == ArticleKey.article_id)
        .outerjoin(ArticleSource, own)
        .where(ArticleKey.kind == LINK, ArticleKey.key.in_(list(by_key)))
    )
    return [(by_key[key], *rest) for key, *rest in tx.execute(query)]


def buried_key(key: str) -> str:
    """The key of an article that was taken down: it is recognised and says nothing any more."""
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def make(tx: Transaction, articles: Sequence[NewArticle], now: dt.datetime) -> list[int]:
    """Make articles with their first revision, keys and pictures; `tag` gives them their tags.

    Args:
        tx: the open transaction, holding `lock_links`.
        articles: all with the same columns.
        now: aware UTC.

    Returns:
        Their ids, in order.
    """
    if not articles:
        return []
    statement = insert(Article).returning(Article.id, sort_by_parameter_order=True)
    rows = [{**each.columns, "collected_at": now} for each in articles]
    ids = list(tx.session.connection().execute(statement, rows).scalars())
    pairs = list(zip(ids, articles, strict=True))
    _many(tx, insert(Revision), [_first_revision(id_, each, now) for id_, each in pairs])
    carried = [
        {**each.carried, "article_id": id_, "seen_at": now}
        for id_, each in pairs
        if each.carried is not None
    ]
    _many(tx, insert(ArticleSource), carried)
    add_links(tx, [(id_, each.columns["publication_id"], each.links) for id_, each in pairs])
    _many(
        tx,
        insert(Picture),
        [
            {**picture, "article_id": id_, "position": position}
            for id_, each in pairs
            for position, picture in enumerate(each.pictures)
        ],
    )
    return ids


def add_links(tx: Transaction, links: Sequence[tuple[int, int, Sequence[str]]]) -> None:
    """Note addresses for (article id, publication id, addresses); a taken one stays where it is."""
    rows = [
        {"kind": LINK, "key": f"{publication_id}:{link}", "article_id": article_id}
        for article_id, publication_id, each in links
        for link in each
    ]
    _many(tx, insert(ArticleKey).on_conflict_do_nothing(), rows)


def attach(tx: Transaction, carried: Sequence[Mapping[str, Any]], now: dt.datetime) -> None:
    """Note that a source carries articles which are there already."""
    _many(tx, insert(ArticleSource), [{**each, "seen_at": now} for each in carried])


def touch(tx: Transaction, rows: Sequence[Mapping[str, Any]], now: dt.datetime) -> None:
    """Remember how entries look now: id, guid, link, title, raw_published, entry_hash each."""
    columns = ("guid", "link", "title", "raw_published", "entry_hash")
    statement = (
        update(ArticleSource)
        .where(ArticleSource.id == bindparam("of_id"))
        .values({name: bindparam(f"new_{name}") for name in columns} | {"seen_at": now})
    )
    _many(
        tx,
        statement,
        [{"of_id": row["id"]} | {f"new_{name}": row[name] for name in columns} for row in rows],
    )


def alter(tx: Transaction, articles: Sequence[AlteredArticle], now: dt.datetime) -> None:
    """Change articles, with the revisions that their changes make. They are locked already."""
    for each in articles:
        values = dict(each.columns)
        if each.change is not None:
            values["revision"] = Article.revision + 1
        changed = update(Article).where(Article.id == each.article_id).values(values)
        row = tx.scalars(
            changed.returning(Article), execution_options={"populate_existing": True}
        ).one()
        if each.change is not None:
            tx.execute(insert(Revision).values(_revision(row, each, now)))
        elif each.is_gathered:
            _gather(tx, row)
    _replace_pictures(tx, articles)
    corrected = [each.article_id for each in articles if each.change == Change.CORRECTION]
    if corrected:
        renewing.mark(tx, corrected, now)


def _many(tx: Transaction, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """One statement for many rows, by way of Core: no object is made of them."""
    if rows:
        tx.session.connection().execute(statement, [dict(row) for row in rows])


def _first_revision(article_id: int, new: NewArticle, now: dt.datetime) -> dict[str, Any]:
    names = ("headline", "standfirst", "body_html", "authors", "visible_hash")
    return {name: new.columns[name] for name in names} | {
        "article_id": article_id,
        "number": 1,
        "change": Change.FIRST,
        "is_material": True,
        "note": None,
        "created_at": now,
    }


def _revision(row: Article, altered: AlteredArticle, now: dt.datetime) -> dict[str, Any]:
    return {
        "article_id": row.id,
        "number": row.revision,
        "change": Change(altered.change or Change.UPDATE),
        "is_material": altered.is_material,
        "note": altered.note,
        "headline": row.headline,
        "standfirst": row.standfirst,
        "body_html": row.body_html,
        "authors": row.authors,
        "visible_hash": row.visible_hash,
        "created_at": now,
    }


def _gather(tx: Transaction, row: Article) -> None:
    newest = update(Revision).where(Revision.article_id == row.id, Revision.number == row.revision)
    tx.execute(
        newest.values(
            headline=row.headline,
            standfirst=row.standfirst,
            body_html=row.body_html,
            authors=row.authors,
            visible_hash=row.visible_hash,
        )
    )


def _replace_pictures(tx: Transaction, articles: Sequence[AlteredArticle]) -> None:
    """The pictures of each article as they are now; one that stays keeps its rights."""
    for each in articles:
        if each.pictures is None:
            continue
        urls = [picture["url"] for picture in each.pictures]
        tx.execute(
            Picture.__table__.delete().where(  # type: ignore[attr-defined]
                Picture.article_id == each.article_id, Picture.url.not_in(urls)
            )
        )
        fresh = insert(Picture)
        rows = [
            {**picture, "article_id": each.article_id, "position": position}
            for position, picture in enumerate(each.pictures)
        ]
        said = ("position", "caption", "credit", "alt", "width", "height", "media_type")
        _many(
            tx,
            fresh.on_conflict_do_update(
                index_elements=[Picture.article_id, Picture.url],
                set_={name: fresh.excluded[name] for name in said},
            ),
            rows,
        )


def tag(
    tx: Transaction, publication_id: int, tagged: Mapping[int, Sequence[tuple[str, str]]]
) -> None:
    """Give articles tags, (slug, name) pairs each: added, never taken away.

    Once in a transaction, and sorted: so two transactions take their locks in one order.
    """
    wanted = {slug: name for tags in tagged.values() for slug, name in tags}
    if not wanted:
        return
    query = select(Tag.slug, Tag.id).where(
        Tag.publication_id == publication_id,
        Tag.slug == func.any(bindparam("slugs", list(wanted), unique=True)),
    )
    ids = dict(tx.execute(query).all())
    rows = [
        {"publication_id": publication_id, "slug": slug, "name": wanted[slug]}
        for slug in sorted(wanted.keys() - ids.keys())
    ]
    if rows:
        _many(tx, insert(Tag).on_conflict_do_nothing(), rows)
        ids = dict(tx.execute(query).all())
    _many(
        tx,
        insert(ArticleTag).on_conflict_do_nothing(),
        [
            {"article_id": article_id, "tag_id": ids[slug]}
            for article_id, tags in tagged.items()
            for slug, _ in dict(tags).items()
        ],
    )
