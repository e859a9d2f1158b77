"""What reader pages offer (`reader_pages`): newsletters, feeds, and the issues that went out."""

import datetime as dt

import pytest
from sqlalchemy import update

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.publications import Publication
from syndicate.store.syndication import feeds
from syndicate.store.syndication.feeds import Feed
from syndicate.store.views import reader_pages
from syndicate.store.views.reader_pages import Offered
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.newsletters import IssueState
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
HOUR = dt.timedelta(hours=1)


def offered(tx: Transaction, publication_id: int) -> list[str]:
    publication = tx.get(Publication, publication_id)
    assert publication is not None
    return [each.slug for each in reader_pages.public_newsletters(tx, publication)]


def test_a_publication_offers_its_own_newsletters_and_those_that_draw_from_it() -> None:
    with transaction() as tx:
        daily, weekly = rows.publication(tx).id, rows.publication(tx, "weekly").id
        here, there = rows.section(tx, daily).id, rows.section(tx, weekly).id
        rows.newsletter(tx, weekly, "drawn", section_ids=(there, here))
        rows.newsletter(tx, daily, "own")
        rows.newsletter(tx, daily, "hidden", is_public=False)
        rows.newsletter(tx, weekly, "theirs", section_ids=(there,))
        rows.newsletter(tx, weekly, "hidden too", section_ids=(here,), is_public=False)

        assert offered(tx, daily) == ["drawn", "own"]
        assert offered(tx, weekly) == ["drawn", "theirs"]


def test_a_newsletter_is_offered_in_the_publications_language() -> None:
    with transaction() as tx:
        arabic = rows.publication(tx, "yawm", language="ar", direction="rtl")
        said = {"name": "الصباح", "description": "ما حدث"}
        rows.newsletter(tx, arabic.id, translations={"ar": said})

        assert reader_pages.public_newsletters(tx, arabic) == [
            Offered("morning", "الصباح", "ما حدث")
        ]


def test_pages_announce_the_paper_its_picks_and_its_sections() -> None:
    with transaction() as tx:
        daily, weekly = rows.publication(tx).id, rows.publication(tx, "weekly").id
        for each in (daily, weekly):
            rows.section(tx, each)
            feeds.ensure(tx, each)

        found = reader_pages.announced_feeds(tx, daily)

        assert {feed.kind.value for feed in found} == {"everything", "featured", "section"}
        assert {feed.publication_id for feed in found} == {daily}
        assert [feed.id for feed in found] == sorted(feed.id for feed in found)


@pytest.mark.parametrize("change", [{"gone_at": NOW}, {"moved_to": "https://x.example/"}])
def test_a_feed_that_is_gone_or_moved_is_not_announced(change: dict[str, object]) -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        feeds.ensure(tx, daily)
        before = reader_pages.announced_feeds(tx, daily)

        tx.execute(update(Feed).values(change))

        assert before
        assert reader_pages.announced_feeds(tx, daily) == []


def test_issues_that_went_out_stand_newest_first() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        morning, evening = (rows.newsletter(tx, daily, slug).id for slug in ("a", "b"))
        for number, state in enumerate(IssueState, 1):
            rows.issue(tx, morning, number, state=state)
        rows.issue(tx, evening, 1, state=IssueState.DONE)
        last = rows.issue(tx, morning, 99, state=IssueState.DONE, slot="later").id

        found = reader_pages.sent_issues(tx, morning, limit=9)

        assert [issue.state for issue in found] == ["done", "done", "sending"]
        assert [issue.id for issue in reader_pages.sent_issues(tx, morning, limit=1)] == [last]


@pytest.mark.parametrize("state", list(IssueState))
@pytest.mark.parametrize("is_public", [True, False])
def test_an_issue_is_read_by_everybody_when_it_went_out(
    state: IssueState, *, is_public: bool
) -> None:
    is_read = is_public and state in {IssueState.SENDING, IssueState.DONE}
    with transaction() as tx:
        newsletter = rows.newsletter(tx, rows.publication(tx).id, is_public=is_public)
        issue = rows.issue(tx, newsletter.id, state=state)

        assert reader_pages.sent_issue(tx, issue.id) == ((issue, newsletter) if is_read else None)


def test_an_issue_that_is_not_there_is_not_read() -> None:
    with transaction() as tx:
        assert reader_pages.sent_issue(tx, 7) is None


def test_the_stories_of_an_issue_stand_in_its_order_as_they_are_now() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        first, second, corrected, killed, held = (
            rows.article(tx, daily, name) for name in ("a", "b", "c", "d", "e")
        )
        killed.state = ArticleState.KILLED
        held.state, held.embargo_until = ArticleState.EMBARGOED, NOW + HOUR
        newsletter = rows.newsletter(tx, daily).id
        issue, other = (rows.issue(tx, newsletter, number).id for number in (1, 2))
        rows.story(tx, issue, 2, first.id)
        rows.story(tx, issue, 1, second.id)
        rows.story(tx, issue, 3, corrected.id, is_correction=True)
        rows.story(tx, issue, 4, killed.id)
        rows.story(tx, issue, 5, held.id)
        rows.story(tx, other, 0, corrected.id)
        rows.picture(tx, first.id, url="lead")

        found = reader_pages.issue_stories(tx, issue, now=NOW)

        assert [story.id for story in found] == [second.id, first.id]
        assert found[0].picture is None
        assert found[1].picture is not None
        assert len(reader_pages.issue_stories(tx, issue, now=NOW + HOUR)) == 3
