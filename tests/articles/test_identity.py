import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from syndicate.articles.identity import Identified, KnownEntry, entry_key, identify, match
from syndicate.articles.story import entry_hash
from syndicate.reading.records import Entry

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
A, B = "https://daily.example/a", "https://daily.example/b"


def remembered(*entries: Entry, published: dt.datetime = NOW) -> list[KnownEntry]:
    """What the store holds after a document with these entries."""
    used: set[str] = set()
    rows = []
    for number, each in enumerate(identify(entries), start=1):
        key = entry_key(each, used)
        used.add(key)
        rows.append(
            KnownEntry(
                row_id=number,
                article_id=number,
                entry_key=key,
                stem=each.stem,
                guid=each.entry.guid,
                link=each.entry.link,
                title=each.entry.title,
                entry_hash=entry_hash(each.entry),
                published_at=published,
            )
        )
    return rows


def matched(known: list[KnownEntry], *entries: Entry) -> list[int | None]:
    """Row ids that entries of the next document are recognised as."""
    return [before.row_id if before else None for _, before in match(identify(entries), known)]


def test_a_guid_recognises_an_entry_whose_title_and_link_changed() -> None:
    known = remembered(Entry("Old", A, "g1"))

    assert matched(known, Entry("New", B, "g1")) == [1]


def test_a_guid_that_moved_to_https_is_the_same() -> None:
    known = remembered(Entry("T", A, "http://daily.example/?p=1"))

    assert matched(known, Entry("T", A, "https://daily.example/?p=1")) == [1]


def test_one_guid_for_four_articles_makes_four() -> None:
    four = [Entry(f"T{n}", f"{A}/{n}", "same") for n in range(4)]

    found = identify(four)

    assert len({each.keys[each.level] for each in found}) == 4
    assert matched(remembered(*four), *reversed(four)) == [4, 3, 2, 1]


def test_a_collision_that_appears_later_leaves_the_first_where_it_was() -> None:
    known = remembered(Entry("One", A, "same"))

    assert matched(known, Entry("Two", B, "same"), Entry("One", A, "same")) == [None, 1]


def test_a_collision_that_goes_away_leaves_the_rest_where_they_were() -> None:
    known = remembered(Entry("One", A, "same"), Entry("Two", B, "same"))

    assert matched(known, Entry("Two", B, "same")) == [2]


def test_a_guid_used_again_for_another_article_makes_a_new_one() -> None:
    known = remembered(Entry("January", A, "latest", published=NOW), published=NOW)
    later = NOW + dt.timedelta(days=30)

    assert matched(known, Entry("February", B, "latest", published=later)) == [None]


def test_without_guid_the_link_recognises() -> None:
    known = remembered(Entry("T", f"{A}?utm_source=x", None))

    assert matched(known, Entry("T2", f"{A}/", None)) == [1]


def test_one_link_for_a_whole_feed_is_no_identity() -> None:
    many = [Entry(f"T{n}", "https://daily.example/", None) for n in range(3)]

    assert matched(remembered(*many), *many) == [1, 2, 3]
    assert all(each.links == () for each in identify(many))


def test_without_guid_and_link_title_and_text_recognise() -> None:
    known = remembered(Entry("T", summary="One two three"))

    assert matched(known, Entry("T", summary="One, two, three!")) == [1]
    assert matched(known, Entry("T", summary="Something else")) == [None]


def test_the_same_triple_twice_is_one_entry() -> None:
    assert len(identify([Entry("T", A, "g"), Entry("T", A, "g")])) == 1


def test_a_key_that_is_taken_is_made_longer() -> None:
    one, two = identify([Entry("One", A, "g")])[0], identify([Entry("Two", B, "g")])[0]
    first = entry_key(one, set())

    assert entry_key(two, {first}) == two.keys[1] != first


texts = st.sampled_from(["", "a", "b"])
entries = st.builds(
    Entry,
    title=texts,
    link=st.sampled_from([None, A, B, "https://daily.example/"]),
    guid=st.sampled_from([None, "g", "h"]),
)


@given(st.lists(entries, max_size=8))
def test_every_distinct_triple_is_kept_and_found_again(given_entries: list[Entry]) -> None:
    triples = {(each.guid, each.link, each.title) for each in given_entries}

    known = remembered(*given_entries)
    again = matched(known, *given_entries)

    assert len(known) == len(triples)
    assert len({each.entry_key for each in known}) == len(triples)
    assert sorted(again, key=str) == sorted([each.row_id for each in known], key=str)


@given(st.lists(entries, max_size=6), st.lists(entries, max_size=6))
def test_no_two_entries_are_recognised_as_one(first: list[Entry], second: list[Entry]) -> None:
    found: list[tuple[Identified, KnownEntry | None]] = match(identify(second), remembered(*first))

    rows = [before.row_id for _, before in found if before is not None]
    assert len(rows) == len(set(rows))
