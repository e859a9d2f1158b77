"""Undoing a merge: what two sources bring becomes two articles again, by an operator's word."""

import datetime as dt
import uuid

from syndicate import jobs
from syndicate.articles import editing
from syndicate.errors import NotFoundError, RefusedError
from syndicate.newsroom.verbs import verb
from syndicate.reading.text import fingerprint, key_of, normal_url
from syndicate.store.content.articles import Article
from syndicate.store.editing import splitting
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import source_leases, sources
from syndicate.store.newsroom import publications
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.articles import ArticleState


@verb(Permission.ARTICLES)
def split(
    tx: Transaction, article_id: int, source: int | str, *, actor: Actor, now: dt.datetime
) -> int:
    """Make an article of its own of what a source brings as part of another.

    It begins with the text of the other one; the source is read again at once, and its own words
    take the place of that text.

    Args:
        tx: the open transaction.
        article_id: the article that two sources bring.
        source: id or slug of the one whose story is another; not the one that brought it first.
        actor: who says so.
        now: aware UTC.

    Returns:
        The new article's id.

    Raises:
        NotFoundError: there is no such article, or this source does not bring it.
        RefusedError: it was withdrawn, or this source is the one that speaks for it.
    """
    article = editing.in_hand(tx, article_id, actor)
    if article.state in ArticleState.gone():
        raise RefusedError(f"Article {article_id} was withdrawn and is not split.")
    carried = splitting.carried_by(tx, article_id)
    source_id = _id_of(tx, article, source)
    ours = [each for each in carried if each.source_id == source_id]
    if not ours:
        raise NotFoundError(
            f"Source {source} does not bring article {article_id}; "
            f"`syndicate articles show {article_id}` says which do.",
            article_id=article_id,
        )
    if carried[0].source_id == source_id:
        raise RefusedError(
            f"Source {source} speaks for article {article_id}; name the other source."
        )
    made = splitting.copy(tx, article, _atom_id(tx, article, now), ours[0].link, now=now)
    links = {key_of(normal_url(each.link)) for each in ours if each.link}
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
