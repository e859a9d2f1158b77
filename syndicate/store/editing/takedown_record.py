"""The record of takedowns and kills that outlives the database, and repeating them after a restore.

A backup that is older than either brings the article back. So what it was recognised by, and
nothing of what it said, is written down elsewhere too (`syndicate.journal`), and replayed.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from syndicate.store.content.articles import Article, ArticleKey, ArticleSource, Tombstone
from syndicate.store.editing import changes
from syndicate.store.editing.stored_articles import buried_key, is_buried
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.sources import Source
from syndicate.store.newsroom.publications import Publication, by_slug
from syndicate.vocabulary.articles import ArticleState


@dataclass(frozen=True)
class Remembered:
    """One takedown or kill, without a word of the article.

    Attributes:
        atom_id: the article's permanent id.
        publication: slug.
        at: aware UTC.
        keys: (kind, hash) pairs of the addresses that led to it.
        carried: (source id, hash, name) triples of the entries that brought it; hashes in hex.
        reason: taken down, or killed.
    """

    atom_id: str
    publication: str
    at: dt.datetime
    keys: tuple[tuple[str, str], ...]
    carried: tuple[tuple[int, str, str], ...]
    reason: ArticleState = ArticleState.TAKEN_DOWN


def since(tx: Transaction, moment: dt.datetime) -> list[Remembered]:
    """Takedowns and kills after a moment, oldest first."""
    query = (
        select(Tombstone.atom_id, Publication.slug, Tombstone.at, Article.id, Tombstone.reason)
        .join(Publication, Publication.id == Tombstone.publication_id)
        .outerjoin(Article, Article.atom_id == Tombstone.atom_id)
        .where(Tombstone.reason.in_(ArticleState.gone()), Tombstone.at > moment)
        .order_by(Tombstone.at, Tombstone.atom_id)
    )
    return [
        Remembered(
            atom_id,
            slug,
            at,
            _keys(tx, article_id),
            _carried(tx, article_id),
            ArticleState(reason),
        )
        for atom_id, slug, at, article_id, reason in tx.execute(query).all()
    ]


def unheeded(tx: Transaction, remembered: Sequence[Remembered]) -> list[Remembered]:
    """Those that this database does not know, of publications that it does."""
    ids = [each.atom_id for each in remembered]
    query = select(Tombstone.atom_id, Tombstone.reason).where(Tombstone.atom_id.in_(ids))
    known = {row[0]: row[1] for row in tx.execute(query)}
    slugs = set(tx.scalars(select(Publication.slug)))
    # What is taken down need not be killed any more.
    heeds = {each: (ArticleState.TAKEN_DOWN, each) for each in ArticleState.gone()}
    return [
        each
        for each in remembered
        if known.get(each.atom_id) not in heeds[each.reason] and each.publication in slugs
    ]


def repeat(tx: Transaction, one: Remembered, *, now: dt.datetime) -> None:
    """Take an article down, or kill it, once more, whatever it is called here. Safe to run twice.

    Where it holds no such article, it gets the empty row by which one is recognised when a source
    brings it.
    """
    publication = by_slug(tx, one.publication)
    if publication is None:
        return
    found = _matching(tx, one)
    is_kill = one.reason is ArticleState.KILLED
    for article in found:
        if is_kill:
            changes.kill(tx, article, note=None, now=now)
        else:
            changes.take_down(tx, article, now=now)
    if not found:
        _make_empty(tx, publication, one, now)
    stone = insert(Tombstone).values(
        atom_id=one.atom_id, publication_id=publication.id, reason=one.reason, at=now, keys=[]
    )
    tx.execute(
        stone.on_conflict_do_nothing()
        if is_kill
        else stone.on_conflict_do_update(
            index_elements=[Tombstone.atom_id], set_={"reason": one.reason}
        )
    )


def _keys(tx: Transaction, article_id: int | None) -> tuple[tuple[str, str], ...]:
    query = select(ArticleKey.kind, ArticleKey.key).where(ArticleKey.article_id == article_id)
    # Of what was killed the addresses stand in plain words.
    found = {(kind, key if is_buried(key) else buried_key(key)) for kind, key in tx.execute(query)}
    return tuple(sorted(found))


def _carried(tx: Transaction, article_id: int | None) -> tuple[tuple[int, str, str], ...]:
    query = select(ArticleSource.source_id, ArticleSource.stem, ArticleSource.entry_key)
    rows = tx.execute(query.where(ArticleSource.article_id == article_id).order_by("source_id"))
    return tuple((source_id, stem.hex(), name) for source_id, stem, name in rows)


# The hash of each address is taken here: a living article has it in plain words.
_BY_KEYS = text(
    """
    SELECT DISTINCT article_id FROM article_key
    WHERE kind = ANY(:kinds) AND (
        key = ANY(:keys) OR 'sha256:' || encode(sha256(convert_to(key, 'UTF8')), 'hex') = ANY(:keys)
    )
    """
)


def _matching(tx: Transaction, one: Remembered) -> list[Article]:
    same = tx.scalar(select(Article).where(Article.atom_id == one.atom_id))
    if same is not None:
        return [same]
    ids: set[int] = set()
    if one.keys:
        said = {"kinds": [kind for kind, _ in one.keys], "keys": [key for _, key in one.keys]}
        ids |= set(tx.execute(_BY_KEYS, said).scalars())
    for source_id, stem, name in one.carried:
        carried = select(ArticleSource.article_id).where(
            ArticleSource.source_id == source_id,
            ArticleSource.stem == bytes.fromhex(stem),
            ArticleSource.entry_key == name,
        )
        ids |= set(tx.scalars(carried))
    return list(tx.scalars(select(Article).where(Article.id.in_(ids)).order_by(Article.id)))


def _make_empty(
    tx: Transaction, publication: Publication, one: Remembered, now: dt.datetime
) -> None:
    row = Article(
        publication_id=publication.id,
        atom_id=one.atom_id,
        state=ArticleState.TAKEN_DOWN,
        language=publication.language,
        direction=publication.direction,
        slug="removed",
        headline="",
        published_at=one.at,
        updated_at=now,
        collected_at=now,
        is_dated=False,
        is_backlog=True,
        visible_hash=b"",
    )
    tx.add(row)
    tx.flush()
    for kind, key in one.keys:
        made = insert(ArticleKey).values(kind=kind, key=key, article_id=row.id)
        tx.execute(made.on_conflict_do_nothing())
    here = _sources_here(tx, {source_id for source_id, _, _ in one.carried})
    for source_id, stem, name in one.carried:
        if source_id in here:
            carried = insert(ArticleSource).values(
                article_id=row.id,
                source_id=source_id,
                entry_key=name,
                stem=bytes.fromhex(stem),
                entry_hash=b"",
                seen_at=now,
            )
            tx.execute(carried.on_conflict_do_nothing())


def _sources_here(tx: Transaction, ids: Collection[int]) -> set[int]:
    return set(tx.scalars(select(Source.id).where(Source.id.in_(ids))))
