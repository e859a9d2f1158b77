"""What an editor does to an article, verb by verb; what readers see of it is in tests/web."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from syndicate.articles import editing
from syndicate.articles.editing import Wording
from syndicate.errors import (
    NotAllowedError,
    NotFoundError,
    OutOfBoundsError,
    RefusedError,
    UsageError,
)
from syndicate.reading.encoding import tidy
from syndicate.reading.records import Words
from syndicate.store.content.articles import Article, Revision
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform.audit import Audit
from syndicate.store.platform.tokens import Actor
from syndicate.vocabulary.articles import ArticleState, Change
from tests import rows
from tests.acting import TESTER
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
HOUR = dt.timedelta(hours=1)
NOBODY = 999_999
WITHDRAWN = sorted(ArticleState.gone())


def article(**columns: Any) -> int:
    """An article of a day ago beside another one, with its first revision."""
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        rows.article(tx, publication_id, "other", NOW - 2 * rows.DAY)
        made = rows.article(tx, publication_id, "story", NOW - rows.DAY, **columns)
        rows.revision(tx, made.id)
        return made.id


def held(**columns: Any) -> int:
    return article(state=ArticleState.EMBARGOED, **columns)


def of(article_id: int) -> Article:
    with transaction() as tx:
        return editing.find(tx, article_id)


def revisions() -> list[tuple[int, int, Change, bool, str | None]]:
    with transaction() as tx:
        query = select(Revision).order_by(Revision.article_id, Revision.number)
        return [
            (each.article_id, each.number, each.change, each.is_material, each.note)
            for each in tx.scalars(query)
        ]


def audited() -> list[tuple[str, str, str, dict[str, Any]]]:
    with transaction() as tx:
        lines = tx.scalars(select(Audit).order_by(Audit.id))
        return [(each.actor, each.action, each.subject, each.detail) for each in lines]


def embargo(article_id: int, until: dt.datetime | None, now: dt.datetime = NOW) -> bool:
    with transaction() as tx:
        return editing.embargo(tx, article_id, until, actor=TESTER, now=now)


def correct(article_id: int, note: str = "It was five.", **words: str) -> bool:
    with transaction() as tx:
        return editing.correct(tx, article_id, Wording(**words), note=note, actor=TESTER, now=NOW)


# Words


@pytest.mark.parametrize(
    ("wording", "message"),
    [
        (
            {"headline": " \n\x02"},
            "An article needs a headline; leave it out to keep the one it has.",
        ),
        (
            {"headline": "x" * 301},
            "This headline has 301 characters; 300 is the most there is room for. Shorten it.",
        ),
        (
            {"standfirst": "x" * 401},
            "This standfirst has 401 characters; 400 is the most there is room for. Shorten it.",
        ),
    ],
)
def test_words_that_no_article_can_hold_are_refused(wording: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        Wording(**wording)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    "wording",
    [{"headline": f" {'x' * 300}\n"}, {"standfirst": f"{'x' * 200}   {'y' * 199}"}, {"body": ""}],
)
def test_words_are_counted_as_they_are_kept(wording: dict[str, str]) -> None:
    assert Wording(**wording)


def test_an_empty_standfirst_is_none_and_no_fault() -> None:
    article_id = article(body_html="<p>It rose.</p>", standfirst="What it is about.")

    assert correct(article_id, standfirst=" ")
    assert of(article_id).standfirst == ""


def test_what_is_typed_becomes_one_line_that_a_document_can_hold() -> None:
    assert tidy(" A\tcold\n\n morning\x02 ") == "A cold morning"


# Who and which


VERBS: dict[str, Callable[[Transaction, int, Actor], object]] = {
    "embargo": lambda tx, id_, actor: editing.embargo(tx, id_, None, actor=actor, now=NOW),
    "alert": lambda tx, id_, actor: editing.alert(tx, id_, actor=actor, now=NOW),
    "kill": lambda tx, id_, actor: editing.kill(tx, id_, note="x", actor=actor, now=NOW),
    "take down": lambda tx, id_, actor: editing.take_down(
        tx, id_, reason="x", actor=actor, now=NOW
    ),
    "correct": lambda tx, id_, actor: editing.correct(
        tx, id_, Wording(), note="x", actor=actor, now=NOW
    ),
}


@pytest.mark.parametrize("verb", VERBS)
def test_an_article_that_is_not_there_is_named(verb: str) -> None:
    with transaction() as tx, pytest.raises(NotFoundError) as refused:
        VERBS[verb](tx, NOBODY, TESTER)

    assert str(refused.value) == f"There is no article {NOBODY}; see the list of articles."


@pytest.mark.parametrize("verb", VERBS)
def test_whoever_may_not_changes_nothing(verb: str) -> None:
    article_id = article()

    with transaction() as tx, pytest.raises(NotAllowedError, match="console:desk does not have"):
        VERBS[verb](tx, article_id, Actor("console:desk", frozenset()))

    assert of(article_id).state is ArticleState.LIVE
    assert audited() == []


# Embargo


def test_an_article_is_held_back_until_a_moment_and_the_audit_says_which() -> None:
    article_id = article()

    assert embargo(article_id, NOW + HOUR)

    found = of(article_id)
    assert (found.state, found.embargo_until) == (ArticleState.EMBARGOED, NOW + HOUR)
    line = ("cli:tester", "article-embargo", f"article:{article_id}")
    assert audited() == [(*line, {"until": "2026-11-24T09:00:00Z"})]


def test_an_article_is_let_out_and_published_at_that_second() -> None:
    article_id = held(embargo_until=NOW + HOUR)

    assert embargo(article_id, None)

    found = of(article_id)
    assert (found.state, found.published_at, found.updated_at) == (ArticleState.LIVE, NOW, NOW)
    assert audited()[0][3] == {"until": "2026-11-24T08:00:00Z"}


@pytest.mark.parametrize("until", [None, NOW + HOUR])
def test_an_embargo_that_is_said_twice_is_said_once(until: dt.datetime | None) -> None:
    article_id = held()

    assert embargo(article_id, until)
    assert not embargo(article_id, until)
    assert len(audited()) == 1


@pytest.mark.parametrize("until", [NOW, NOW - dt.timedelta(microseconds=1)])
def test_a_moment_that_has_come_publishes_nothing(until: dt.datetime) -> None:
    article_id = held(embargo_until=NOW + HOUR)

    with pytest.raises(UsageError, match=r"UTC is in the past, so it would hold nothing back"):
        embargo(article_id, until)

    assert of(article_id).embargo_until == NOW + HOUR


@pytest.mark.parametrize(
    ("state", "named"),
    [
        (ArticleState.DRAFT, "a draft"),
        (ArticleState.KILLED, "killed"),
        (ArticleState.TAKEN_DOWN, "taken down"),
    ],
)
@pytest.mark.parametrize("until", [None, NOW + HOUR])
def test_only_what_would_be_published_is_held_back(
    state: ArticleState, named: str, until: dt.datetime | None
) -> None:
    article_id = article(state=state)

    with pytest.raises(RefusedError) as refused:
        embargo(article_id, until)

    assert str(refused.value) == (
        f"Article {article_id} is {named}; only what would be published can be held back."
    )


# Alert


def test_an_alert_is_asked_for_once_within_the_hour_and_anew_after_it() -> None:
    article_id = article()

    def alert(now: dt.datetime) -> bool:
        with transaction() as tx:
            return editing.alert(tx, article_id, actor=TESTER, now=now)

    assert [alert(NOW), alert(NOW + HOUR / 2), alert(NOW + 2 * HOUR)] == [True, False, True]
    assert [line[1] for line in audited()] == ["article-alert", "article-alert"]


@pytest.mark.parametrize("state", WITHDRAWN)
def test_nobody_is_told_of_what_was_withdrawn(state: ArticleState) -> None:
    article_id = article(state=state)

    with transaction() as tx, pytest.raises(RefusedError, match="; no alert is sent for it"):
        editing.alert(tx, article_id, actor=TESTER, now=NOW)

    assert of(article_id).alert_at is None


# Kill and takedown


@pytest.mark.parametrize(
    ("note", "kept"),
    [(" A\nhoax. ", "A hoax."), ("", None), (" \x02", None), ("x" * 1000, "x" * 1000)],
)
def test_a_kill_keeps_its_reason_with_the_revisions(note: str, kept: str | None) -> None:
    article_id = article(body_html="<p>Text</p>")

    for expected in (True, False):
        with transaction() as tx:
            assert editing.kill(tx, article_id, note=note, actor=TESTER, now=NOW) is expected

    found = of(article_id)
    assert (found.state, found.body_html) == (ArticleState.KILLED, "<p>Text</p>")
    assert revisions()[-1] == (article_id, 2, Change.KILL, True, kept)
    assert [line[1] for line in audited()] == ["article-kill"]


def test_a_note_beyond_what_is_kept_kills_nothing() -> None:
    article_id = article()

    with transaction() as tx, pytest.raises(OutOfBoundsError, match="longer than 1,000"):
        editing.kill(tx, article_id, note="x" * 1001, actor=TESTER, now=NOW)

    assert of(article_id).state is ArticleState.LIVE


def test_a_takedown_leaves_the_ground_in_the_audit_and_no_word_in_the_row() -> None:
    article_id = article(body_html="<p>Text</p>")

    for expected in (True, False):
        with transaction() as tx:
            done = editing.take_down(tx, article_id, reason=" An\torder. ", actor=TESTER, now=NOW)
        assert done is expected

    found = of(article_id)
    assert (found.state, found.headline, found.body_html) == (ArticleState.TAKEN_DOWN, "", "")
    line = ("cli:tester", "article-takedown", f"article:{article_id}")
    assert audited() == [(*line, {"reason": "An order."})]


@pytest.mark.parametrize("reason", ["", " \n", "\x02"])
def test_a_takedown_without_a_ground_is_refused(reason: str) -> None:
    article_id = article()

    with transaction() as tx, pytest.raises(UsageError, match="A takedown needs a reason"):
        editing.take_down(tx, article_id, reason=reason, actor=TESTER, now=NOW)

    assert of(article_id).state is ArticleState.LIVE


# Correction


def test_a_correction_is_a_revision_with_its_note_and_moves_updated() -> None:
    article_id = article(body_html="<p>Four.</p>", standfirst="Standfirst")

    assert correct(article_id, headline=" New\nwords ", body="<p>Five.<script>x</script></p>")

    found = of(article_id)
    assert (found.headline, found.body_html, found.standfirst) == (
        "New words",
        "<p>Five.</p>",
        "Standfirst",
    )
    assert (found.revision, found.updated_at) == (2, NOW)
    assert revisions()[-1] == (article_id, 2, Change.CORRECTION, True, "It was five.")


def test_a_relative_link_of_a_correction_leads_to_the_newsroom() -> None:
    article_id = article()

    correct(article_id, body='<p><a href="/why">Why</a></p>')

    assert 'href="https://daily.example/why"' in of(article_id).body_html


def test_the_fingerprint_follows_words_authors_and_lead_picture() -> None:
    article_id = article(body_html="<p>Four.</p>", authors=["City desk", "Court desk"])
    with transaction() as tx:
        rows.picture(tx, article_id, url="https://daily.example/second.jpg", position=1)
        rows.picture(tx, article_id, url="https://daily.example/lead.jpg", position=0)

    correct(article_id, headline="New words")

    found = of(article_id)
    words = Words("New words", found.standfirst, "<p>Four.</p>", ("City desk", "Court desk"))
    assert found.visible_hash == words.hash("https://daily.example/lead.jpg")


def test_a_correction_of_other_words_or_with_another_note_is_news_and_the_same_is_not() -> None:
    article_id = article()

    assert correct(article_id, headline="New")
    assert not correct(article_id, headline="New")
    assert not correct(article_id)
    assert correct(article_id, note="It was six.")
    assert correct(article_id, headline="Newer")
    assert [line[1] for line in audited()] == ["article-correct"] * 3


def test_a_note_of_another_article_does_not_count() -> None:
    article_id = article()
    with transaction() as tx:
        other = tx.scalar(select(Article.id).where(Article.id != article_id))
        assert other is not None
        rows.revision(tx, other, 2, Change.CORRECTION, note="It was five.")

    assert correct(article_id)


@pytest.mark.parametrize("note", ["", " \n", "\x02"])
def test_a_correction_tells_readers_what_was_wrong(note: str) -> None:
    with pytest.raises(UsageError) as refused:
        correct(article(), note, headline="New")

    assert str(refused.value) == "A correction needs a note that tells readers what was wrong."


@pytest.mark.parametrize("state", WITHDRAWN)
def test_what_was_withdrawn_is_not_corrected(state: ArticleState) -> None:
    article_id = article(state=state)

    with pytest.raises(RefusedError, match="; only an article that readers can see is corrected"):
        correct(article_id, headline="New")

    assert len(revisions()) == 1
