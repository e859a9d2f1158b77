"""A list of three rows costs as many queries as a list of one: no page asks once per row."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.store import audit, sources
from syndicate.store.articles import Article
from syndicate.store.feeds import Feed, FeedKind
from syndicate.store.newsletters import Newsletter, NewsletterKind
from syndicate.store.session import transaction
from syndicate.store.sources import Pages, SourceKind
from tests.web import newsroom as rows
from tests.web import operators
from tests.web.newsroom import Newsroom

READER = ["/", "/sections/world", "/feeds", "/newsletters"]
CONSOLE = [
    "/console",
    "/console/mailings",
    "/console/newsletters",
    "/console/sources",
    "/console/audit",
]
API = [
    "/api/v1/mailings",
    "/api/v1/newsletters",
    "/api/v1/newsletters/morning/issues",
    "/api/v1/feeds",
    "/api/v1/sources",
]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def add_one_of_each(room: Newsroom, number: int) -> None:
    """One more row in every list."""
    now = clock.now() - dt.timedelta(seconds=number)
    operators.mailing(room)
    with transaction() as tx:
        like = tx.get(Article, room.articles["report"])
        assert like is not None
        assert like.section_id is not None
        rows._article(
            tx, room, f"more-{number}", room.english, like.section_id, headline=f"More {number}"
        )
        tx.add(
            Feed(
                publication_id=room.english,
                slug=f"more-{number}",
                kind=FeedKind.SECTION,
                title=f"More {number}",
            )
        )
        tx.add(
            Newsletter(
                publication_id=room.english,
                slug=f"more-{number}",
                kind=NewsletterKind.DIGEST,
                name=f"More {number}",
                description="More of it.",
                languages=["en"],
                zone="UTC",
                schedule={"times": ["08:00"], "days": [1]},
            )
        )
        sources.add(
            tx,
            room.english,
            SourceKind.FEED,
            f"https://news{number}.example.org/feed",
            f"More {number}",
            pages=Pages.NEVER,
            allow_origins=[],
            profile=None,
        )
        audit.record(tx, at=now, actor="test", action="added", subject=f"feed:{number}")


def queries(browser: TestClient, path: str, headers: dict[str, str]) -> list[str]:
    with counted() as said:
        answer = browser.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return said


@pytest.mark.parametrize("path", [*READER, *CONSOLE, *API])
def test_a_longer_list_costs_no_more_queries(
    browser: TestClient, newsroom: Newsroom, path: str
) -> None:
    headers = operators.bearer() if path.startswith("/api/") else {}
    if path.startswith("/console"):
        operators.sign_in(browser)
    add_one_of_each(newsroom, 1)
    queries(browser, path, headers)  # whatever is remembered after the first time
    of_one = queries(browser, path, headers)

    add_one_of_each(newsroom, 2)
    add_one_of_each(newsroom, 3)
    of_three = queries(browser, path, headers)

    assert of_one
    assert len(of_three) == len(of_one), "\n".join(of_three)
