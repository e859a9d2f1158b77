"""Undoing a merge: what was held for one article becomes two again, by an operator's word.

Two sources brought it, or one source under two identities, of which the second was another story.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from syndicate import jobs
from syndicate.articles import editing
from syndicate.errors import NotFoundError, RefusedError
from syndicate.newsroom.verbs import verb
from syndicate.reading.text import fingerprint, key_of, normal_url
from syndicate.store.content import articles
from syndicate.store.content.articles import Article, ArticleSource
from syndicate.store.editing import bulk_articles, changes, splitting
from syndicate.store.editing.bulk_articles import AlteredArticle
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import source_leases, sources
from syndicate.store.newsroom import publications
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.articles import ArticleState, Change


@verb(Permission.ARTICLES)
def split(
    tx: Transaction,
    article_id: int,
    source: int | str,
    *,
    entry: int | None = None,
    actor: Actor,
    now: dt.datetime,
) -> int:
    """Make an article of its own of what a source brings as part of another.

    It begins with the text of the other one; the source is read again at once, and its own words
    take the place of that text. Where the source speaks for the other one, which its document
    holds no more, that one has the words again that it had before.

    Args:
        tx: the open transaction.
        article_id: the article that two sources bring, or one source under two identities.
        source: id or slug of the one whose story is another.
        entry: which of its entries it is, and with it those that came later; None for all of them,
            of a source that did not bring the article first.
        actor: who says so.
        now: aware UTC.

    Returns:
        The new article's id.

    Raises:
        NotFoundError: there is no such article, or this source does not bring it so.
        RefusedError: it was withdrawn, or this is what speaks for it.
    """
    article = editing.in_hand(tx, article_id, actor)
    if article.state in ArticleState.gone():
        raise RefusedError(f"Article {article_id} was withdrawn and is not split.")
    carried = splitting.carried_by(tx, article_id)
    source_id = _id_of(tx, article, source)
    theirs = [each for each in carried if each.source_id == source_id]
    ours = _named(article_id, source, theirs, entry)
    if carried[0] in ours:
        raise RefusedError(_speaks(article_id, source, theirs, entry))
    made = splitting.copy(tx, article, _atom_id(tx, article, now), ours[0].link, now=now)
    links = {key_of(normal_url(each.link)) for each in ours if each.link}
    links -= {key_of(normal_url(each.link)) for each in carried if each.link and each not in ours}
    if carried[0].source_id == source_id:
        _as_before(tx, article, theirs, ours, now)
    splitting.move(
        tx,
        article,
        made,
        [each.id for each in ours],
        links=links,
        entry_hash=fingerprint("split"),
        now=now,
    )
    where = {"source": str(source_id), "made": str(made)}
    editing.record(tx, Act.ARTICLE_SPLIT, article_id, actor=actor, now=now, **where)
    tx.hint(jobs.PUBLISH_FEEDS)
    tx.hint(jobs.COLLECT_DUE)
    return made


def _named(
    article_id: int, source: int | str, theirs: Sequence[ArticleSource], entry: int | None
) -> list[ArticleSource]:
    """What a source brings of an article: all of it, or an entry and what came later."""
    found = [each for each in theirs if entry is None or each.id >= entry]
    if found and entry in {None, found[0].id}:
        return found
    what = f"Source {source} does not bring article {article_id}"
    if theirs:
        what = f"Entry {entry} of source {source} is not part of article {article_id}"
    raise NotFoundError(
        f"{what}; `syndicate articles show {article_id}` says which {'are' if theirs else 'do'}.",
        article_id=article_id,
    )


def _speaks(
    article_id: int, source: int | str, theirs: Sequence[ArticleSource], entry: int | None
) -> str:
    """Why what speaks for an article stays with it."""
    if entry is not None:
        return f"Article {article_id} began with entry {entry}; name one that came later."
    other = "name one of its later entries" if theirs[1:] else "name the other source"
    return f"Source {source} speaks for article {article_id}; {other}."


def _as_before(
    tx: Transaction,
    article: Article,
    theirs: Sequence[ArticleSource],
    ours: Sequence[ArticleSource],
    now: dt.datetime,
) -> None:
    """Give an article the words and the address that it had before it went on as another story."""
    words: dict[str, Any] = {}
    merges = audit.of(tx, subject=f"article:{article.id}", action=Act.ARTICLE_MERGE)
    number = next(
        (each.detail.get("revision") for each in merges if each.detail.get("entry") == ours[0].id),
        None,
    )
    for each in articles.revisions_of(tx, article.id):
        if each.number == number and each.visible_hash != article.visible_hash:
            words = {name: getattr(each, name) for name in articles.WORDS}
    if article.url in {each.link for each in ours}:
        own = [each.link for each in theirs if each not in ours][-1]
        bulk_articles.alter(tx, [AlteredArticle(article.id, {"url": own})], now)
    if words:
        changes.change(tx, article, Change.FIX, words, note=None, now=now)


def _id_of(tx: Transaction, article: Article, source: int | str) -> int | None:
    """The id of a source that was named by it, or by its slug; only digits are an id."""
    if isinstance(source, int) or (source.isascii() and source.isdigit()):
        return int(source)
    found = sources.by_slug(tx, article.publication_id, source)
    return found.id if found is not None else None


def _atom_id(tx: Transaction, article: Article, now: dt.datetime) -> str:
    publication = publications.find(tx, article.publication_id)
    assert publication is not None  # noqa: S101 - a foreign key
    return f"tag:{source_leases.authority_of(publication)},{now:%Y-%m-%d}:{uuid.uuid4()}"
