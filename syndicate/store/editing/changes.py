"""The rows of a correction, a kill or a takedown: what each writes, and what it leaves.

A kill keeps the text for the newsroom and shows it to nobody: digests on their way leave it out
(`store.sending.withholding`), mails of it to friends are cancelled. A takedown keeps nothing: text,
revisions, pictures, tags, featured picks, mail bodies and built documents go, and what stays is the
id and the hashes by which it is recognised when a feed brings it again.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from syndicate import bounds, jobs
from syndicate.store.content.articles import Article, ArticleKey, Tombstone
from syndicate.store.editing import bulk_articles, outbox, takedown_copies
from syndicate.store.editing.bulk_articles import AlteredArticle
from syndicate.store.editing.emptying import nothing_of
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.articles import ArticleState, Change


def change(
    tx: Transaction,
    article: Article,
    kind: Change,
    columns: Mapping[str, Any],
    *,
    note: str | None,
    now: dt.datetime,
) -> None:
    """Make a revision of an article by an editor's word.

    Args:
        tx: the open transaction.
        article: neither killed nor taken down.
        kind: fix, update or correction.
        columns: of `article`, those that change; `visible_hash` with the text.
        note: what a correction tells readers.
        now: aware UTC.
    """
    is_material = kind is not Change.FIX
    moved = {"updated_at": now} if is_material else {}
    altered = AlteredArticle(
        article_id=article.id,
        columns={**columns, **moved},
        change=kind.value,
        is_material=is_material,
        note=note,
    )
    bulk_articles.alter(tx, [altered], now)
    tx.session.refresh(article)
    _announce(tx, article.id, now)


def kill(tx: Transaction, article: Article, *, note: str | None, now: dt.datetime) -> bool:
    """Withdraw an article; False when it was withdrawn before. Safe to run twice."""
    _lock(tx, article)
    if article.state in ArticleState.gone():
        return False
    altered = AlteredArticle(
        article_id=article.id,
        columns={
            "state": ArticleState.KILLED,
            "updated_at": now,
            "embargo_until": _unseen_until(article, now),
        },
        change=Change.KILL.value,
        is_material=True,
        note=note,
    )
    bulk_articles.alter(tx, [altered], now)
    tx.session.refresh(article)
    takedown_copies.cancel_singles(tx, article.id)
    bury(tx, article, reason=ArticleState.KILLED, now=now)
    _announce(tx, article.id, now)
    return True


def take_down(tx: Transaction, article: Article, *, now: dt.datetime) -> bool:
    """Remove an article for good; False when it was removed before. Safe to run twice.

    The feeds that held it are built again at once; whoever holds other copies asks `Tombstone`.
    """
    _lock(tx, article)
    if article.state is ArticleState.TAKEN_DOWN:
        return False
    takedown_copies.remove_copies(tx, article, now)
    bury(tx, article, reason=ArticleState.TAKEN_DOWN, now=now)
    tx.execute(
        update(Article)
        .where(Article.id == article.id)
        .values(
            **{**nothing_of(Article), "slug": "removed"},
            state=ArticleState.TAKEN_DOWN,
            embargo_until=_unseen_until(article, now),
            updated_at=now,
        )
    )
    _announce(tx, article.id, now)
    return True


def keep_down(tx: Transaction, article_ids: Collection[int], now: dt.datetime) -> None:
    """Remove what came to lead to articles that were taken down since somebody read them.

    Args:
        tx: the open transaction, in which rows that lead to them were written: until its commit
            none of the others is taken down.
        article_ids: the articles.
        now: aware UTC.
    """
    if not article_ids:
        return
    gone = (Article.id.in_(article_ids), Article.state == ArticleState.TAKEN_DOWN)
    for article in tx.scalars(select(Article).where(*gone).order_by(Article.id)).all():
        takedown_copies.remove_copies(tx, article, now)


def bury(tx: Transaction, article: Article, *, reason: ArticleState, now: dt.datetime) -> None:
    """Leave a tombstone: the id that feeds name when they say that an article is gone."""
    keys = select(ArticleKey.kind, ArticleKey.key).where(ArticleKey.article_id == article.id)
    stone = insert(Tombstone).values(
        atom_id=article.atom_id,
        publication_id=article.publication_id,
        section_id=article.section_id,
        reason=reason,
        at=now,
        keys=[f"{kind}:{key}" for kind, key in tx.execute(keys)],
    )
    tx.execute(
        stone.on_conflict_do_update(
            index_elements=[Tombstone.atom_id],
            # A takedown after a kill: the addresses in plain words go as well.
            set_={"reason": reason, "at": now, "keys": stone.excluded["keys"]},
        )
    )


def _lock(tx: Transaction, article: Article) -> None:
    """Hold the article as it stands now: somebody else may have withdrawn it since it was read."""
    tx.flush()
    tx.session.refresh(article, with_for_update=True)


def _unseen_until(article: Article, now: dt.datetime) -> dt.datetime | None:
    """Of what nobody could see yet: until when; feeds do not tell that it was withdrawn."""
    if article.state is ArticleState.EMBARGOED and article.embargo_until is not None:
        return article.embargo_until if article.embargo_until > now else None
    was_unseen = article.state is ArticleState.DRAFT or article.is_held
    return bounds.LATEST if was_unseen else None


def _announce(tx: Transaction, article_id: int, now: dt.datetime) -> None:
    """Note it for feeds: their rows are locked by nobody who holds an article's."""
    outbox.note(tx, [article_id], now=now)
    tx.hint(jobs.PUBLISH_FEEDS)
