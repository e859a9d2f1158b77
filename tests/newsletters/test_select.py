"""Which stories an issue carries, and where each of them stands."""

import datetime as dt
import random
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from syndicate.newsletters.select import Candidate, Order, Placement, select
from syndicate.vocabulary.newsletters import LATE, MAX_STORIES

TO = dt.datetime(2026, 11, 24, 5, 0, tzinfo=dt.UTC)
FROM = TO - dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
ORDER = Order(("en", "ar"), ("world", "sport"))


def candidate(number: int, **more: object) -> Candidate:
    values: dict[str, object] = {
        "article_id": number,
        "revision": 1,
        "section_slug": "world",
        "language": "en",
        "published_at": TO - number * HOUR,
        "collected_at": TO - number * HOUR,
        "is_dated": True,
        "is_backlog": False,
    }
    return Candidate(**(values | more))  # type: ignore[arg-type]


def ids(*candidates: Candidate, limit: int = MAX_STORIES) -> list[int]:
    picks = select(candidates, window_from=FROM, window_to=TO, order=ORDER, limit=limit)
    return [pick.candidate.article_id for pick in picks]


def test_order_is_language_then_section_then_picks_then_the_newest() -> None:
    found = ids(
        candidate(1, language="ar"),
        candidate(2, section_slug="sport"),
        candidate(3),
        candidate(4),
        candidate(5, featured=2),
        candidate(6, featured=1),
        candidate(7, section_slug="weather"),
        candidate(8, language="fr"),
    )

    assert found == [6, 5, 3, 4, 2, 7, 1, 8]


def test_the_window_is_open_at_its_start_and_closed_at_its_end() -> None:
    assert ids(candidate(1, published_at=TO), candidate(2, published_at=TO + HOUR)) == [1]
    assert ids(candidate(1, published_at=FROM, collected_at=FROM)) == []


def test_a_story_that_reached_us_late_is_news_for_a_day() -> None:
    reached = FROM + HOUR

    assert ids(candidate(1, published_at=FROM - HOUR, collected_at=reached)) == [1]
    assert ids(candidate(1, published_at=FROM - LATE, collected_at=reached)) == []
    assert ids(candidate(1, published_at=FROM - HOUR, collected_at=TO + HOUR)) == []


def test_what_nobody_dated_and_what_was_there_before_us_is_never_announced() -> None:
    assert ids(candidate(1, is_dated=False), candidate(2, is_backlog=True)) == []


def test_every_section_keeps_a_fair_share_of_a_full_issue() -> None:
    many = [candidate(number, published_at=TO - number * HOUR / 10) for number in range(1, 60)]
    few = [candidate(number, section_slug="sport") for number in (90, 91)]
    few = [candidate(each.article_id, section_slug="sport", published_at=TO) for each in few]

    found = ids(*many, *few, limit=10)

    assert len(found) == 10
    assert {90, 91} < set(found)
    assert found[:8] == list(range(1, 9))


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        article_id=st.integers(1, 200),
        revision=st.integers(1, 9),
        section_slug=st.sampled_from(["", "world", "sport", "culture"]),
        language=st.sampled_from(["en", "ar", "fr"]),
        published_at=st.integers(-40, 10).map(lambda hours: TO + hours * HOUR),
        collected_at=st.integers(-40, 10).map(lambda hours: TO + hours * HOUR),
        is_dated=st.booleans(),
        is_backlog=st.booleans(),
        featured=st.none() | st.integers(0, 5),
    ),
    max_size=120,
    unique_by=lambda each: each.article_id,
)


def chosen(candidates: list[Candidate], limit: int = MAX_STORIES) -> tuple[Placement, ...]:
    return select(candidates, window_from=FROM, window_to=TO, order=ORDER, limit=limit)


@given(candidates=CANDIDATES, limit=st.integers(0, 80), seed=st.randoms())
def test_the_same_candidates_in_any_order_make_the_same_issue(
    candidates: list[Candidate], limit: int, seed: random.Random
) -> None:
    shuffled = list(candidates)
    seed.shuffle(shuffled)

    assert chosen(shuffled, limit) == chosen(candidates, limit)


@given(candidates=CANDIDATES, limit=st.integers(0, 80))
def test_positions_are_bits_that_fit_and_no_story_stands_twice(
    candidates: list[Candidate], limit: int
) -> None:
    picks = chosen(candidates, limit)

    assert [pick.position for pick in picks] == list(range(len(picks)))
    assert len(picks) <= min(limit, MAX_STORIES)
    assert len({pick.candidate.article_id for pick in picks}) == len(picks)


@given(candidates=CANDIDATES)
def test_sections_stand_together(candidates: list[Candidate]) -> None:
    keys = [(pick.candidate.language, pick.candidate.section_slug) for pick in chosen(candidates)]

    changes = sum(before != after for before, after in pairwise(keys))
    assert changes == max(len(set(keys)) - 1, 0)


@given(candidates=CANDIDATES, limit=st.integers(1, 63))
def test_a_section_loses_a_story_only_to_one_that_has_fewer_or_as_many(
    candidates: list[Candidate], limit: int
) -> None:
    def sizes(picks: tuple[Placement, ...]) -> Counter[tuple[str, str]]:
        return Counter((pick.candidate.language, pick.candidate.section_slug) for pick in picks)

    everything, kept = sizes(chosen(candidates)), sizes(chosen(candidates, limit))

    cut = [kept[key] for key, size in everything.items() if kept[key] < size]
    if cut:
        assert max(kept.values(), default=0) <= min(cut) + 1
