"""The fence of a lease: whoever was too slow writes nothing."""

import datetime as dt
from dataclasses import replace

import pytest

from syndicate.store.ground.session import transaction
from syndicate.store.intake import source_leases
from syndicate.store.intake.source_leases import LeasedSource, Written
from syndicate.vocabulary.sources import SourceState
from tests import rows
from tests.collect import newsroom
from tests.collect.newsroom import NOW
from tests.collect.site import Site

pytestmark = pytest.mark.usefixtures("database")
LATER = NOW + 2 * source_leases.LEASE


def taken(ids: list[int], now: dt.datetime) -> list[LeasedSource]:
    with transaction() as tx:
        return source_leases.lease(tx, now, limit=10, source_ids=ids)


def written(leased: LeasedSource) -> Written:
    return Written(
        source_id=leased.source.id,
        epoch=leased.fetched.epoch,
        values={"etag": b"mine"},
        state=SourceState.ACTIVE,
        notices=(("said", "Something."),),
    )


@pytest.mark.parametrize("count", [1, 2])
def test_a_lease_that_another_worker_took_over_writes_nothing(site: Site, count: int) -> None:
    publication_id = newsroom.publication()
    ids = [newsroom.source(publication_id, site, f"/{number}") for number in range(count)]
    slow = [written(each) for each in taken(ids, NOW)]
    quick = [written(each) for each in taken(ids, LATER)]

    with transaction() as tx:
        assert source_leases.finish(tx, slow, LATER) == set()
    untouched = [newsroom.state_of(each) for each in ids]
    assert all(each.etag is None and each.leased_until for each in untouched)
    assert newsroom.notices() == []

    with transaction() as tx:
        assert source_leases.finish(tx, quick, LATER) == set(ids)
    finished = [newsroom.state_of(each) for each in ids]
    assert all(each.etag == b"mine" and each.leased_until is None for each in finished)
    assert len(newsroom.notices()) == count


@pytest.mark.parametrize(("kind", "told"), [("left_out", 1), ("unread", 2), ("moved", 3)])
def test_what_stays_so_is_told_once_whatever_number_it_names(
    site: Site, kind: str, told: int
) -> None:
    source_id = newsroom.source(newsroom.publication(), site, "/feed")

    for hour, number in enumerate((1_001, 1_002, 1_002)):
        now = NOW + hour * dt.timedelta(hours=1)
        [leased] = taken([source_id], now)
        said = replace(written(leased), notices=((kind, f"It has {number:,} entries."),))
        with transaction() as tx:
            source_leases.finish(tx, [said], now)

    assert len(newsroom.notices()) == told


def test_a_source_knows_the_languages_of_its_publications_newsletters(site: Site) -> None:
    publication_id = newsroom.publication()
    source_id = newsroom.source(publication_id, site, "/feed")
    with transaction() as tx:
        rows.newsletter(tx, publication_id, "morning", languages=["en", "ar"])
        rows.newsletter(tx, publication_id, "weekly", languages=["fr", "ar"])
        rows.newsletter(tx, publication_id, "late", languages=["he"], ended_at=NOW)
        other = rows.publication(tx, "other")
        rows.newsletter(tx, other.id, "theirs", languages=["de"])

    (leased,) = taken([source_id], NOW)

    assert leased.spoken == ("ar", "en", "fr")
    with transaction() as tx:
        assert source_leases.languages_of(tx, publication_id) == leased.spoken
        assert source_leases.languages_of(tx, publication_id + 99) == ()
