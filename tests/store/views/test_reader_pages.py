"""What reader pages read of articles: only what may be shown, in its order, each publication's."""

import datetime as dt
from typing import Any

import pytest

from syndicate.store.content.articles import Article
from syndicate.store.content.featured import Featured
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.views import reader_pages
from syndicate.store.views.reader_pages import Correction, ListedArticle
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change, Channel
from tests import rows
from tests.rows import NOW

database = pytest.mark.usefixtures("database")
SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)
# (columns, whether a page shows it) for articles in every state.
SHOWN = [
    pytest.param({}, True, id="live"),
    pytest.param({"state": ArticleState.DRAFT}, False, id="a draft"),
    pytest.param({"state": ArticleState.KILLED}, False, id="killed"),
    pytest.param({"state": ArticleState.TAKEN_DOWN}, False, id="taken down"),
    pytest.param({"state": ArticleState.EMBARGOED}, False, id="held"),
    pytest.param(
        {"state": ArticleState.EMBARGOED, "embargo_until": NOW + SECOND}, False, id="embargoed"
    ),
    pytest.param(
        {"state": ArticleState.EMBARGOED, "embargo_until": NOW}, True, id="at the embargo's second"
    ),
    pytest.param({"access": Access.PAID}, True, id="paid, as a teaser"),
]


def newest(tx: Transaction, publication_id: int, **which: Any) -> list[int]:
    found = reader_pages.newest(tx, publication_id, now=NOW, **({"limit": 9} | which))
    return [story.id for story in found]


@pytest.mark.parametrize(
    ("slug", "path"),
    [
        ("talks-end", "/articles/7/talks-end"),
        ("a/b c?", "/articles/7/a%2Fb%20c%3F"),
        ("أخبار", "/articles/7/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1"),
    ],
)
def test_the_path_of_a_page_is_ascii(slug: str, path: str) -> None:
    assert reader_pages.path_of(7, slug) == path


@database
def test_a_listed_article_says_what_a_list_shows() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        section = rows.section(tx, daily, "east", name="Middle East").id
        article = rows.article(
            tx,
            daily,
            "story",
            NOW - HOUR,
            section_id=section,
            kind=ArticleKind.OPINION,
            access=Access.PAID,
            updated_at=NOW,
        )

        (found,) = reader_pages.newest(tx, daily, now=NOW, limit=9)

        assert found == ListedArticle(
            id=article.id,
            publication_id=daily,
            slug="story",
            url="https://daily.example/story",
            kind=ArticleKind.OPINION,
            access=Access.PAID,
            language="en",
            direction="ltr",
            headline="Headline story",
            standfirst="Standfirst story",
            authors=["Daily desk"],
            published_at=NOW - HOUR,
            updated_at=NOW,
            section_slug="east",
            section_name="Middle East",
            picture=None,
        )
        assert found.is_for_subscribers
        assert found.path == f"/articles/{article.id}/story"


@database
@pytest.mark.parametrize(("columns", "is_shown"), SHOWN)
def test_a_list_shows_what_a_page_may_show(columns: dict[str, Any], *, is_shown: bool) -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article = rows.article(tx, daily, **columns).id

        assert newest(tx, daily) == ([article] if is_shown else [])


@database
def test_the_newest_stand_first_and_of_two_at_once_the_later_one() -> None:
    with transaction() as tx:
        daily, weekly = rows.publication(tx).id, rows.publication(tx, "weekly").id
        section = rows.section(tx, daily).id
        old = rows.article(tx, daily, "old", NOW - HOUR).id
        first = rows.article(tx, daily, "first", NOW, section_id=section).id
        second = rows.article(tx, daily, "second", NOW).id
        rows.article(tx, weekly, "other", NOW)

        assert newest(tx, daily) == [second, first, old]
        assert newest(tx, daily, limit=2) == [second, first]
        assert newest(tx, daily, section_id=section) == [first]


