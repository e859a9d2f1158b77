"""A document of which the database refuses something: the rest of it is stored all the same."""

import datetime as dt

import pytest

from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Site

HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("database")


def test_one_entry_never_stops_its_document(site: Site) -> None:
    titles = [f"Refused {n}" if n == 3 else f"Story {n}" for n in range(7)]
    site.serve("/feed", rss(*(item(n, title=title) for n, title in enumerate(titles))))
    source_id = newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.refuse()

    done = newsroom.collect()
    again = newsroom.collect(now=NOW + HOUR)

    assert (done.articles, done.failed) == (6, 0)
    assert "Refused 3" not in {each.headline for each in newsroom.articles()}
    [(kind, message)] = newsroom.notices()
    assert kind == "unstored"
    assert "“Refused 3”, cannot be stored (DataError)" in message
    assert newsroom.state_of(source_id).failures == 0
    assert (again.unchanged, again.failed) == (1, 0)


def test_what_a_known_story_became_stops_no_other(site: Site) -> None:
    site.serve("/feed", rss(item(1), item(2)))
    newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect()
    newsroom.refuse()
    changed = [item(1, title="Refused"), item(2, title="The lifeboat is out"), item(3)]
    site.serve("/feed", rss(*changed))

    done = newsroom.collect(now=NOW + HOUR)

    assert (done.articles, done.revisions, done.failed) == (1, 1, 0)
    found = [each.headline for each in newsroom.articles()]
    assert found == ["Story 1", "The lifeboat is out", "Story 3"]


def test_a_document_of_which_nothing_is_stored_is_its_sources_fault(site: Site) -> None:
    publication_id = newsroom.publication()
    site.serve("/bad", rss(item(1, title="Refused"), item(2, title="Refused too")))
    site.serve("/good", rss(item(3)))
    bad = newsroom.source(publication_id, site, "/bad")
    good = newsroom.source(publication_id, site, "/good")
    newsroom.refuse()

    done = newsroom.collect(bad, good)

    assert (done.articles, done.failed) == (1, 1)
    assert newsroom.only_article().headline == "Story 3"
    state = newsroom.state_of(bad)
    assert state.reason == "sends something that the database refuses (DataError)"
    assert (state.failures, state.leased_until) == (1, None)


def test_an_identity_that_is_used_again_is_told(site: Site) -> None:
    site.serve("/feed", rss(item(1, guid="slot-1")))
    newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect()
    again = item(2, guid="slot-1", title="The lifeboat is out", when=NOW + HOUR)
    site.serve("/feed", rss(again))

    done = newsroom.collect(now=NOW + HOUR)

    assert done.articles == 1
    [(kind, message)] = newsroom.notices()
    assert kind == "reused"
    assert "slot-1 stood for “Story 1” before, and stands for “The lifeboat is out” now" in message
