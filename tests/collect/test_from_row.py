"""A leased row as polling and storing see it: limits, what validators hold for, where it goes."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from syndicate.articles.identity import Identified, identify
from syndicate.articles.story import entry_hash
from syndicate.collect import from_row
from syndicate.collect.from_row import SourceLostError
from syndicate.fetch import Hop, Response
from syndicate.reading.feeds import parse
from syndicate.reading.records import Entry
from syndicate.store.ground.session import transaction
from syndicate.store.intake import source_leases
from syndicate.store.intake.source_leases import LEASE, LeasedSource, Written
from syndicate.store.intake.sources import FetchState, Source
from syndicate.vocabulary.sources import Pages, SourceKind, SourceState
from tests import rows
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Site

DAY = dt.timedelta(days=1)
URL = "https://wire.example/feed"


def leased(*, pushed_at: dt.datetime | None = None, **columns: Any) -> LeasedSource:
    """A source in a worker's hands, of no database."""
    plain = {
        "id": 7,
        "publication_id": 1,
        "kind": SourceKind.FEED,
        "url": URL,
        "domain": "wire.example",
        "state": SourceState.ACTIVE,
        "pages": Pages.THIN,
        "allow_origins": [],
    }
    state = {"source_id": 7, "failures": 0, "moved_seen": 0}
    of_state = {name: columns.pop(name) for name in list(columns) if hasattr(FetchState, name)}
    return LeasedSource(
        source=Source(**(plain | columns)),
        fetched=FetchState(**(state | of_state)),
        language="en",
        zone="UTC",
        authority="daily.example",
        pushed_at=pushed_at,
    )


def test_polling_is_told_everything_that_the_last_fetch_learnt() -> None:
    learnt = {
        "basis": "b",
        "etag": b'"e"',
        "last_modified": b"Tue",
        "body_hash": b"h",
        "full_at": NOW,
        "rhythm_s": 600,
        "failures": 3,
        "failing_since": NOW - DAY,
        "gone_since": NOW - 2 * DAY,
        "moved_to": "https://new.example/",
        "moved_since": NOW - 3 * DAY,
        "moved_seen": 2,
        "connected_at": NOW - 4 * DAY,
        "distrusted_at": NOW - 5 * DAY,
    }

    polled = from_row.polled_of(leased(pushed_at=NOW, state=SourceState.FAILING, **learnt))

    assert {name: getattr(polled, name) for name in learnt} == learnt
    assert (polled.url, polled.state, polled.pushed_at) == (URL, SourceState.FAILING, NOW)


@pytest.mark.parametrize("column", ["failures", "rhythm_s", "moved_seen"])
@pytest.mark.parametrize(
    ("stored", "polled"), [(-5, 0), (0, 0), (10**9, 10**9), (2**31 - 1, 10**9)]
)
def test_a_number_that_no_source_ever_had_is_brought_within_bounds(
    column: str, stored: int, polled: int
) -> None:
    assert getattr(from_row.polled_of(leased(**dict[str, Any]({column: stored}))), column) == polled


def test_a_rhythm_that_nobody_knows_stays_unknown() -> None:
    assert from_row.polled_of(leased(rhythm_s=None)).rhythm_s is None


@pytest.mark.parametrize(
    ("kind", "allowed", "is_pinned"),
    [
        (SourceKind.FEED, [], False),
        (SourceKind.FEED, ["10.0.0.1:80"], True),
        (SourceKind.SITEMAP, ["10.0.0.1:80"], True),
        (SourceKind.WEBSUB, ["10.0.0.1:80"], False),  # its hub tells us
    ],
)
def test_the_newsrooms_own_server_is_pinned_unless_a_hub_speaks_for_it(
    kind: SourceKind, allowed: list[str], is_pinned: bool
) -> None:
    assert from_row.polled_of(leased(kind=kind, allow_origins=allowed)).is_pinned is is_pinned


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://wire.example/other"},
        {"profile": {"zone": "UTC"}},
        {"pages": Pages.NEVER},
        {"section_id": 3},
    ],
)
def test_validators_are_void_once_what_they_hold_for_has_changed(change: dict[str, Any]) -> None:
    assert from_row.basis_of(leased(**change)) != from_row.basis_of(leased())


def test_validators_hold_for_one_version_of_the_parser_whatever_a_source_is_called() -> None:
    basis = from_row.basis_of(leased(name="Wire", failures=2))

    assert basis == from_row.basis_of(leased(name="The Wire", failures=0))
    assert basis.startswith(f"{parse.VERSION}|")


