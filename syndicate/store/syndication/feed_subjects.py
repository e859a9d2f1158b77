"""Which languages, tags and authors want a feed: those that there is something to follow of.

A tag that one article carries is no list, and collecting brings thousands of them. A language is
one from its first article on, whatever region it is written in.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    any_,
    case,
    cast,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, array
from sqlalchemy.orm import InstrumentedAttribute

from syndicate.languages import UNDETERMINED, own_name
from syndicate.slugs import slug_of
from syndicate.store.content.articles import Article, ArticleTag, Tag
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.publications import Publication
from syndicate.vocabulary.articles import ArticleState

FOLLOWABLE = 3  # live articles


@dataclass(frozen=True)
class Wanted:
    """A feed that there should be, unless there is one.

    Attributes:
        publication_id: whose.
        prefix: stands before its slug.
        row: its slug, kind, subject and title.
    """

    publication_id: int
    prefix: str
    row: dict[str, Any]


def wanted(tx: Transaction, article_ids: Collection[int]) -> list[Wanted]:
    """Feeds of these articles' languages, and of what three live articles or more carry of them."""
    first = tx.scalar(select(func.min(Publication.id)))

    def prefix(publication_id: int, slug: str) -> str:
        return "" if publication_id == first else f"{slug}-"

    tags = [
        Wanted(
            owner,
            prefix(owner, brand),
            {"slug": f"tag-{slug}", "kind": "tag", "tag_id": tag_id, "title": f"{paper}: {name}"},
        )
        for owner, brand, paper, tag_id, slug, name in tx.execute(_tags(article_ids))
    ]
    authors = [
        Wanted(
            owner,
            prefix(owner, brand),
            {
                "slug": f"author-{slug_of(name, is_latin=True)}",
                "kind": "author",
                "author": name,
                "title": f"{paper}: {name}",
            },
        )
        for owner, brand, paper, name in tx.execute(_authors(article_ids))
    ]
    languages = [
        Wanted(owner, prefix(owner, brand), _of_language(paper, language))
        for owner, brand, paper, language in tx.execute(_languages(article_ids))
    ]
    return languages + tags + authors


def primary(tag: ColumnElement[Any] | InstrumentedAttribute[str]) -> ColumnElement[str]:
    """What `languages.primary` says of a tag, as SQL."""
    lower = func.lower(tag)
    return case((lower.op("~")("^[a-z]-"), lower), else_=func.split_part(lower, "-", 1))


def _of_language(paper: str, language: str) -> dict[str, Any]:
    return {
        "slug": f"language-{language}",
        "kind": "language",
        "language": language,
        "title": f"{paper}: {own_name(language)}",
    }


def _languages(article_ids: Collection[int]) -> Any:
    """Languages of these articles but the publication's own, which has its feed from the start."""
    language = primary(Article.language)
    return (
        select(Publication.id, Publication.slug, Publication.name, language)
        .join(Article, Article.publication_id == Publication.id)
        .where(
            _is_one_of(Article.id, article_ids),
            Article.state.in_(ArticleState.coming()),
            language.not_in([primary(Publication.language), UNDETERMINED]),
        )
        .distinct()
        .order_by(Publication.id, language)
    )


def _tags(article_ids: Collection[int]) -> Any:
    carried = select(ArticleTag.tag_id).where(_is_one_of(ArticleTag.article_id, article_ids))
    carrying = (
        select(literal(1))
        .select_from(ArticleTag)
        .join(Article, Article.id == ArticleTag.article_id)
        .where(ArticleTag.tag_id == Tag.id, Article.state == ArticleState.LIVE)
        .correlate(Tag)
    )
    return (
        select(Tag.publication_id, Publication.slug, Publication.name, Tag.id, Tag.slug, Tag.name)
        .join(Publication, Publication.id == Tag.publication_id)
        .where(Tag.id.in_(carried), _are_enough(carrying))
        .order_by(Tag.id)
    )


def _authors(article_ids: Collection[int]) -> Any:
    named = (
        select(Article.publication_id, func.unnest(Article.authors).label("author"))
        .where(_is_one_of(Article.id, article_ids))
        .distinct()
        .subquery()
    )
    theirs = (
        select(literal(1))
        .select_from(Article)
        .where(
            Article.publication_id == named.c.publication_id,
            Article.authors.contains(cast(array([named.c.author]), ARRAY(TEXT))),
            Article.state == ArticleState.LIVE,
        )
        .correlate(named)
    )
    return (
        select(named.c.publication_id, Publication.slug, Publication.name, named.c.author)
        .join(Publication, Publication.id == named.c.publication_id)
        .where(func.btrim(named.c.author) != "", _are_enough(theirs))
        .order_by(named.c.author)
    )


def _is_one_of(column: InstrumentedAttribute[int], ids: Collection[int]) -> ColumnElement[bool]:
    # Thousands at once: one parameter, where IN makes one of each.
    return column == any_(cast(list(ids), ARRAY(BigInteger)))


def _are_enough(rows: Select[int]) -> ColumnElement[bool]:
    """Whether there are as many rows as it takes: a tag of 100,000 articles is not counted out."""
    return exists(rows.offset(FOLLOWABLE - 1).limit(1))
