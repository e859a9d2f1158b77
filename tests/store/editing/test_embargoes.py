"""Embargoes in the rows: let out at their second, held until a person decides, moved by one."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text

from syndicate import jobs
from syndicate.store.content.articles import Article
from syndicate.store.editing import embargoes
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.syndication import feeds
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.articles import ArticleState
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)
EMBARGOED, LIVE = ArticleState.EMBARGOED, ArticleState.LIVE


def embargoed(
    tx: Transaction, until: dt.datetime | None, name: str = "story", **columns: Any
) -> Article:
    found = tx.scalar(text("SELECT id FROM publication WHERE slug = 'daily'"))
    daily = found or rows.publication(tx).id
    plain: dict[str, Any] = {"state": EMBARGOED, "embargo_until": until, "at": NOW - HOUR}
    return rows.article(tx, daily, name, **(plain | columns))


def fresh(tx: Transaction, article: Article) -> Article:
    tx.session.refresh(article)
    return article


def told(tx: Transaction) -> list[int]:
    return list(tx.scalars(text("SELECT article_id FROM changed_article")))


def test_an_article_is_let_out_at_its_second_as_published_then() -> None:
    with transaction() as tx:
        over, now, later = (
            embargoed(tx, NOW + after, name)
            for name, after in (("over", -SECOND), ("now", 0 * SECOND), ("later", SECOND))
        )

        assert sorted(embargoes.release(tx, NOW)) == [over.id, now.id]

        states = [fresh(tx, each).state for each in (over, now, later)]
        assert states == [LIVE, LIVE, EMBARGOED]
        assert (over.published_at, over.updated_at) == (NOW - SECOND, NOW - SECOND)
        assert (over.embargo_until, later.published_at) == (NOW - SECOND, NOW - HOUR)
        assert embargoes.release(tx, NOW) == []


@pytest.mark.parametrize(
    ("state", "until"),
    [
        (EMBARGOED, None),
        (ArticleState.DRAFT, NOW - HOUR),
        (ArticleState.KILLED, NOW - HOUR),
        (ArticleState.TAKEN_DOWN, NOW - HOUR),
        (LIVE, NOW - HOUR),
    ],
)
def test_only_an_embargo_that_has_an_end_is_let_out(
    state: ArticleState, until: dt.datetime | None
) -> None:
    with transaction() as tx:
        article = embargoed(tx, until, state=state)

        assert embargoes.release(tx, NOW) == []

        assert (fresh(tx, article).state, article.published_at) == (state, NOW - HOUR)


def test_feeds_of_what_is_let_out_are_due() -> None:
    with transaction() as tx:
        feeds.ensure(tx, rows.publication(tx).id)
        tx.execute(text("UPDATE feed SET due_at = NULL"))
        embargoed(tx, NOW)

        embargoes.release(tx, NOW)

        due = tx.scalars(select(Feed.due_at).where(Feed.kind == "everything")).all()
        assert due == [NOW]


def test_what_sources_say_of_embargoes_is_written_down_and_changes_nothing_else() -> None:
    with transaction() as tx:
        one, two = (embargoed(tx, None, name, embargo_said="old") for name in ("one", "two"))

        embargoes.note(tx, {one.id: "ask the desk"})
        embargoes.note(tx, {})

        assert [fresh(tx, each).embargo_said for each in (one, two)] == ["ask the desk", "old"]
        assert one.state is EMBARGOED


def test_what_waits_for_a_person_is_listed_newest_first() -> None:
    with transaction() as tx:
        held = [embargoed(tx, None, name).id for name in ("a", "b", "c")]
        embargoed(tx, NOW, "with an end")
        embargoed(tx, None, "a draft", state=ArticleState.DRAFT)
        weekly = rows.publication(tx, "weekly").id
        other = rows.article(tx, weekly, "d", state=EMBARGOED).id
        daily = fresh(tx, rows.article(tx, 1, "live")).publication_id

        everywhere = [each.id for each in embargoes.held(tx, limit=9)]
        here = [each.id for each in embargoes.held(tx, limit=2, publication_id=daily)]

        assert everywhere == [other, *reversed(held)]
        assert here == [held[2], held[1]]


@pytest.mark.parametrize(
    ("state", "had", "until", "expected"),
    [
        pytest.param(EMBARGOED, None, NOW + HOUR, (EMBARGOED, NOW + HOUR), id="held gets an end"),
        pytest.param(EMBARGOED, None, NOW, (LIVE, NOW), id="held is let out"),
        pytest.param(EMBARGOED, NOW + HOUR, NOW - HOUR, (LIVE, NOW), id="brought forward"),
        pytest.param(EMBARGOED, NOW, NOW + HOUR, (EMBARGOED, NOW + HOUR), id="put off"),
        pytest.param(LIVE, None, NOW + HOUR, (EMBARGOED, NOW + HOUR), id="taken back"),
        pytest.param(LIVE, None, NOW, None, id="live already"),
        pytest.param(EMBARGOED, NOW + HOUR, NOW + HOUR, None, id="the same end"),
        pytest.param(ArticleState.DRAFT, None, NOW, None, id="a draft"),
        pytest.param(ArticleState.KILLED, None, NOW, None, id="killed"),
        pytest.param(ArticleState.TAKEN_DOWN, None, NOW, None, id="taken down"),
    ],
)
def test_a_person_holds_an_article_back_or_lets_it_out(
    state: ArticleState,
    had: dt.datetime | None,
    until: dt.datetime,
    expected: tuple[ArticleState, dt.datetime] | None,
) -> None:
    with transaction() as tx:
        article = embargoed(tx, had, state=state)
        other = embargoed(tx, None, "other")

        assert embargoes.set_end(tx, article.id, until, now=NOW) is (expected is not None)

        is_out = expected is not None and expected[0] is LIVE
        assert (article.state, article.embargo_until) == (expected or (state, had))
        assert article.published_at == article.updated_at == (NOW if is_out else NOW - HOUR)
        assert told(tx) == ([article.id] if expected else [])
        hinted = [(jobs.PUBLISH_FEEDS, ()), (jobs.OPEN_ALERTS, ())]
        assert tx.hints == (hinted if expected else [])
        assert fresh(tx, other).is_held


@pytest.mark.parametrize(("said", "stands"), [("ask the desk", "ask the desk"), (None, "")])
def test_a_persons_word_stands_against_what_the_source_said_by_then(
    said: str | None, stands: str
) -> None:
    with transaction() as tx:
        article = embargoed(tx, None, embargo_said=said)

        embargoes.set_end(tx, article.id, NOW, now=NOW)

        assert article.embargo_said == stands


def test_there_is_no_end_for_what_is_not_there() -> None:
    with transaction() as tx:
        assert not embargoes.set_end(tx, 99, NOW, now=NOW)


def test_the_next_ends_are_moments_soonest_first() -> None:
    with transaction() as tx:
        for number, hours in enumerate((3, 1, 2, 2, 0, 4)):
            embargoed(tx, NOW + hours * HOUR, str(number))
        embargoed(tx, NOW + HOUR / 2, "let out", state=LIVE)
        embargoed(tx, None, "held")

        def ends(limit: int) -> list[dt.datetime]:
            return embargoes.next_ends(tx, after=NOW, until=NOW + 3 * HOUR, limit=limit)

        assert ends(9) == [NOW + hours * HOUR for hours in (1, 2, 3)]
        assert ends(2) == [NOW + hours * HOUR for hours in (1, 2)]