@database
def test_a_list_goes_on_after_an_article() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        times = (NOW - HOUR, NOW, NOW, NOW, NOW + HOUR)
        ids = [rows.article(tx, daily, str(n), at).id for n, at in enumerate(times)]

        assert newest(tx, daily, before=ids[2]) == [ids[1], ids[0]]
        assert newest(tx, daily, before=ids[1]) == [ids[0]]
        assert newest(tx, daily, before=ids[0]) == []


@database
def test_an_article_that_is_not_shown_tells_nobody_its_place() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        ids = [rows.article(tx, daily, name, NOW - HOUR).id for name in ("a", "b")]
        embargoed = {"state": ArticleState.EMBARGOED, "embargo_until": NOW + HOUR}
        held = rows.article(tx, daily, "held", NOW - 2 * HOUR, **embargoed).id

        assert newest(tx, daily, before=held) == [ids[1], ids[0]]
        assert newest(tx, daily, before=999) == [ids[1], ids[0]]


@database
def test_a_story_has_its_first_picture_that_a_page_may_show() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        shown, bare = (rows.article(tx, daily, name).id for name in ("a", "b"))
        rows.picture(tx, shown, url="second", position=3)
        rows.picture(tx, shown, url="first", position=2)
        rows.picture(tx, shown, url="of mails", position=0, channels=["mail"])
        rows.picture(tx, shown, url="over", position=1, rights_until=NOW)
        rows.picture(tx, bare, url="of mails", channels=["mail"])

        found = reader_pages.newest(tx, daily, now=NOW, limit=9)

        assert [(story.id, story.picture and story.picture.url) for story in found] == [
            (bare, None),
            (shown, "first"),
        ]


@database
@pytest.mark.parametrize(("columns", "is_shown"), SHOWN)
def test_one_article_is_read_where_a_page_may_show_it(
    columns: dict[str, Any], *, is_shown: bool
) -> None:
    with transaction() as tx:
        article = rows.article(tx, rows.publication(tx).id, **columns).id

        assert (reader_pages.article(tx, article, now=NOW) is not None) is is_shown


@database
def test_there_is_no_page_of_no_article() -> None:
    with transaction() as tx:
        assert reader_pages.article(tx, 7, now=NOW) is None


@database
def test_a_page_shows_everything_of_its_article_and_nothing_of_another() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        desk = rows.desk(tx, daily)
        section = rows.section(tx, daily, desk_id=desk.id).id
        article = rows.article(tx, daily, "a", section_id=section, body_html="<p>x</p>")
        other = rows.article(tx, daily, "b")
        for each in (article, other):
            rows.tag(tx, each, f"zone-{each.slug}", "zone")
        rows.tag(tx, article, "apple", "Apple")
        rows.picture(tx, article.id, url="second", position=1)
        rows.picture(tx, article.id, url="lead", position=0)
        rows.picture(tx, article.id, url="of mails", position=2, channels=["mail"])
        rows.picture(tx, other.id, url="another's", channels=["mail"])
        notes = [
            (1, Change.FIRST, None),
            (2, Change.CORRECTION, "Five, not four."),
            (3, Change.FIX, "not for readers"),
            (4, Change.CORRECTION, None),
            (5, Change.CORRECTION, "Six, not five."),
        ]
        for number, change, note in notes:
            at = NOW + number * HOUR
            rows.revision(tx, article.id, number, change, note=note, created_at=at)
        rows.revision(tx, other.id, 2, Change.CORRECTION, note="another's")

        found = reader_pages.article(tx, article.id, now=NOW)

        assert found is not None
        assert (found.story.id, found.words.body_html, found.desk) == (article.id, "<p>x</p>", desk)
        assert [picture.url for picture in found.pictures] == ["lead", "second"]
        assert found.forbidden == {"of mails"}
        assert found.tags == ["Apple", "zone"]
        assert found.corrections == [
            Correction(NOW + 5 * HOUR, "Six, not five."),
            Correction(NOW + 2 * HOUR, "Five, not four."),
        ]


@database
def test_an_article_of_no_section_or_of_one_without_a_desk_has_no_desk() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        section = rows.section(tx, daily).id
        ids = [rows.article(tx, daily, "a").id, rows.article(tx, daily, "b", section_id=section).id]

        found = [reader_pages.article(tx, each, now=NOW) for each in ids]

        assert [each and each.desk for each in found] == [None, None]
        assert [each and each.story.section_slug for each in found] == [None, "world"]


