"""Stories that a newsletter sent before the database was restored: no reader gets them twice.

The issue itself is lost, and so are often its articles; collected again, they are news to the
database and none to readers. So the journal keeps by what names an article is known again: its
permanent id, the hashes of its addresses, and the entries that brought it; not a word of it.
"""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Select,
    case,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from syndicate.store.content.articles import Article, ArticleKey, ArticleSource
from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import IssueStory

_AT_ONCE = 5000
_BURIED = "sha256:"  # as `editing.stored_articles.buried_key` writes it


class NewsletterTold(Table):
    """One name of a story that readers of a newsletter had in an issue that is lost."""

    __tablename__ = "newsletter_told"

    newsletter_id: Mapped[int] = mapped_column(
        ForeignKey("newsletter.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    told_at: Mapped[dt.datetime]


def names_of(tx: Transaction, issue_id: int) -> tuple[str, ...]:
    """By what names the stories of an issue are known again, corrections left out."""
    told = (
        select(Article.id, Article.atom_id)
        .join(IssueStory, IssueStory.article_id == Article.id)
        .where(IssueStory.issue_id == issue_id, ~IssueStory.is_correction)
        .cte("told")
    )
    keys = select(_of_key()).where(ArticleKey.article_id == told.c.id)
    entries = select(_of_entry()).where(ArticleSource.article_id == told.c.id)
    query = union_all(select(_of_atom_id(told.c.atom_id)), keys, entries)
    return tuple(sorted(set(tx.scalars(query))))


def remember(
    tx: Transaction, newsletter_id: int, names: Collection[str], told_at: dt.datetime
) -> None:
    """Note that readers of a newsletter had these stories. Safe to run twice."""
    every = sorted(names)
    for first in range(0, len(every), _AT_ONCE):
        values = [
            {"newsletter_id": newsletter_id, "name": name, "told_at": told_at}
            for name in every[first : first + _AT_ONCE]
        ]
        tx.execute(insert(NewsletterTold).values(values).on_conflict_do_nothing())


def was_told(newsletter_id: int) -> ColumnElement[bool]:
    """Whether an article (of an outer query) stood in an issue of a newsletter that is lost."""
    return exists().where(
        NewsletterTold.newsletter_id == newsletter_id,
        or_(
            NewsletterTold.name == _of_atom_id(Article.atom_id),
            NewsletterTold.name.in_(_of_this(_of_key(), ArticleKey.article_id)),
            NewsletterTold.name.in_(_of_this(_of_entry(), ArticleSource.article_id)),
        ),
    )


def forget_before(tx: Transaction, moment: dt.datetime) -> None:
    """Drop what is too old to be news again."""
    tx.execute(delete(NewsletterTold).where(NewsletterTold.told_at < moment))


def _of_this(name: ColumnElement[str], article_id: InstrumentedAttribute[int]) -> Select[str]:
    return select(name).where(article_id == Article.id).correlate(Article)


def _of_atom_id(atom_id: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[str]:
    return literal("id:").concat(atom_id)


def _of_key() -> ColumnElement[str]:
    """An address by its hash: a living article has it in plain words."""
    key = ArticleKey.key
    hashed = func.encode(func.sha256(func.convert_to(key, "UTF8")), "hex")
    buried = case((key.startswith(_BURIED), key), else_=literal(_BURIED).concat(hashed))
    return ArticleKey.kind.concat(":").concat(buried)


def _of_entry() -> ColumnElement[str]:
    """The entry of a source that brought it, whatever it was called by a later one."""
    stem = func.encode(ArticleSource.stem, "hex")
    return literal("entry:").concat(func.concat(ArticleSource.source_id, ":", stem))
