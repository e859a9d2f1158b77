"""What readers, apps and the ledger have of an installation, as plain facts: {"page/12/text": …}.

Asked in SQL of our own, so that the older schema and the newest answer the same questions.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any, LiteralString

import lxml.html
import psycopg
from lxml import etree
from psycopg import sql
from starlette.testclient import TestClient

Facts = dict[str, object]
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"

# Each row is a name and a JSON object.
_ROWS: dict[str, LiteralString] = {
    "article": """
        SELECT id::text, jsonb_build_object('state', state, 'access', access, 'kind', kind,
          'headline', headline, 'standfirst', standfirst, 'body', body_html, 'authors', authors,
          'slug', slug, 'url', url, 'section', section_id, 'language', language,
          'published_at', published_at, 'updated_at', updated_at, 'embargo_until', embargo_until,
          'alert_at', alert_at, 'revision', revision, 'atom_id', atom_id)
        FROM article""",
    "revision": """
        SELECT article_id || '.' || number, jsonb_build_object('change', change, 'note', note,
          'is_material', is_material, 'headline', headline, 'created_at', created_at)
        FROM revision""",
    "picture": """
        SELECT article_id || ' ' || url, jsonb_build_object('caption', caption, 'credit', credit,
          'alt', alt, 'channels', channels, 'rights_until', rights_until)
        FROM picture""",
    "tombstone": "SELECT atom_id, jsonb_build_object('reason', reason, 'at', at) FROM tombstone",
    "document": """
        SELECT concat(slug, ' ', format, ' ', page), jsonb_build_object('bytes', etag,
          'modified_at', modified_at, 'entries', entries)
        FROM feed_document JOIN feed ON feed.id = feed_id""",
    "callback": """
        SELECT id::text, jsonb_build_object('topic', topic, 'due', deliver_at,
          'last_at', last_at, 'etag', delivered_etag, 'status', last_status)
        FROM feed_callback""",
    "issue": """
        SELECT id::text, jsonb_build_object('state', state, 'number', number, 'note', note,
          'article', article_id)
        FROM issue""",
    "mailing": """
        SELECT id::text, jsonb_build_object('state', state, 'audience', audience, 'kind', kind,
          'deliveries', (SELECT jsonb_object_agg(state, number) FROM (
            SELECT d.state, count(*) AS number FROM delivery d WHERE d.mailing_id = m.id
            GROUP BY d.state) AS counted))
        FROM mailing m""",
    "subscription": """
        SELECT id::text, jsonb_build_object('state', state, 'language', language)
        FROM subscription""",
    "suppression": """
        SELECT encode(address_hash, 'hex') || scope, jsonb_build_object('reason', reason)
        FROM suppression""",
}
_BODIES: LiteralString = """
    SELECT slug, format, page, body FROM feed_document JOIN feed ON feed.id = feed_id
"""
_TABLES: LiteralString = """
    SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
    AND relnamespace = 'public'::regnamespace
"""
_STORIES: LiteralString = """
    SELECT s.position, s.article_id, s.revision, s.is_correction, i.newsletter_id
    FROM issue_story s JOIN issue i ON i.id = s.issue_id WHERE i.window_to > %s
    ORDER BY i.newsletter_id, s.position
"""
_CHOICES: LiteralString = """
    SELECT m.newsletter_id, r.address, d.choice::text FROM delivery d
    JOIN mailing m ON m.id = d.mailing_id JOIN issue i ON i.id = m.issue_id
    JOIN recipient r ON r.id = d.recipient_id WHERE i.window_to > %s ORDER BY 1, 2
"""


def rows(url: str) -> Facts:
    """What the database says to readers, hubs and the ledger."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        found = {
            f"{name}/{key}/{column}": value
            for name, query in _ROWS.items()
            for key, row in connection.execute(query)
            for column, value in row.items()
        }
        for slug, form, page, body in connection.execute(_BODIES):
            for name, entry in _ENTRIES[form](body):
                said = {f"entry/{slug}.{form} {page}/{name}/{key}": each for key, each in entry}
                found.update(said)
    return found


def counts(url: str) -> dict[str, int]:
    """How many rows each table has; the ledger's partitions count as one."""
    with psycopg.connect(url, autocommit=True) as connection:
        names = [str(name) for (name,) in connection.execute(_TABLES)]
        query = sql.SQL("SELECT count(*) FROM {}")
        return {
            name: connection.execute(query.format(sql.Identifier(name))).fetchall()[0][0]
            for name in sorted(names)
        }


def issue(url: str, after: dt.datetime) -> dict[str, Any]:
    """What issues of slots after a moment carry, and what each reader gets of it."""
    with psycopg.connect(url, autocommit=True) as connection:
        stories = [list(row) for row in connection.execute(_STORIES, [after])]
        choices = [list(row) for row in connection.execute(_CHOICES, [after])]
    return {"stories": stories, "choices": choices}


def pages(site: TestClient, article_ids: Iterable[int]) -> dict[str, Any]:
    """What pages say to readers: their words, and nothing of how they are laid out."""
    found: dict[str, Any] = {str(number): _article(site, number) for number in article_ids}
    for path in ("/", "/p/barid-al-marfa/"):
        page = lxml.html.fromstring(site.get(path).content)
        links = page.xpath("//main//a[contains(@href, '/articles/')]")
        found[f"front {path}"] = [_line(each.text_content()) for each in links]
    return found


def _article(site: TestClient, number: int) -> dict[str, Any]:
    answer = site.get(f"/articles/{number}", follow_redirects=True)
    if answer.status_code != 200:
        return {"status": answer.status_code}
    page = lxml.html.fromstring(answer.content)

    def said(path: str) -> list[str]:
        return [_line(each.text_content()) for each in page.xpath(f"//main//article{path}")]

    return {
        "status": 200,
        "headline": said("//h1"),
        "standfirst": said("//*[contains(@class, 'standfirst')]"),
        "authors": said("//*[contains(@class, 'article-authors')]"),
        "times": page.xpath("//meta[contains(@property, '_time')]/@content"),
        "corrections": said("//aside[contains(@class, 'correction')]"),
        "pictures": page.xpath("//main//article//figure//img/@src"),
        "captions": said("//figcaption"),
        "text": said("//*[@class='prose' or @class='teaser']"),
    }


def _line(text: str) -> str:
    return " ".join(text.split())


Entries = Iterator[tuple[str, Iterable[tuple[str, object]]]]


def _atom(body: bytes) -> Entries:
    for each in etree.fromstring(body).iter(f"{ATOM}entry"):
        yield (
            each.findtext(f"{ATOM}id") or "",
            [
                (name, _text(each.find(f"{ATOM}{name}")))
                for name in ("title", "published", "updated", "summary", "content")
            ],
        )


def _rss(body: bytes) -> Entries:
    for each in etree.fromstring(body).iter("item"):
        yield (
            each.findtext("guid") or "",
            [
                (name, _text(each.find(name)))
                for name in ("title", "link", "pubDate", "description", f"{CONTENT}encoded")
            ],
        )


def _json(body: bytes) -> Entries:
    for each in json.loads(body)["items"]:
        yield (
            each["id"],
            [
                (name, each.get(name))
                for name in ("title", "url", "date_published", "date_modified", "content_html")
            ],
        )


def _text(element: etree._Element | None) -> str | None:
    if element is None:
        return None
    return "".join(str(part) for part in element.itertext())


_ENTRIES = {"atom": _atom, "rss": _rss, "json": _json}
