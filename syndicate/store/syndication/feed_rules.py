"""What an operator's own feed lists: a rule over sections, tags, authors, languages, kinds, words.

    {"sections": ["europe", "asia"], "languages": ["ar"], "words": ["flood"]}

An article must fit every part that is named, by any one of its values. It is asked in SQL, of the
rule of one feed as of a column of rules, so that one article finds all the feeds it stands in.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from syndicate.store.content.articles import Article, ArticleTag, Tag
from syndicate.store.newsroom.publications import Section


def fits(rule: Any) -> ColumnElement[bool]:
    """The condition, over `article`, under which an article fits a rule.

    Args:
        rule: a JSONB column or literal; null fits nothing.
    """
    parts = []
    for name, condition in PARTS.items():
        values = func.jsonb_extract_path(rule, name, type_=JSONB)
        parts.append(or_(not_(rule.has_key(name)), condition(values)))
    return and_(rule.is_not(None), *parts)


def _in_section(values: Any) -> ColumnElement[bool]:
    named = exists().where(Section.id == Article.section_id, values.has_key(Section.slug))
    return named.correlate_except(Section)


def _tagged(values: Any) -> ColumnElement[bool]:
    named = (
        select(Tag.id)
        .join(ArticleTag, ArticleTag.tag_id == Tag.id)
        .where(ArticleTag.article_id == Article.id, values.has_key(Tag.slug))
    )
    return named.correlate_except(Tag, ArticleTag).exists()


def _written_by(values: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = values.has_any(Article.authors)
    return found


def _says(values: Any) -> ColumnElement[bool]:
    words = func.jsonb_array_elements_text(values).table_valued("word").render_derived()
    text = func.lower(Article.headline + " " + Article.standfirst)
    said = select(literal(1)).select_from(words).correlate(Article)
    return said.where(func.strpos(text, func.lower(words.c.word)) > 0).exists()


PARTS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "sections": _in_section,
    "tags": _tagged,
    "authors": _written_by,
    "languages": lambda values: values.has_key(Article.language),
    "kinds": lambda values: values.has_key(Article.kind),
    "words": _says,
}
