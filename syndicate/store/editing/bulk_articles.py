"""New and changed articles, written by the dozen in a few statements.

What it reads before it decides is in `stored_articles`.
"""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from syndicate.store.composition import renewals
from syndicate.store.editing import article_rows
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.articles import Change

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
        has_rights: somebody said what rights `pictures` have; else those that stay keep theirs.
        is_withdrawn: a picture, or a right of one, is taken away: mails on their way go without.
        readdressed: (old, new) addresses of pictures that moved, before `pictures` counts.
    """

    article_id: int
    columns: Mapping[str, Any]
    change: str | None = None
    is_material: bool = False
    is_gathered: bool = False
    note: str | None = None
    pictures: Sequence[Mapping[str, Any]] | None = None
    has_rights: bool = False
    is_withdrawn: bool = False
    readdressed: Sequence[tuple[str, str]] = ()
    tags: Sequence[tuple[str, str]] = ()


# The publication's lock comes first: the keys are read once it is held.
_LOCK_FEW = text(
    """
    WITH whole AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(:whole, :publication))
    SELECT pg_advisory_xact_lock(:each, key)
    FROM whole LEFT JOIN unnest(CAST(:keys AS integer[])) AS key ON true
    """
)
_LOCK_MANY = text("SELECT pg_advisory_xact_lock(:whole, :publication)")


def lock_links(tx: Transaction, publication_id: int, links: Collection[str]) -> None:
    """Let one transaction at a time make an article of an address: two feeds carry one story.

    Transactions whose addresses differ do not wait for each other. Locks are taken in one order,
    the publication's first, and end with the transaction.
    """
    keys = sorted({_lock_key(f"{publication_id}:{link}") for link in links})
    said: dict[str, Any] = {"whole": _LOCK, "publication": publication_id}
    if len(keys) <= _MAX_LINK_LOCKS:
        tx.execute(_LOCK_FEW, {**said, "each": _LINK_LOCK, "keys": keys})
    else:
        tx.execute(_LOCK_MANY, said)


def _lock_key(link: str) -> int:
    return int.from_bytes(hashlib.sha256(link.encode()).digest()[:4], signed=True)


def make(tx: Transaction, articles: Sequence[NewArticle], now: dt.datetime) -> list[int]:
    """Make articles with their first revision, keys and pictures; `article_rows.tag` adds tags.

    Args:
        tx: the open transaction, holding `lock_links`.
        articles: all with the same columns.
        now: aware UTC.

    Returns:
        Their ids, in order.
    """
    if not articles:
        return []
    named = [({"atom_id": each.columns["atom_id"]}, each) for each in articles]
    return article_rows.make(
        tx,
        [each.columns for each in articles],
        carried=[{**each.carried, **name} for name, each in named if each.carried is not None],
        links=[
            {"key": f"{each.columns['publication_id']}:{link}", **name}
            for name, each in named
            for link in each.links
        ],
        pictures=[
            {**picture, **name} for name, each in named for picture in _placed(each.pictures)
        ],
        now=now,
    )


def add_links(tx: Transaction, links: Sequence[tuple[int, int, Sequence[str]]]) -> None:
    """Note addresses for (article id, publication id, addresses); a taken one stays where it is."""
    rows = [
        {"key": f"{publication_id}:{link}", "article_id": article_id}
        for article_id, publication_id, each in links
        for link in each
    ]
    article_rows.lead(tx, rows)


def alter(tx: Transaction, articles: Sequence[AlteredArticle], now: dt.datetime) -> None:
    """Change articles, with the revisions that their changes make. They are locked already."""
    for together in _alike(articles):
        said = [
            {
                "id": each.article_id,
                "change": each.change,
                "is_material": each.is_material,
                "is_gathered": each.is_gathered,
                "note": each.note,
                **each.columns,
            }
            for each in together
        ]
        article_rows.alter(tx, tuple(together[0].columns), said, now)
    _show(tx, articles)
    outdated = [
        each.article_id
        for each in articles
        if each.change == Change.CORRECTION or each.is_withdrawn
    ]
    if outdated:
        renewals.mark(tx, outdated, now)


def _alike(articles: Sequence[AlteredArticle]) -> Iterable[list[AlteredArticle]]:
    """Articles of which the same columns change, no article twice, each one's changes in order."""
    batches: dict[tuple[int, tuple[str, ...]], list[AlteredArticle]] = {}
    turns: Counter[int] = Counter()
    for each in articles:
        batches.setdefault((turns[each.article_id], tuple(each.columns)), []).append(each)
        turns[each.article_id] += 1
    return (batches[key] for key in sorted(batches))


def _show(tx: Transaction, articles: Sequence[AlteredArticle]) -> None:
    """The pictures of each article as its last change has them."""
    moves = [
        {"article_id": each.article_id, "was": was, "url": url}
        for each in articles
        for was, url in each.readdressed
    ]
    article_rows.readdress(tx, moves)
    shown = {each.article_id: each.pictures for each in articles if each.pictures is not None}
    if shown:
        rows = [
            {**picture, "article_id": article_id}
            for article_id, pictures in shown.items()
            for picture in _placed(pictures)
        ]
        spoken = [each.article_id for each in articles if each.has_rights]
        article_rows.show(tx, shown, rows, spoken)


def _placed(pictures: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Pictures with their places, each address once."""
    distinct = {each["url"]: each for each in pictures}.values()
    return [{**each, "position": position} for position, each in enumerate(distinct)]
