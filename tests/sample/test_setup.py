"""The rows and readers of the sample newsroom, in a real database."""

import datetime as dt
import socket
from pathlib import Path

import pytest

from syndicate.errors import RefusedError
from syndicate.sample import newsroom, readers, server, setup, state
from syndicate.sample.state import State
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import sources
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.newsroom.publications import Publication
from syndicate.store.readers import subscribers
from syndicate.store.syndication import feeds
from syndicate.subscribers import transfer
from syndicate.vocabulary.newsletters import NewsletterKind
from tests import rows

START = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
NEWSROOM = State(START, 18080)


def _install() -> setup.Installed:
    with transaction() as tx:
        return setup.install(tx, NEWSROOM, slot="08:00")


@pytest.mark.usefixtures("database")
def test_two_publications_share_a_newsletter_over_all_their_sections() -> None:
    with transaction() as tx:
        assert not setup.is_installed(tx)

    installed = _install()

    with transaction() as tx:
        assert setup.is_installed(tx)
        brands = publications.all_publications(tx)
        sections = [publications.sections_of(tx, brand.id) for brand in brands]
        newsletter = newsletters.find(tx, installed.newsletter_id)
        drawn = newsletters.sections_of(tx, installed.newsletter_id)
    assert [(brand.language, brand.direction) for brand in brands] == [("en", "ltr"), ("ar", "rtl")]
    assert [len(each) for each in sections] == [5, 5]
    assert len(drawn) == 10
    assert newsletter is not None
    assert newsletter.languages == ["en", "ar"]
    assert newsletters.in_language(newsletter, "ar")["publication"] == "بريد المرفأ"


@pytest.mark.usefixtures("database")
def test_each_section_has_a_source_that_may_dial_the_newsroom_alone() -> None:
    installed = _install()

    with transaction() as tx:
        found = [source for source, _ in sources.listed(tx)]
        slugs = {feed.slug for feed in feeds.offered(tx, installed.publication_ids[0])}
    assert len(found) == 10
    assert {tuple(source.allow_origins) for source in found} == {("127.0.0.1:18080",)}
    assert {"everything", "world", "culture"} <= slugs


@pytest.mark.usefixtures("database")
def test_setting_up_twice_is_refused_and_changes_nothing() -> None:
    _install()

    with pytest.raises(RefusedError):
        _install()

    with transaction() as tx:
        assert len(publications.all_publications(tx)) == 2


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("place", [0, 1])
def test_a_publication_of_the_same_name_is_left_alone(place: int) -> None:
    slug = newsroom.publications()[place].slug
    with transaction() as tx:
        rows.publication(tx, slug, name="Somebody's own")

    with pytest.raises(RefusedError, match=rf"^There is a publication called {slug} already; "):
        _install()

    with transaction() as tx:
        assert [each.name for each in publications.all_publications(tx)] == ["Somebody's own"]


@pytest.mark.usefixtures("database")
def test_a_newsroom_whose_port_is_taken_moves_with_its_sources(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        before = State(START, port)
        state.write(tmp_path, before)
        with transaction() as tx:
            setup.install(tx, before, slot="08:00")

        with server.listen(tmp_path) as moved:
            now_at = state.read(tmp_path)

            assert moved.server_port == now_at.port != port
    with transaction() as tx:
        found = setup.sources_of(tx, now_at)
        left = setup.sources_of(tx, before)
    assert (len(found), left) == (10, [])
    assert {tuple(source.allow_origins) for source in found} == {(f"127.0.0.1:{now_at.port}",)}


@pytest.mark.usefixtures("database")
def test_removing_leaves_what_is_somebody_elses() -> None:
    installed = _install()
    transfer.import_csv(
        readers.as_csv(9, now=START), setup.NEWSLETTER, wording="Yes.", origin="a test", now=START
    )
    with transaction() as tx:
        own = _own_publication(tx)
        newsletter_id = newsletters.add(tx, _own_newsletter(own), section_ids=[]).id
        subscriber = subscribers.by_address(tx, readers.address(1))
        assert subscriber is not None
        subscribers.subscribe(tx, subscriber.id, newsletter_id, language="en", now=START)

    with transaction() as tx:
        gone = setup.remove(tx)

    with transaction() as tx:
        assert gone == 8
        assert [each.slug for each in publications.all_publications(tx)] == ["own"]
        assert newsletters.find(tx, installed.newsletter_id) is None
        assert sources.listed(tx) == []
        assert subscribers.by_address(tx, readers.address(1)) is not None
        assert subscribers.by_address(tx, readers.address(2)) is None
        assert setup.remove(tx) == 0


def _own_publication(tx: Transaction) -> int:
    own = Publication(
        slug="own",
        name="Our Own",
        language="en",
        direction="ltr",
        zone="UTC",
        sender_name="Our Own",
        sender_address="news@own.example",
        postal_address="1 Street",
    )
    tx.add(own)
    tx.flush()
    return own.id


def _own_newsletter(publication_id: int) -> Newsletter:
    return Newsletter(
        publication_id=publication_id,
        slug="own",
        kind=NewsletterKind.DIGEST,
        name="Own",
        languages=["en"],
        zone="UTC",
        schedule={"times": ["08:00"], "days": []},
    )


def test_readers_have_addresses_of_their_own_and_many_choices() -> None:
    head, *lines = readers.as_csv(199, now=START)

    assert head.strip() == "address,language,sections,languages,consented_at"
    assert len({line.split(",")[0] for line in lines}) == 199
    assert lines[0].startswith("reader001@example.com,")
    assert len({tuple(line.split(",")[2:4]) for line in lines}) >= 10
    assert {line.split(",")[1] for line in lines} == {"en", "ar"}
