"""Featuring by an editor's word: what the front page shows then, and what is told to feeds."""

import datetime as dt

import pytest
from sqlalchemy import delete, select

from syndicate.articles import editing, featuring
from syndicate.store.editing.outbox import ChangedArticle
from syndicate.store.ground.session import transaction
from syndicate.store.views import reader_pages
from syndicate.vocabulary.articles import ArticleState
from tests import rows
from tests.acting import TESTER
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def article_id(database: str) -> int:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        made = rows.article(tx, publication_id, "story", NOW - rows.DAY, state=ArticleState.LIVE)
        rows.revision(tx, made.id)
        return made.id


def shown(article_id: int, now: dt.datetime = NOW) -> list[str]:
    with transaction() as tx:
        publication_id = editing.find(tx, article_id).publication_id
        return [each.teaser for each in reader_pages.picks(tx, publication_id, now=now)]


def feature(article_id: int, teaser: str = "", until: dt.datetime | None = None) -> bool:
    with transaction() as tx:
        return featuring.feature(tx, article_id, teaser=teaser, until=until, actor=TESTER, now=NOW)


def test_a_pick_without_a_teaser_says_the_headline_as_it_is_corrected(article_id: int) -> None:
    assert feature(article_id)

    with transaction() as tx:
        wording = editing.Wording(headline="A better headline")
        editing.correct(tx, article_id, wording, note="It was five.", actor=TESTER, now=NOW)

    assert shown(article_id) == ["A better headline"]


def test_feeds_are_told_of_a_pick_and_of_its_end(article_id: int) -> None:
    for act in (featuring.feature, featuring.unfeature):
        with transaction() as tx:
            tx.execute(delete(ChangedArticle))
            assert act(tx, article_id, actor=TESTER, now=NOW)
            assert list(tx.scalars(select(ChangedArticle.article_id))) == [article_id]


def test_a_pick_leaves_the_list_when_it_was_said_to(article_id: int) -> None:
    feature(article_id, "Read this", until=NOW + HOUR)

    assert shown(article_id) == ["Read this"]
    assert shown(article_id, NOW + HOUR) == []
