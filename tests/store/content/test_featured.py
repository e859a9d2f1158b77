"""A publication's picks: replaced, ended and picked again, each list on its own."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from syndicate.store.content import featured
from syndicate.store.content.articles import LINK, Article, ArticleKey
from syndicate.store.content.featured import Featured
from syndicate.store.ground.session import Transaction, transaction
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")

TICK = dt.timedelta(microseconds=1)
HOUR = dt.timedelta(hours=1)
A, B, C = (f"https://daily.example/{name}" for name in "abc")


@pytest.fixture
def daily(database: str) -> int:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return rows.publication(tx).id


def replace(
    publication_id: int, *urls: str, now: dt.datetime = NOW, teaser: str = "Picked"
) -> bool:
    with transaction() as tx:
        picks = [(f"{teaser} {url[-1]}", url) for url in urls]
        return featured.replace(tx, publication_id, picks, now=now)


def current(publication_id: int, now: dt.datetime = NOW) -> list[tuple[str, str]]:
    with transaction() as tx:
        return [(row.teaser, row.url) for row in featured.current(tx, publication_id, now=now)]


def row(url: str) -> Featured:
    with transaction() as tx:
        return tx.scalars(select(Featured).where(Featured.url == url)).one()


def test_a_list_stands_in_the_order_in_which_it_was_picked(daily: int) -> None:
    assert replace(daily, C, A, B)

    assert current(daily) == [("Picked c", C), ("Picked a", A), ("Picked b", B)]


def test_the_same_list_again_is_no_change_and_another_order_is_one(daily: int) -> None:
    replace(daily, A, B)

    assert not replace(daily, A, B, now=NOW + HOUR)
    assert replace(daily, B, A, now=NOW + HOUR)
    assert [url for _, url in current(daily, NOW + HOUR)] == [B, A]


def test_a_list_is_told_from_another_by_its_positions(daily: int) -> None:
    with transaction() as tx:
        rows.pick(tx, daily, B, position=1)
        rows.pick(tx, daily, A, position=0)
        assert featured.unlinked(tx, daily) == [A, B]

        assert not featured.replace(tx, daily, [("Picked", A), ("Picked", B)], now=NOW)


def test_another_teaser_of_the_same_pick_is_a_change(daily: int) -> None:
    replace(daily, A)

    assert replace(daily, A, teaser="Better")
    assert current(daily) == [("Better a", A)]


def test_what_is_no_longer_picked_ends_now_and_what_stays_began_when_it_began(
    daily: int,
) -> None:
    replace(daily, A, B)

    assert replace(daily, B, C, now=NOW + HOUR)

    assert [url for _, url in current(daily, NOW + HOUR)] == [B, C]
    assert (row(A).starts_at, row(A).ends_at) == (NOW, NOW + HOUR)
    assert (row(B).starts_at, row(B).ends_at) == (NOW, None)
    assert (row(C).starts_at, row(C).ends_at) == (NOW + HOUR, None)


def test_an_empty_list_ends_every_pick_and_again_is_no_change(daily: int) -> None:
    replace(daily, A, B)

    assert replace(daily, now=NOW + HOUR)
    assert not replace(daily, now=NOW + 2 * HOUR)

    assert current(daily, NOW + HOUR) == []
    assert (row(A).ends_at, row(B).ends_at) == (NOW + HOUR, NOW + HOUR)


def test_what_had_ended_keeps_its_end_when_the_list_changes_again(daily: int) -> None:
    replace(daily, A, B)
    replace(daily, B, now=NOW + HOUR)

    replace(daily, C, now=NOW + 2 * HOUR)

    assert row(A).ends_at == NOW + HOUR


@pytest.mark.parametrize("ends_at", [NOW - HOUR, NOW])
def test_what_is_picked_again_begins_anew_and_keeps_its_article(
    daily: int, ends_at: dt.datetime
) -> None:
    with transaction() as tx:
        made = rows.article(tx, daily)
        ended = {"starts_at": NOW - 2 * HOUR, "ends_at": ends_at, "article_id": made.id}
        rows.pick(tx, daily, A, **ended)

    assert replace(daily, A)

    found = row(A)
    assert (found.starts_at, found.ends_at, found.article_id) == (NOW, None, made.id)


def test_a_pick_that_was_to_end_later_stands_on_from_its_first_beginning(daily: int) -> None:
    with transaction() as tx:
        rows.pick(tx, daily, A, starts_at=NOW - HOUR, ends_at=NOW + HOUR)

    assert replace(daily, A, B)

    assert (row(A).starts_at, row(A).ends_at) == (NOW - HOUR, None)


def test_the_list_of_another_publication_stays_as_it_is(daily: int) -> None:
    with transaction() as tx:
        other = rows.publication(tx, "yawmi").id
    replace(daily, A, B)
    replace(other, A, C, teaser="Theirs")

    assert replace(daily, C, now=NOW + HOUR)

    assert current(other, NOW + HOUR) == [("Theirs a", A), ("Theirs c", C)]


def test_the_same_list_of_another_publication_is_no_reason_to_change_nothing(
    daily: int,
) -> None:
    with transaction() as tx:
        other = rows.publication(tx, "yawmi").id
    replace(other, A)

    assert replace(daily, A)
    assert current(daily) == [("Picked a", A)]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "stands"),
    [
        (NOW - TICK, None, True),
        (NOW, None, True),
        (NOW + TICK, None, False),
        (NOW - HOUR, NOW - TICK, False),
        (NOW - HOUR, NOW, False),
        (NOW - HOUR, NOW + TICK, True),
    ],
)
def test_a_pick_stands_from_its_beginning_until_just_before_its_end(
    daily: int, starts_at: dt.datetime, ends_at: dt.datetime | None, *, stands: bool
) -> None:
    with transaction() as tx:
        rows.pick(tx, daily, A, starts_at=starts_at, ends_at=ends_at)

    assert current(daily) == ([("Picked", A)] if stands else [])


def _know(tx: Transaction, publication_id: int, address: str, kind: str = LINK) -> int:
    """An article that is known by a normalised address; its id."""
    made = rows.article(tx, publication_id, f"{publication_id}-{kind}-{address[-1]}")
    key = address if kind == "guid" else f"{publication_id}:{address}"
    tx.add(ArticleKey(kind=kind, key=key, article_id=made.id))
    tx.flush()
    return made.id


def test_picks_are_pointed_at_the_articles_that_their_addresses_lead_to(daily: int) -> None:
    replace(daily, B, A, C)
    with transaction() as tx:
        assert featured.unlinked(tx, daily) == [B, A, C]
        a, b = _know(tx, daily, "daily.example/a"), _know(tx, daily, "daily.example/b")
        keys = {url: url.removeprefix("https://") for url in (A, B, C)}

        found = featured.link(tx, daily, keys)
        again = featured.link(tx, daily, keys)

        assert sorted(found) == sorted(again) == [a, b]
        assert featured.unlinked(tx, daily) == [C]
        assert {each.url: each.article_id for each in featured.current(tx, daily, now=NOW)} == {
            A: a,
            B: b,
            C: None,
        }


def test_a_pick_leads_to_no_article_of_another_publication_or_another_kind_of_key(
    daily: int,
) -> None:
    replace(daily, A)
    with transaction() as tx:
        other = rows.publication(tx, "yawmi").id
        rows.pick(tx, other, A)
        _know(tx, other, "daily.example/a")
        _know(tx, daily, "daily.example/a", kind="hash")

        assert featured.link(tx, daily, {A: "daily.example/a"}) == []

        assert featured.unlinked(tx, daily) == [A]
        assert featured.unlinked(tx, other) == [A]


def test_linking_touches_the_list_of_one_publication(daily: int) -> None:
    with transaction() as tx:
        other = rows.publication(tx, "yawmi").id
        rows.pick(tx, daily, A)
        rows.pick(tx, other, A)
        made = _know(tx, daily, "daily.example/a")

        assert featured.link(tx, daily, {A: "daily.example/a"}) == [made]

        assert featured.unlinked(tx, daily) == []
        assert featured.unlinked(tx, other) == [A]


def test_nothing_to_link_finds_nothing(daily: int) -> None:
    with transaction() as tx:
        assert featured.link(tx, daily, {}) == []


def test_articles_that_are_or_were_picked_are_known(daily: int) -> None:
    with transaction() as tx:
        other = rows.publication(tx, "yawmi").id
        stands, ended, theirs = (
            rows.article(tx, publication, name).id
            for publication, name in ((daily, "a"), (daily, "b"), (other, "c"))
        )
        rows.pick(tx, daily, A, article_id=stands)
        rows.pick(tx, daily, B, article_id=ended, ends_at=NOW - HOUR)
        rows.pick(tx, daily, C)
        rows.pick(tx, other, C, article_id=theirs)

        assert sorted(featured.articles_of(tx, daily)) == sorted([stands, ended])
        assert featured.articles_of(tx, other) == [theirs]


def test_a_pick_outlives_its_article(daily: int) -> None:
    with transaction() as tx:
        made = rows.article(tx, daily)
        rows.pick(tx, daily, A, article_id=made.id)
    with transaction() as tx:
        tx.session.delete(tx.session.get_one(type(made), made.id))

    assert row(A).article_id is None


def test_who_writes_a_list_waits_for_whoever_writes_it_just_now(daily: int) -> None:
    with transaction() as tx:
        other = rows.publication(tx, "yawmi").id
        _know(tx, daily, "daily.example/a")

    with transaction() as first:
        featured.replace(first, daily, [("Picked", A)], now=NOW)

        with transaction() as second:
            _impatient(second)
            assert featured.replace(second, other, [("Picked", A)], now=NOW)
            with pytest.raises(OperationalError, match="lock timeout"):
                featured.replace(second, daily, [("Picked", B)], now=NOW)
            second.session.rollback()
        with transaction() as second:
            _impatient(second)
            with pytest.raises(OperationalError, match="lock timeout"):
                featured.link(second, daily, {B: "daily.example/a"})
            second.session.rollback()


def _impatient(tx: Transaction) -> None:
    tx.execute(text("SET LOCAL lock_timeout = '50ms'"))


def by_hand(publication_id: int, url: str, *, now: dt.datetime = NOW, **said: Any) -> bool:
    with transaction() as tx:
        found = tx.scalar(select(Article).where(Article.url == url))
        if found is None:
            found = rows.article(tx, publication_id, url[-1], NOW, url=url)
        return featured.pick(
            tx, found, **({"teaser": "", "ends_at": None, "by": "desk"} | said), now=now
        )


def out(url: str, *, now: dt.datetime = NOW) -> bool:
    with transaction() as tx:
        found = tx.scalars(select(Article).where(Article.url == url)).one()
        return featured.drop(tx, found, by="desk", now=now)


def test_an_editors_newest_pick_stands_first_and_no_page_moves_or_ends_it(daily: int) -> None:
    replace(daily, A)
    assert by_hand(daily, B)
    assert by_hand(daily, C, teaser="Said by the desk")

    replace(daily, B, A, now=NOW + HOUR)

    assert current(daily, NOW + HOUR) == [("Said by the desk", C), ("", B), ("Picked a", A)]
    assert not replace(daily, B, A, now=NOW + HOUR)


def test_the_same_pick_again_is_no_change_and_another_end_is_one(daily: int) -> None:
    by_hand(daily, A)

    assert not by_hand(daily, A, now=NOW + HOUR)
    assert by_hand(daily, A, now=NOW + HOUR, ends_at=NOW + 3 * HOUR)
    assert current(daily, NOW + 2 * HOUR) == [("", A)]
    assert current(daily, NOW + 3 * HOUR) == []


def test_what_an_editor_left_out_no_page_picks_again(daily: int) -> None:
    by_hand(daily, A)
    replace(daily, A, B)

    assert out(A, now=NOW + HOUR)
    assert not out(A, now=NOW + HOUR)
    replace(daily, B, A, now=NOW + HOUR)

    assert [url for _, url in current(daily, NOW + HOUR)] == [B]
    assert by_hand(daily, A, now=NOW + 2 * HOUR)
    assert [url for _, url in current(daily, NOW + 2 * HOUR)] == [A, B]


def test_a_page_that_knows_the_article_by_another_address_yields(daily: int) -> None:
    by_hand(daily, A)
    replace(daily, f"{A}?from=box", B, now=NOW + HOUR)
    with transaction() as tx:
        key = f"{daily}:a"
        article_id = tx.scalars(select(Article.id).where(Article.url == A)).one()
        rows.added(tx, ArticleKey(kind=LINK, key=key, article_id=article_id))
        featured.link(tx, daily, {f"{A}?from=box": "a"})

    assert [url for _, url in current(daily, NOW + HOUR)] == [A, B]
