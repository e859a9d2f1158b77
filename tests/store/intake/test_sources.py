"""Adding, pausing, resuming and removing sources, by rows."""

import pytest
from sqlalchemy import update

from syndicate.collect import run
from syndicate.errors import NotFoundError
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import Source
from syndicate.vocabulary.sources import SourceKind, SourceState
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Site

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://feeds.news.example.co.uk/rss", "example.co.uk"),
        ("https://news.example.com:8443/rss", "example.com"),
        ("http://10.1.2.3:8080/rss", "10.1.2.3"),
        ("http://localhost/rss", "localhost"),
        ("push:daily", "push:daily"),
    ],
)
def test_politeness_is_owed_to_a_registered_domain(url: str, domain: str) -> None:
    assert sources.domain_of(url) == domain


def test_the_same_address_is_the_same_source_also_the_one_it_had_before(site: Site) -> None:
    publication_id = newsroom.publication()
    first = newsroom.source(publication_id, site, "/old")
    with transaction() as tx:
        tx.execute(update(Source).values(url=site.url("/new"), aliases=[site.url("/old")]))

    again = newsroom.source(publication_id, site, "/old")

    assert again == first
    with transaction() as tx:
        assert [row.url for row, _ in sources.listed(tx)] == [site.url("/new")]


def test_a_change_of_state_is_one_notice(site: Site) -> None:
    source_id = newsroom.source(newsroom.publication(), site, "/feed")
    with transaction() as tx:
        for _ in range(2):
            sources.set_state(tx, source_id, SourceState.PAUSED, message="paused", now=NOW)

    assert newsroom.notices() == [("paused", "paused")]
    assert run.collect_now(None, NOW).sources == 0


def test_removing_a_source_keeps_its_articles(site: Site) -> None:
    site.serve("/feed", rss(item(1)))
    source_id = newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect()

    with transaction() as tx:
        assert sources.remove(tx, source_id)
        assert not sources.remove(tx, source_id)

    assert newsroom.only_article().headline == "Story 1"


def test_an_unknown_source_is_one_sentence() -> None:
    with pytest.raises(NotFoundError, match="There is no source 7"):
        run.collect_now([7], NOW)


def test_a_push_source_is_never_polled() -> None:
    publication_id = newsroom.publication()
    with transaction() as tx:
        sources.add(tx, publication_id, SourceKind.PUSH, "push:daily", "CMS push")
        assert not sources.has_due(tx, NOW.replace(year=2100))

    assert run.collect_now(None, NOW).sources == 0
