"""Who may be the same story as what a source brings for the first time: each condition of it."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import text

from syndicate.store.editing import similar
from syndicate.store.ground.session import Transaction, transaction
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.sources import SourceKind
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
WITHIN, SECOND = dt.timedelta(minutes=10), dt.timedelta(seconds=1)


def told(tx: Transaction, **columns: Any) -> int:
    """An article "Talks end" of publication 1, whose source is "wire"."""
    name = columns.pop("name", "one")
    plain = {"headline": "Talks end", "body_html": f"<p>{name}</p>"}
    return rows.article(tx, 1, name, **(plain | columns)).id


def newsroom(tx: Transaction, kind: SourceKind = SourceKind.FEED) -> int:
    """A publication, and the source that brings something new; the source's id."""
    daily = rows.publication(tx)
    assert daily.id == 1
    return rows.source(tx, daily.id, "fresh", kind=kind).id


def candidates(
    tx: Transaction, source_id: int, *wanted: tuple[int, str, dt.datetime], publication_id: int = 1
) -> list[tuple[int, int, str]]:
    return similar.candidates(tx, publication_id, source_id, wanted, within=WITHIN)


TALKS = (0, "Talks end", NOW)


@pytest.mark.parametrize(
    ("columns", "is_one"),
    [
        pytest.param({}, True, id="the same headline at the same time"),
        pytest.param({"headline": "talks end"}, False, id="another headline"),
        pytest.param({"at": NOW + WITHIN}, True, id="as late as may be"),
        pytest.param({"at": NOW - WITHIN}, True, id="as early as may be"),
        pytest.param({"at": NOW + WITHIN + SECOND}, False, id="too late"),
        pytest.param({"at": NOW - WITHIN - SECOND}, False, id="too early"),
        pytest.param({"is_dated": False}, False, id="its date is a guess"),
        pytest.param({"state": ArticleState.TAKEN_DOWN}, False, id="taken down"),
        pytest.param({"state": ArticleState.KILLED}, True, id="killed, and not to come back"),
        pytest.param({"state": ArticleState.EMBARGOED}, True, id="embargoed"),
    ],
)
def test_what_may_be_the_same_story(columns: dict[str, Any], *, is_one: bool) -> None:
    with transaction() as tx:
        fresh = newsroom(tx)
        article = told(tx, **columns)

        found = candidates(tx, fresh, TALKS)

        assert found == ([(0, article, "<p>one</p>")] if is_one else [])


def test_what_the_source_brought_itself_is_no_candidate_whoever_else_did() -> None:
    with transaction() as tx:
        fresh = newsroom(tx)
        wire = rows.source(tx, 1, "wire").id
        own, foreign = told(tx, name="own"), told(tx, name="foreign")
        for article in (own, foreign):
            rows.carried(tx, article, wire, str(article))
        rows.carried(tx, own, fresh)

        assert candidates(tx, fresh, TALKS) == [(0, foreign, "<p>foreign</p>")]


def test_another_publications_story_is_another_story() -> None:
    with transaction() as tx:
        fresh = newsroom(tx)
        told(tx)
        weekly = rows.publication(tx, "weekly").id

        assert candidates(tx, fresh, TALKS, publication_id=weekly) == []


@pytest.mark.parametrize("kind", [each for each in SourceKind if each is not SourceKind.PUSH])
def test_every_source_that_is_asked_may_bring_it(kind: SourceKind) -> None:
    with transaction() as tx:
        fresh = newsroom(tx, kind)
        article = told(tx)

        assert [found[1] for found in candidates(tx, fresh, TALKS)] == [article]


def test_what_a_cms_pushes_is_what_its_id_says() -> None:
    with transaction() as tx:
        fresh = newsroom(tx, SourceKind.PUSH)
        rows.source(tx, 1, "a feed beside it")
        told(tx)

        assert candidates(tx, fresh, TALKS) == []


def test_each_story_has_candidates_of_its_own_oldest_article_first() -> None:
    with transaction() as tx:
        fresh = newsroom(tx)
        first, second = told(tx, name="first"), told(tx, name="second")
        third = told(tx, name="third", headline="Talks begin", at=NOW + WITHIN)
        tx.execute(text("UPDATE article SET slug = 'moved' WHERE id = :id"), {"id": first})

        found = candidates(tx, fresh, TALKS, (1, "Talks begin", NOW), (2, "Nothing", NOW))

        assert [row[:2] for row in found] == [(0, first), (0, second), (1, third)]


def test_no_story_has_no_candidate() -> None:
    with transaction() as tx:
        fresh = newsroom(tx)
        told(tx)

        assert candidates(tx, fresh) == []
