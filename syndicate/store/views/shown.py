"""Articles and pictures as a way out may see them: every query here asks `visibility`."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select

from syndicate.store.content.articles import Article
from syndicate.store.content.pictures import Picture
from syndicate.store.content.visibility import may_show, may_show_picture
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.articles import Channel


def find(tx: Transaction, article_id: int, *, channel: Channel, now: dt.datetime) -> Article | None:
    """The article of this id, if it may leave through the channel now."""
    return tx.scalar(select(Article).where(Article.id == article_id, may_show(channel, now=now)))


def newest(
    tx: Transaction,
    publication_id: int,
    *,
    channel: Channel,
    now: dt.datetime,
    limit: int = 50,
    section_id: int | None = None,
) -> list[Article]:
    """What a publication published last, newest first.

    Args:
        tx: the open transaction.
        publication_id: whose articles.
        channel: the way out.
        now: aware UTC.
        limit: how many at most.
        section_id: of this section only.
    """
    query = select(Article).where(
        Article.publication_id == publication_id, may_show(channel, now=now)
    )
    if section_id is not None:
        query = query.where(Article.section_id == section_id)
    return list(
        tx.scalars(query.order_by(Article.published_at.desc(), Article.id.desc()).limit(limit))
    )


def pictures_of(
    tx: Transaction, article_ids: Collection[int], *, channel: Channel, now: dt.datetime
) -> dict[int, list[Picture]]:
    """The pictures of each article that may leave through a channel, lead picture first.

    Args:
        tx: the open transaction.
        article_ids: the articles; one without such a picture is absent from the answer.
        channel: the way out, whose rights are asked for.
        now: aware UTC; rights end at their second.
    """
    query = select(Picture).where(
        Picture.article_id.in_(article_ids), may_show_picture(channel, now=now)
    )
    found: dict[int, list[Picture]] = {}
    for picture in tx.scalars(query.order_by(Picture.article_id, Picture.position, Picture.id)):
        found.setdefault(picture.article_id, []).append(picture)
    return found
