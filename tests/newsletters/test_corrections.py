"""Who got a story that was corrected since is told in the next issue, once, and nobody else is."""

import datetime as dt

import pytest

from syndicate.newsletters import rehearse
from syndicate.newsletters.corrections import AT_MOST, owed
from syndicate.store.composition.corrections import LaterChange
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.vocabulary.articles import ArticleState, Change
from tests import rows
from tests.newsletters.paper import DAY, HOUR, NOW, SLOT, article, choices, reader
from tests.newsletters.sending import compose
from tests.subscribers import desk

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def readers() -> tuple[int, int]:
    """Recipients of "world" and of "sport"; the first got the story that day one carried."""
    with transaction() as tx:
        desk.morning(tx)
        article(tx, 1, "world-one", SLOT - HOUR)
        made = reader(tx, 1, sections=("world",)), reader(tx, 2, sections=("sport",))
    compose(0)
    return made


def revise(change: Change, *, number: int = 2, day: int = 0) -> None:
    """What an editor does to the story of day one."""
    with transaction() as tx:
        story = tx.get(Article, 1)
        assert story is not None
        story.revision = number
        if change is Change.KILL:
            story.state = ArticleState.KILLED
        rows.revision(
            tx,
            1,
            number,
            change,
            is_material=True,
            note=f"The bridge is {number}00 metres long.",
            headline=story.headline,
            created_at=NOW + day * DAY + HOUR,
        )


def news(day: int) -> None:
    with transaction() as tx:
        article(tx, 2, f"sport-{day}", SLOT + day * DAY - HOUR)


def text_of(day: int, address: str) -> str:
    return rehearse.preview(1, NOW + day * DAY, address=address).decode()


def test_who_got_it_is_told_once_and_who_did_not_is_not(readers: tuple[int, int]) -> None:
    had_it, never_had_it = readers
    revise(Change.CORRECTION)
    news(1)
    first = compose(1)
    news(2)
    second = compose(2)

    with transaction() as tx:
        assert choices(tx, first) == {had_it: 0b10, never_had_it: 0b01}
        assert choices(tx, second) == {had_it: 0, never_had_it: 0b01}


def test_a_second_correction_is_told_too(readers: tuple[int, int]) -> None:
    revise(Change.CORRECTION)
    news(1)
    compose(1)
    revise(Change.CORRECTION, number=3, day=1)
    news(2)

    mailing_id = compose(2)

    with transaction() as tx:
        assert choices(tx, mailing_id)[readers[0]] == 0b10


@pytest.mark.usefixtures("database", "readers")
def test_a_correction_says_what_the_editor_says_and_leads_to_the_new_text() -> None:
    revise(Change.CORRECTION)
    news(1)

    text = text_of(1, "reader001@example.com")

    assert "Corrected since we wrote to you" in text
    assert "Headline world-one" in text
    assert "The bridge is 200 metres long." in text


@pytest.mark.usefixtures("database", "readers")
def test_of_what_was_withdrawn_there_is_no_headline() -> None:
    revise(Change.KILL)
    news(1)

    text = text_of(1, "reader001@example.com")

    assert "An article we sent you on Tuesday, 24 November 2026" in text.replace("=\r\n", "")
    assert "Headline world-one" not in text


@pytest.mark.parametrize("change", [Change.FIX, Change.UPDATE])
def test_a_fix_and_an_update_are_no_corrections(readers: tuple[int, int], change: Change) -> None:
    revise(change)
    news(1)

    mailing_id = compose(1)

    with transaction() as tx:
        assert choices(tx, mailing_id) == {readers[0]: 0, readers[1]: 0b1}


def test_corrections_alone_make_no_issue_and_a_full_one_takes_few() -> None:
    def correction(number: int) -> LaterChange:
        at = NOW + dt.timedelta(minutes=number)
        return LaterChange(number, 2, "world", "en", "H", "", None, "s", at, NOW.date(), False)

    many = [correction(number) for number in range(10)]

    assert owed(many, stories=0) == ()
    assert [place for place, _ in owed(many, stories=3)] == list(range(3, 3 + AT_MOST))
    assert [each.article_id for _, each in owed(many, stories=3)] == [9, 8, 7, 6, 5]
    assert [place for place, _ in owed(many, stories=62)] == [62]
    assert owed(many, stories=63) == ()
