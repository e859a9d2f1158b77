"""A newsroom's server moves: every stored address that begins with the old one follows."""

from sqlalchemy import func, update

from syndicate.store.content.articles import LINK, Article, ArticleKey
from syndicate.store.content.featured import Featured
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.sources import Source
from syndicate.store.newsroom.publications import Publication


def move_origin(tx: Transaction, before: str, after: str) -> None:
    """Point everything at a server's new origin: sources, articles, pictures, picks, front pages.

    Args:
        tx: the open transaction.
        before: "http://127.0.0.1:8081", without a trailing slash.
        after: likewise. Safe to run twice.
    """
    columns = (Source.url, Article.url, Picture.url, Featured.url, Publication.home_url)
    for column in columns:
        moved = func.concat(after, func.substr(column, len(before) + 1))
        statement = update(column.class_).where(column.startswith(f"{before}/", autoescape=True))
        tx.execute(statement.values({column.key: moved}), execution_options=_AS_IT_IS)
    old, new = (origin.partition("://")[2] for origin in (before, after))
    allowed = func.array_replace(Source.allow_origins, old, new)
    tx.execute(update(Source).values(allow_origins=allowed), execution_options=_AS_IT_IS)
    links = update(ArticleKey).where(
        ArticleKey.kind == LINK, ArticleKey.key.contains(f":{old}/", autoescape=True)
    )
    key = func.replace(ArticleKey.key, f":{old}/", f":{new}/")
    tx.execute(links.values(key=key), execution_options=_AS_IT_IS)


_AS_IT_IS = {"synchronize_session": False}
