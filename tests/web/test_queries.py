"""A list page asks the database as often for three rows as for one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from syndicate.store.ground import session
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.platform import audit
from syndicate.store.syndication import consumers, rule_feeds
from syndicate.store.syndication.consumers import Visit
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.feeds import FeedFormat
from syndicate.vocabulary.sources import SourceKind
from tests import matrix, rows
from tests.web import operators
from tests.web.newsroom import Newsroom

LISTS = (
    "/",
    "/feeds",
    "/newsletters",
    "/console",
    "/console/mailings?singles=1",
    "/console/newsletters",
    "/console/sources",
    "/console/newsroom",
    "/console/feeds",
    "/console/incidents",
    "/console/audit",
    "/api/v1/mailings?singles=1",
    "/api/v1/newsletters",
    "/api/v1/newsletters/morning/issues",
    "/api/v1/sources",
    "/api/v1/feeds",
)
RULE: dict[str, Any] = {
    "title": "More",
    "description": "",
    "is_full_text": True,
    "rule": {"words": ["more"]},
    "language": None,
}


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        # A list of ids grows with the rows; that it is one statement is what counts.
        sent.append(str(arguments[2]).partition("IN (")[0])

    event.listen(session.engine(), "before_cursor_execute", note)
    yield sent
    event.remove(session.engine(), "before_cursor_execute", note)


def add_more(room: Newsroom, number: int) -> None:
    """One more of everything that is listed."""
    with transaction() as tx:
        sources.add(
            tx, room.english, SourceKind.FEED, f"https://{number}.example/", f"Source {number}"
        )
        rows.newsletter(tx, room.english, f"more-{number}")
        operators.incident(tx, receiver=f"mx{number}.example")
        made = rule_feeds.make(tx, room.english, f"more-{number}", **RULE, now=room.now)
        consumers.add_partner(tx, f"Partner {number}", now=room.now)
        assert made is not None
        seen = Visit(made.id, FeedFormat.RSS, "Reader", None, room.now, 200, "e", 1)
        consumers.note(tx, [seen])
    mailing_id = operators.mailing(room, cohort_days=number)
    act: dict[str, Any] = {"at": room.now, "actor": f"source:{number}"}
    with transaction() as tx:
        for thing in ("section", "desk", "feed", "token", "operator", "source", "newsletter"):
            subject = f"{thing}:{number}"
            audit.record(tx, **act, action=Act.on(thing, "change"), subject=subject)
        audit.record(tx, **act, action=Act.MAILING_PAUSE, subject=f"mailing:{mailing_id}")


@pytest.mark.parametrize("path", matrix.rows(LISTS, every=2))
def test_list_asks_as_often_for_three_as_for_one(
    browser: TestClient, newsroom: Newsroom, path: str
) -> None:
    operators.sign_in(browser)
    headers = operators.bearer()
    add_more(newsroom, 1)
    browser.get(path, headers=headers)  # whatever is done once is done now

    with counted() as for_one:
        assert browser.get(path, headers=headers).status_code == 200
    for number in (2, 3):
        add_more(newsroom, number)
    with counted() as for_three:
        assert browser.get(path, headers=headers).status_code == 200

    assert len(for_one) > 0
    assert for_three == for_one
