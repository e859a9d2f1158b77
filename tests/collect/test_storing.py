"""Two feeds of one publication, stored at the same time."""

import contextlib
from collections.abc import Sequence

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from syndicate.store import collecting
from syndicate.store.articles import Tag
from syndicate.store.session import transaction
from tests.collect import newsroom
from tests.collect.newsroom import item, rss

pytestmark = pytest.mark.usefixtures("database")
MANY = [f"daily.example/story/{number}" for number in range(200)]


def waits(held: Sequence[str], wanted: Sequence[str], *, of: tuple[int, int] = (1, 1)) -> bool:
    """Whether a transaction that wants addresses waits for one that holds others."""
    with transaction() as first:
        collecting.lock_links(first, of[0], held)
        try:
            with transaction() as second:
                second.execute(text("SET LOCAL lock_timeout = '100ms'"))
                collecting.lock_links(second, of[1], wanted)
        except OperationalError:
            return True
    return False


@pytest.mark.parametrize(
    ("held", "wanted", "of", "expected"),
    [
        pytest.param(["a"], ["b"], (1, 1), False, id="other addresses"),
        pytest.param(["a", "b"], ["b", "c"], (1, 1), True, id="one address in both"),
        pytest.param(["a"], ["a"], (1, 2), False, id="other publications"),
        pytest.param(MANY, ["b"], (1, 1), True, id="many addresses keep all others waiting"),
        pytest.param(["b"], MANY, (1, 1), True, id="many addresses wait for any other"),
        pytest.param(MANY, MANY, (1, 2), False, id="many addresses, other publications"),
        pytest.param([], [], (1, 1), False, id="no addresses"),
        pytest.param(MANY, [], (1, 1), True, id="no addresses, after many"),
    ],
)
def test_who_waits_for_whom(
    held: Sequence[str], wanted: Sequence[str], of: tuple[int, int], *, expected: bool
) -> None:
    assert waits(held, wanted, of=of) is expected


def test_stories_that_many_feeds_carry_at_once_are_one_article_each() -> None:
    publication_id = newsroom.publication()
    numbers, ids = range(6), []
    with contextlib.ExitStack() as stack:
        for number in range(6):
            # A host each, so that they are asked at once; orders differ, and nobody knows the tags.
            site = stack.enter_context(newsroom.running(f"127.0.0.{number + 10}"))
            items = [item(n, guid=f"{number}-{n}", category=f"tag {n}") for n in numbers]
            site.serve("/feed", rss(*(reversed(items) if number % 2 else items)))
            ids.append(newsroom.source(publication_id, site, "/feed"))

        done = newsroom.collect(*ids)

    assert (done.articles, done.failed) == (len(numbers), 0)
    assert len(newsroom.articles()) == len(numbers)
    assert len(newsroom.carried()) == len(numbers) * len(ids)
    with transaction() as tx:
        assert len(list(tx.scalars(select(Tag.id)))) == len(numbers)
