"""The statements that write articles: one for each step, whatever the number of rows.

The rows travel as `store.ground.rowsets` has them.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text

from syndicate.store.content.articles import LINK, WORDS, Article, ArticleSource
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.rowsets import as_json, rows_of
from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.articles import Change

# A tag that another transaction made meanwhile is there, but only the next statement sees it.
_TAG_TRIES = 3
_SEEN = ("guid", "link", "title", "raw_published", "entry_hash", "said_hash")
_CARRIED = ("source_id", "entry_key", "stem", *_SEEN)
_SHOWN = ("caption", "credit", "alt", "width", "height", "media_type")
_RIGHTS = ("size_bytes", "channels", "rights_until")
_PICTURE = ("position", "url", *_SHOWN, *_RIGHTS)


def _list(names: Iterable[str], prefix: str = "") -> str:
    return ", ".join(f"{prefix}{name}" for name in names)


@cache
def _making(columns: tuple[str, ...]) -> TextClause:
    return text(
        f"""
        WITH made AS (
            INSERT INTO article ({_list(columns)}, collected_at)
            SELECT {_list(columns)}, :now FROM {rows_of("articles", Article, columns)}
            RETURNING id, atom_id, {_list(WORDS)}
        ), first_revision AS (
            INSERT INTO revision
                (article_id, number, change, is_material, {_list(WORDS)}, created_at)
            SELECT id, 1, {sql(Change.FIRST)}, true, {_list(WORDS)}, :now FROM made
        ), carried_by AS (
            INSERT INTO article_source (article_id, {_list(_CARRIED)}, seen_at)
            SELECT made.id, {_list(_CARRIED)}, :now
            FROM {rows_of("carried", ArticleSource, _CARRIED, atom_id="text")}
            JOIN made USING (atom_id)
        ), found_by AS (
            INSERT INTO article_key (kind, key, article_id)
            SELECT '{LINK}', key, made.id
            FROM {rows_of("links", Article, ["atom_id"], key="text")}
            JOIN made USING (atom_id)
            ON CONFLICT DO NOTHING
        ), illustrated AS (
            INSERT INTO picture (article_id, {_list(_PICTURE)})
            SELECT made.id, {_list(_PICTURE)}
            FROM {rows_of("pictures", Picture, _PICTURE, atom_id="text")}
            JOIN made USING (atom_id)
        )
        SELECT atom_id, id FROM made
        """  # noqa: S608 - names of our own columns
    )


def make(
    tx: Transaction,
    articles: Sequence[Mapping[str, Any]],
    *,
    carried: Sequence[Mapping[str, Any]],
    links: Sequence[Mapping[str, Any]],
    pictures: Sequence[Mapping[str, Any]],
    now: dt.datetime,
) -> list[int]:
    """Make articles with their first revision and everything around them.

    Args:
        tx: the open transaction.
        articles: columns of `article`, the same for all of them, `atom_id` among them.
        carried: columns of `article_source`, and the article's `atom_id`.
        links: `key` and `atom_id`; a key that another article has stays where it is.
        pictures: columns of `picture`, and the article's `atom_id`.
        now: aware UTC.

    Returns:
        Their ids, in order.
    """
    said = {
        "articles": as_json(articles),
        "carried": as_json(carried),
        "links": as_json(links),
        "pictures": as_json(pictures),
        "now": now,
    }
    made: dict[str, int] = dict(tx.execute(_making(tuple(articles[0])), said).all())
    return [made[each["atom_id"]] for each in articles]


_ATTACH = text(
    f"""
    INSERT INTO article_source (article_id, {_list(_CARRIED)}, seen_at)
    SELECT article_id, {_list(_CARRIED)}, :now
    FROM {rows_of("carried", ArticleSource, ["article_id", *_CARRIED])}
    """  # noqa: S608 - names of our own columns
)


def attach(tx: Transaction, carried: Sequence[Mapping[str, Any]], now: dt.datetime) -> None:
    """Note that a source carries articles which are there already."""
    if carried:
        tx.execute(_ATTACH, {"carried": as_json(carried), "now": now})


_LEAD = text(
    f"""
    INSERT INTO article_key (kind, key, article_id)
    SELECT '{LINK}', key, article_id
    FROM {rows_of("links", ArticleSource, ["article_id"], key="text")}
    ON CONFLICT DO NOTHING
    """  # noqa: S608 - names of our own columns
)


def lead(tx: Transaction, links: Sequence[Mapping[str, Any]]) -> None:
    """Note addresses, `key` and `article_id` each; one that another article has stays there."""
    if links:
        tx.execute(_LEAD, {"links": as_json(links)})


_TOUCH = text(
    f"""
    UPDATE article_source SET seen_at = :now, {_list(f"{each} = seen.{each}" for each in _SEEN)}
    FROM {rows_of("seen", ArticleSource, ["id", *_SEEN])}
    WHERE article_source.id = seen.id
    """  # noqa: S608 - names of our own columns
)


def touch(tx: Transaction, seen: Sequence[Mapping[str, Any]], now: dt.datetime) -> None:
    """Remember how entries look now: `id` and the columns of `_SEEN` each."""
    if seen:
        tx.execute(_TOUCH, {"seen": as_json(seen), "now": now})


@cache
def _altering(columns: tuple[str, ...]) -> TextClause:
    """One statement for all articles of which the same columns change."""
    number = "revision = article.revision + CASE WHEN said.change IS NULL THEN 0 ELSE 1 END"
    said = rows_of(
        "said",
        Article,
        ("id", *columns),
        change="text",
        is_material="boolean",
        is_gathered="boolean",
        note="text",
    )
    return text(
        f"""
        WITH changed AS (
            UPDATE article
            SET {_list((number, *(f"{each} = said.{each}" for each in columns)))}
            FROM {said}
            WHERE article.id = said.id
            RETURNING article.id, article.revision, {_list(WORDS, "article.")},
                said.change, said.is_material, said.is_gathered, said.note
        ), gathered AS (
            UPDATE revision SET {_list(f"{each} = changed.{each}" for each in WORDS)}
            FROM changed
            WHERE revision.article_id = changed.id AND revision.number = changed.revision
                AND changed.is_gathered AND changed.change IS NULL
        )
        INSERT INTO revision
            (article_id, number, change, is_material, note, {_list(WORDS)}, created_at)
        SELECT id, revision, change, is_material, note, {_list(WORDS)}, :now
        FROM changed WHERE change IS NOT NULL
        """  # noqa: S608 - names of our own columns
    )


def alter(
    tx: Transaction, columns: Sequence[str], said: Sequence[Mapping[str, Any]], now: dt.datetime
) -> None:
    """Change articles that are locked, with the revisions that their changes make.

    Args:
        tx: the open transaction.
        columns: of `article`, those that change.
        said: those columns with id, change, is_material, is_gathered, note; no article twice.
        now: aware UTC.
    """
    tx.execute(_altering(tuple(columns)), {"said": as_json(said), "now": now})


_SHOW = text(
    f"""
    WITH shown AS (
        SELECT * FROM {rows_of("pictures", Picture, ["article_id", *_PICTURE])}
    ), gone AS (
        DELETE FROM picture
        WHERE article_id = ANY(:article_ids) AND NOT EXISTS (
            SELECT FROM shown
            WHERE shown.article_id = picture.article_id AND shown.url = picture.url
        )
    )
    INSERT INTO picture (article_id, {_list(_PICTURE)})
    SELECT article_id, {_list(_PICTURE)} FROM shown
    ON CONFLICT (article_id, url) DO UPDATE
    SET {_list(f"{each} = excluded.{each}" for each in ("position", *_SHOWN))}, {
        _list(
            f"{each} = CASE WHEN picture.article_id = ANY(:spoken) "
            f"THEN excluded.{each} ELSE picture.{each} END"
            for each in _RIGHTS
        )
    }
    """  # noqa: S608 - names of our own columns
)


def show(
    tx: Transaction,
    article_ids: Collection[int],
    pictures: Sequence[Mapping[str, Any]],
    spoken: Collection[int],
) -> None:
    """Give articles the pictures that they have from now on.

    Args:
        tx: the open transaction.
        article_ids: all of those articles, with and without pictures.
        pictures: columns of `picture`, `article_id` among them; no address twice in one article.
        spoken: articles of which somebody said what rights their pictures have; a picture of
            another one that stays keeps its own.
    """
    said = {
        "article_ids": list(article_ids),
        "pictures": as_json(pictures),
        "spoken": list(spoken),
    }
    tx.execute(_SHOW, said)


_READDRESS = text(
    f"""
    WITH moved AS (
        SELECT * FROM {rows_of("moves", Picture, ["article_id", "url"], was="text")}
    ), in_mails AS (
        UPDATE issue_story SET picture_url = moved.url FROM moved
        WHERE issue_story.article_id = moved.article_id AND picture_url = moved.was
    )
    UPDATE picture SET url = moved.url FROM moved
    WHERE picture.article_id = moved.article_id AND picture.url = moved.was AND NOT EXISTS (
        SELECT FROM picture AS other
        WHERE other.article_id = moved.article_id AND other.url = moved.url
    )
    """  # noqa: S608 - names of our own columns
)


def readdress(tx: Transaction, moves: Sequence[Mapping[str, Any]]) -> None:
    """Give pictures that moved their new address: `article_id`, `was` and `url` each.

    What is known of them stays, and so does what mails on their way know of their rights.
    """
    if moves:
        tx.execute(_READDRESS, {"moves": as_json(moves)})


_TAG = text(
    """
    WITH wanted AS (
        SELECT * FROM json_to_recordset(CAST(:wanted AS json)) AS wanted (slug text, name text)
    ), fresh AS (
        INSERT INTO tag (publication_id, slug, name)
        SELECT :publication, slug, name FROM wanted
        WHERE NOT EXISTS (
            SELECT FROM tag WHERE publication_id = :publication AND tag.slug = wanted.slug
        )
        ORDER BY slug
        ON CONFLICT DO NOTHING
        RETURNING id, slug
    ), found AS (
        SELECT tag.id, slug FROM tag JOIN wanted USING (slug) WHERE publication_id = :publication
        UNION ALL SELECT id, slug FROM fresh
    ), given AS (
        INSERT INTO article_tag (article_id, tag_id)
        SELECT article_id, found.id
        FROM json_to_recordset(CAST(:given AS json)) AS given (article_id bigint, slug text)
        JOIN found USING (slug)
        ON CONFLICT DO NOTHING
    )
    SELECT count(*) FROM found
    """
)


def tag(
    tx: Transaction, publication_id: int, tagged: Mapping[int, Sequence[tuple[str, str]]]
) -> None:
    """Give articles tags, (slug, name) pairs each: added, never taken away.

    Once in a transaction, and sorted: so two transactions take their locks in one order.
    """
    wanted = {slug: name for tags in tagged.values() for slug, name in tags}
    if not wanted:
        return
    given = {(article_id, slug) for article_id, tags in tagged.items() for slug, _ in tags}
    said = {
        "publication": publication_id,
        "wanted": as_json({"slug": slug, "name": name} for slug, name in wanted.items()),
        "given": as_json({"article_id": id_, "slug": slug} for id_, slug in given),
    }
    for _ in range(_TAG_TRIES):
        if tx.execute(_TAG, said).scalar_one() == len(wanted):
            return
    raise RuntimeError(f"tags of publication {publication_id} come and go")


_RETAG = text(
    """
    WITH given AS (
        SELECT * FROM json_to_recordset(CAST(:given AS json))
            AS given (article_id bigint, slug text, name text)
    ), taken AS (
        DELETE FROM article_tag USING tag
        WHERE tag.id = tag_id AND article_id = ANY(:article_ids) AND NOT EXISTS (
            SELECT FROM given
            WHERE given.article_id = article_tag.article_id AND given.slug = tag.slug
        )
    ), spelt AS (
        SELECT tag.id, wanted.name
        FROM tag JOIN (SELECT slug, max(name) AS name FROM given GROUP BY slug) AS wanted
            USING (slug)
        WHERE publication_id = :publication AND tag.name <> wanted.name
        ORDER BY tag.slug FOR UPDATE OF tag
    )
    UPDATE tag SET name = spelt.name FROM spelt WHERE tag.id = spelt.id
    """
)


def retag(
    tx: Transaction, publication_id: int, tagged: Mapping[int, Sequence[tuple[str, str]]]
) -> None:
    """Leave articles these tags and no others, spelt as they are given; after `tag`.

    A tag has one spelling in a publication: the last that somebody gave it.
    """
    if not tagged:
        return
    given = [
        {"article_id": article_id, "slug": slug, "name": name}
        for article_id, tags in tagged.items()
        for slug, name in tags
    ]
    said = {"publication": publication_id, "article_ids": list(tagged), "given": as_json(given)}
    tx.execute(_RETAG, said)