@database
@pytest.mark.parametrize(
    ("channel", "access", "body"),
    [
        (Channel.PAGE, Access.FREE, "<p>x</p>"),
        (Channel.PAGE, Access.PAID, ""),
        (Channel.PAGE, Access.REGISTERED, ""),
        (Channel.MAIL, Access.PAID, ""),
        (Channel.PRIVATE_FEED, Access.PAID, "<p>x</p>"),
        (Channel.PUBLIC_FEED, Access.FREE, "<p>x</p>"),
        (Channel.PUBLIC_FEED, Access.PAID, None),
    ],
)
def test_the_text_is_for_those_who_may_read_it(
    channel: Channel, access: Access, body: str | None
) -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article = rows.article(tx, daily, access=access, body_html="<p>x</p>").id

        found = reader_pages.article(tx, article, now=NOW, channel=channel)

        assert (None if found is None else found.words.body_html) == body


@database
def test_another_channel_has_its_own_pictures() -> None:
    with transaction() as tx:
        article = rows.article(tx, rows.publication(tx).id).id
        rows.picture(tx, article, url="of pages", channels=["page"])
        rows.picture(tx, article, url="of mails", channels=["mail"])

        found = reader_pages.article(tx, article, now=NOW, channel=Channel.MAIL)

        assert found is not None
        assert [picture.url for picture in found.pictures] == ["of mails"]
        assert found.forbidden == {"of pages"}


@database
@pytest.mark.parametrize("state", list(ArticleState))
def test_what_was_withdrawn_is_gone(state: ArticleState) -> None:
    is_gone = state in {ArticleState.KILLED, ArticleState.TAKEN_DOWN}
    with transaction() as tx:
        article = rows.article(tx, rows.publication(tx).id, state=state).id

        assert reader_pages.is_gone(tx, article) is is_gone
        assert not reader_pages.is_gone(tx, article + 1)


def pick(
    tx: Transaction,
    publication_id: int,
    position: int,
    article: Article | None = None,
    **columns: Any,
) -> None:
    plain = {"teaser": f"teaser {position}", "url": f"https://x.example/{position}"}
    times = {"starts_at": NOW - HOUR, "ends_at": None}
    key = {"publication_id": publication_id, "position": position}
    article_id = None if article is None else article.id
    rows.added(tx, Featured(**key, article_id=article_id, **(plain | times | columns)))


@database
def test_picks_stand_in_their_order_with_the_articles_that_may_be_shown() -> None:
    with transaction() as tx:
        daily, weekly = rows.publication(tx).id, rows.publication(tx, "weekly").id
        live = rows.article(tx, daily, "live")
        killed = rows.article(tx, daily, "killed", state=ArticleState.KILLED)
        pick(tx, daily, 3, live)
        pick(tx, daily, 1)
        pick(tx, daily, 2, killed)
        pick(tx, weekly, 0)
        rows.picture(tx, live.id, url="lead")

        outside, ours = reader_pages.picks(tx, daily, now=NOW)

        assert (outside.teaser, outside.url, outside.story) == (
            ("teaser 1", "https://x.example/1", None)
        )
        assert ours.story is not None
        assert (ours.story.id, ours.teaser) == (live.id, "teaser 3")
        assert ours.story.picture is not None


@database
@pytest.mark.parametrize(
    ("starts_at", "ends_at", "is_picked"),
    [
        (NOW, None, True),
        (NOW + SECOND, None, False),
        (NOW - HOUR, NOW + SECOND, True),
        (NOW - HOUR, NOW, False),
    ],
)
def test_a_pick_stands_for_its_time(
    starts_at: dt.datetime, ends_at: dt.datetime | None, *, is_picked: bool
) -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        pick(tx, daily, 0, starts_at=starts_at, ends_at=ends_at)

        assert len(reader_pages.picks(tx, daily, now=NOW)) == is_picked
