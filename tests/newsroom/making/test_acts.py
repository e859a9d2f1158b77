"""Adding and changing as such: who has one publication learns nothing of another by asking."""

from collections.abc import Callable

import pytest

from syndicate import clock
from syndicate.collect import making as sources
from syndicate.errors import InvalidError, MissingError, NotAllowedError, TakenError
from syndicate.feeds import making as feeds
from syndicate.newsletters import making as newsletters
from syndicate.newsroom.making import desks, operators, publications, sections, tokens
from syndicate.newsroom.making.acts import Given, Key, compare
from syndicate.newsroom.making.secret_files import Secret
from syndicate.newsroom.making.shelves import Shelf
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform.tokens import Actor, Grant, Permission
from tests.newsroom.making.conftest import COURIER, NOW, Maker
from tests.store import racing

WITHIN = (sections, desks, sources, feeds, newsletters, tokens)
GIVEN: dict[str, object] = {
    "slug": "world",
    "name": "World",
    "title": "World",
    "url": "https://gazette.example/feed",
    "words": ["rain"],
    "permissions": ["read"],
    "secret_file": Secret(b"x" * 32, "the one in the file"),
}


@pytest.fixture
def theirs(make: Maker, courier: int) -> Maker:
    """Whoever may do everything in the Courier alone, beside a Gazette that has a section."""
    make.add(publications.SHELF, **{**COURIER, "slug": "gazette", "name": "Their Gazette"})
    make.add(sections.SHELF, publication="gazette", slug="world", name="World")
    grants = frozenset(Grant(each, courier) for each in Permission)
    make.actor = Actor("operator:desk", frozenset(Permission), 1, grants=grants)
    return make


def refusal(run: Callable[[], object]) -> str:
    with pytest.raises(NotAllowedError) as caught:
        run()
    return str(caught.value)


def given_of(shelf: Shelf, publication: str | None) -> dict[str, object]:
    own = {name: value for name, value in GIVEN.items() if name in shelf.kind.names}
    return {**own, "publication": publication}


@pytest.mark.parametrize("kind", WITHIN)
@pytest.mark.parametrize("is_whole", [True, False])
def test_a_publication_of_others_is_refused_like_one_that_is_not_there(
    theirs: Maker, kind: object, *, is_whole: bool
) -> None:
    shelf: Shelf = kind.SHELF  # type: ignore[attr-defined]

    def added(publication: str) -> str:
        given = given_of(shelf, publication)
        if not is_whole:
            given |= {"slug": None, "x": 1}
        return refusal(lambda: theirs.add(shelf, **given))

    assert added("gazette") == added("nowhere")
    assert added("gazette").startswith("operator:desk has the permission ")
    assert "another part" in added("gazette")


def test_what_is_tried_out_first_is_refused_in_the_same_words(theirs: Maker) -> None:
    def said(publication: str) -> set[str]:
        given: Given = {"publication": publication, "url": "https://gazette.example/feed"}
        asked = (
            lambda: sources.try_out(given, actor=theirs.actor, now=clock.now()),
            lambda: sources.use(given, is_checked=False, actor=theirs.actor, now=clock.now()),
        )
        return {refusal(each) for each in asked}

    assert said("gazette") == said("nowhere")
    assert len(said("gazette")) == 1


def test_a_thing_that_cannot_move_tells_nothing_of_where_it_would_go(theirs: Maker) -> None:
    theirs.add(sections.SHELF, publication="courier", slug="asia", name="Asia")

    for publication in ("gazette", "nowhere"):
        given: Given = {"publication": publication, "slug": "world", "desk": "x"}
        with pytest.raises(InvalidError) as caught, transaction() as tx:
            sections.change(tx, Key("asia", "courier"), given, actor=theirs.actor, now=NOW)
        assert caught.value.ids["fields"] == {
            "publication": "The publication of a section cannot change; make another one instead.",
            "desk": "The Courier has no desk x; make it first.",
        }


def test_a_token_is_brought_nowhere_that_its_maker_has_nothing_to_do_with(theirs: Maker) -> None:
    theirs.add(tokens.SHELF, **given_of(tokens.SHELF, "courier"))

    said = {
        refusal(lambda to=to: theirs.set(tokens.SHELF, "world", publication=to))  # type: ignore[misc]
        for to in ("gazette", "nowhere")
    }

    assert len(said) == 1
    assert "all of it" in refusal(lambda: theirs.set(tokens.SHELF, "world", publication=None))


def test_who_may_act_everywhere_is_told_what_there_is_not(make: Maker, courier: int) -> None:
    assert courier
    with pytest.raises(MissingError, match="There is no publication nowhere"):
        make.add(sections.SHELF, publication="nowhere", slug="world", name="World")
    with transaction() as tx:
        assert sections.SHELF.every(tx, None) == []


@pytest.mark.parametrize("kind", [publications, feeds, operators])
def test_of_two_who_add_one_thing_at_once_one_is_told(
    make: Maker, courier: int, kind: object
) -> None:
    assert courier
    shelf: Shelf = kind.SHELF  # type: ignore[attr-defined]
    own = {**COURIER, "address": "night@courier.example", **GIVEN, "publication": "courier"}
    given = {name: value for name, value in own.items() if name in shelf.kind.names}
    add = shelf.add
    assert add is not None

    def added(tx: Transaction) -> object:
        return add(tx, given, actor=make.actor, now=NOW)

    with pytest.raises(TakenError) as caught:
        racing.second(added, added)

    assert all("already" in each for each in caught.value.ids["fields"].values())
    with transaction() as tx:
        called = [shelf.key(tx, each).slug for each in shelf.every(tx, None)]
    assert called.count("world") == 1


def test_the_order_of_a_set_is_no_change_and_that_of_languages_is() -> None:
    kind = newsletters.SHELF.kind
    before = {"sections": ("town", "port"), "tags": ("a", "b"), "languages": ("en", "ar")}
    after = {"sections": ("port", "town"), "tags": ("b", "c"), "languages": ("ar", "en")}

    assert [each.field.name for each in compare(kind, before, after)] == ["tags", "languages"]