def test_an_answer_keeps_its_redirects_in_order() -> None:
    hops = (Hop(301, "https://wire.example/a"), Hop(302, "https://wire.example/b"))
    response = Response(200, "https://wire.example/b", {"etag": b"e"}, (), b"body", hops)

    answer = from_row.answer_of(response)

    assert (answer.status, answer.url, answer.headers) == (200, response.url, {"etag": b"e"})
    assert answer.hops == ((301, "https://wire.example/a"), (302, "https://wire.example/b"))


def test_entries_go_to_the_sections_of_their_own_publication() -> None:
    place = from_row.place_of(leased(section_id=4), {1: {"world": 4}, 2: {"world": 9}})

    assert (place.publication_id, place.authority) == (1, "daily.example")
    assert (place.facts.source_id, place.facts.language) == (7, "en")
    assert (place.facts.section_id, dict(place.facts.sections)) == (4, {"world": 4})


def test_entries_know_the_languages_of_their_publication() -> None:
    spoken = replace(leased(), spoken=("ar", "en"))

    assert from_row.place_of(spoken, {}).facts.spoken == ("ar", "en")


def test_a_publication_without_sections_has_none() -> None:
    assert from_row.place_of(leased(), {2: {"world": 9}}).facts.sections == {}


@pytest.mark.parametrize(("connected_at", "is_first"), [(None, True), (NOW, False)])
def test_a_source_that_never_answered_is_at_its_first_connect(
    connected_at: dt.datetime | None, is_first: bool
) -> None:
    assert (
        from_row.place_of(leased(connected_at=connected_at), {}).facts.is_first_connect is is_first
    )


def entries(*titles: str) -> list[Identified]:
    return identify(
        Entry(title=each, guid=f"story-{number}", link=f"https://daily.example/story/{number}")
        for number, each in enumerate(titles, 1)
    )


@pytest.mark.usefixtures("database")
def test_only_new_and_changed_entries_are_worth_asking_for(site: Site) -> None:
    site.serve("/feed", rss(item(1), item(2)))
    source_id = newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect(source_id)
    stored = newsroom.carried()
    again, altered, new = entries("Story 1", "Story 2, altered", "Story 3")
    with transaction() as tx:
        row = tx.session.merge(stored[0])
        row.entry_hash = entry_hash(again.entry)

    assert from_row.to_ask(source_id, [again, altered, new]) == {altered.stem, new.stem}
    assert from_row.to_ask(source_id + 1, [again]) == {again.stem}


@pytest.mark.usefixtures("database")
def test_nothing_found_is_nothing_to_ask_for() -> None:
    assert from_row.to_ask(1, []) == set()


@pytest.mark.usefixtures("database")
def test_the_same_word_is_told_once_in_thirty_days() -> None:
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        one = rows.source(tx, publication_id, "one").id
        other = rows.source(tx, publication_id, "other").id

    for source_id, kind, message, days in (
        (one, "robots", "No.", 0),
        (one, "robots", "No.", 29),
        (one, "robots", "No, and never.", 1),
        (one, "zone", "No.", 1),
        (other, "robots", "No.", 1),
        (one, "robots", "No.", 30),
    ):
        from_row.tell_once(source_id, kind, message, now=NOW + days * DAY)

    assert newsroom.notices() == [
        ("robots", "No."),
        ("robots", "No, and never."),
        ("zone", "No."),
        ("robots", "No."),
        ("robots", "No."),
    ]


@pytest.mark.usefixtures("database")
def test_what_a_fetch_learnt_is_written_and_its_lease_is_over() -> None:
    with transaction() as tx:
        source_id = rows.source(tx, rows.publication(tx).id).id
        tx.session.get_one(FetchState, source_id).leased_until = NOW + LEASE

    from_row.write([Written(source_id, 0, {"etag": b"e"}, SourceState.ACTIVE)], NOW)
    from_row.write([], NOW)

    state = newsroom.state_of(source_id)
    assert (state.etag, state.leased_until) == (b"e", None)


@pytest.mark.usefixtures("database")
def test_a_lease_is_kept_by_whoever_holds_its_epoch() -> None:
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        ids = [rows.source(tx, publication_id, name).id for name in ("one", "two")]
    with transaction() as tx:
        held = source_leases.lease(tx, NOW, limit=9, source_ids=ids)
    now = NOW + LEASE / 2
    mine, lost = ((each.source.id, each.fetched.epoch, each.source.domain) for each in held)

    from_row.renew([mine, (lost[0], lost[1] - 1, lost[2])], now)
    from_row.renew([], now + DAY)

    assert newsroom.state_of(mine[0]).leased_until == now + LEASE
    assert newsroom.state_of(lost[0]).leased_until == NOW + LEASE


def test_a_source_that_another_worker_took_over_is_named() -> None:
    error = SourceLostError(7)

    assert str(error) == "Source 7 took so long that another worker has taken it over."
