"""Two editors at one article at once: the second sees what the first has done."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from syndicate.articles import editing
from syndicate.articles.editing import Wording
from syndicate.errors import RefusedError
from syndicate.store.content.articles import Article, Revision, Tombstone
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform.audit import Audit
from syndicate.vocabulary.articles import ArticleState
from tests import rows
from tests.acting import TESTER
from tests.rows import NOW
from tests.store import racing

pytestmark = pytest.mark.usefixtures("database")
Act = Callable[[Transaction], bool]


@pytest.fixture
def story() -> int:
    with transaction() as tx:
        made = rows.article(tx, rows.publication(tx).id, "story", NOW - rows.DAY)
        rows.revision(tx, made.id)
        return made.id


def corrected(article_id: int, **words: str) -> Act:
    wording = Wording(**words)
    note = f"About {', '.join(words)}."
    return lambda tx: editing.correct(tx, article_id, wording, note=note, actor=TESTER, now=NOW)


def killed(article_id: int) -> Act:
    return lambda tx: editing.kill(tx, article_id, note="", actor=TESTER, now=NOW)


def taken_down(article_id: int) -> Act:
    return lambda tx: editing.take_down(tx, article_id, reason="x", actor=TESTER, now=NOW)


def of(article_id: int) -> Article:
    with transaction() as tx:
        return editing.find(tx, article_id)


def actions() -> list[str]:
    with transaction() as tx:
        return list(tx.scalars(select(Audit.action).order_by(Audit.id)))


def test_two_corrections_at_once_both_stand(story: int) -> None:
    first = corrected(story, headline="Four bridges")

    assert racing.second(first, corrected(story, standfirst="Not five."))

    found = of(story)
    assert (found.headline, found.standfirst) == ("Four bridges", "Not five.")


def test_a_correction_puts_no_word_back_into_what_is_being_taken_down(story: int) -> None:
    with pytest.raises(RefusedError, match="is taken down"):
        racing.second(taken_down(story), corrected(story, headline="Four bridges"))

    found = of(story)
    assert (found.headline, found.body_html) == ("", "")
    with transaction() as tx:
        assert tx.scalars(select(Revision)).all() == []
    assert actions() == ["article-takedown"]


@pytest.mark.parametrize("act", [killed, taken_down])
def test_who_withdraws_what_is_being_withdrawn_is_not_written_down(
    story: int, act: Callable[[int], Act]
) -> None:
    assert not racing.second(act(story), act(story))

    assert len(actions()) == 1


def test_a_kill_does_not_undo_a_takedown(story: int) -> None:
    assert not racing.second(taken_down(story), killed(story))

    assert of(story).state is ArticleState.TAKEN_DOWN
    with transaction() as tx:
        assert list(tx.scalars(select(Tombstone.reason))) == [ArticleState.TAKEN_DOWN]


@pytest.mark.parametrize(
    "act",
    [
        lambda tx, story: editing.embargo(tx, story, None, actor=TESTER, now=NOW),
        lambda tx, story: editing.alert(tx, story, actor=TESTER, now=NOW),
    ],
    ids=["embargo", "alert"],
)
def test_what_is_being_killed_is_neither_held_nor_told(
    story: int, act: Callable[[Transaction, int], bool]
) -> None:
    with pytest.raises(RefusedError, match="is killed"):
        racing.second(killed(story), lambda tx: act(tx, story))
