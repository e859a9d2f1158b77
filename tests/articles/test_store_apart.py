"""A document that is stored but for the entries at fault."""

import dataclasses
import datetime as dt

import pytest

from syndicate.articles import store_apart
from syndicate.articles.decide import Facts
from syndicate.articles.identity import identify
from syndicate.articles.store_apart import OF_AN_ENTRY, LeftOut
from syndicate.articles.store_found import Place
from syndicate.reading.records import Entry
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.vocabulary.sources import SourceKind
from tests.collect import newsroom
from tests.collect.newsroom import NOW

pytestmark = pytest.mark.usefixtures("database")


def desk() -> Place:
    publication_id = newsroom.publication()
    with transaction() as tx:
        source = sources.add(tx, publication_id, SourceKind.FEED, "https://daily.example/f", "Feed")
    facts = Facts(source.id, "en", None, {}, is_first_connect=False)
    return Place(publication_id, "daily.example", facts)


def entries(count: int, *bad: int) -> list[Entry]:
    """Entries of which some hold what no column does."""
    made = [Entry(f"Story {n}", f"https://daily.example/{n}", f"g-{n}") for n in range(count)]
    for n in bad:
        made[n] = dataclasses.replace(made[n], summary="a\0b")
    return made


@pytest.mark.parametrize("bad", [(0,), (6,), (2, 3, 5), ()])
def test_only_the_entries_at_fault_are_left_out(bad: tuple[int, ...]) -> None:
    place = desk()

    with transaction() as tx:
        stored, left_out = store_apart.store(tx, place, identify(entries(7, *bad)), now=NOW)

    assert [each.begins for each in left_out] == [f"Story {n}" for n in bad]
    assert (stored.articles, len(stored.article_ids)) == (7 - len(bad), 7 - len(bad))
    headlines = {each.headline for each in newsroom.articles()}
    assert headlines == {f"Story {n}" for n in range(7) if n not in bad}


def test_an_entry_alone_is_left_out_and_several_at_fault_raise() -> None:
    place = desk()

    with transaction() as tx:
        _, left_out = store_apart.store(tx, place, identify(entries(1, 0)), now=NOW)
    with pytest.raises(OF_AN_ENTRY), transaction() as tx:
        store_apart.store(tx, place, identify(entries(2, 0, 1)), now=NOW)

    assert [type(each) for each in left_out] == [LeftOut]
    assert newsroom.articles() == []


def test_a_story_of_another_part_is_no_story_that_the_document_lacks() -> None:
    first = Entry(
        "Results",
        "https://daily.example/r/1",
        "r-1",
        published=NOW - dt.timedelta(hours=1),
        content="<p>All results are on our site.</p>",
    )
    second = dataclasses.replace(first, link="https://daily.example/r/2", guid="r-2")
    place = desk()
    with transaction() as tx:
        store_apart.store(tx, place, identify([first]), now=NOW)
    found = identify([first, *entries(1, 0), second])
    place = dataclasses.replace(place, stems=frozenset(each.stem for each in found))

    with transaction() as tx:
        stored, left_out = store_apart.store(tx, place, found, now=NOW)

    assert (stored.articles, len(left_out), len(newsroom.articles())) == (1, 1, 2)
