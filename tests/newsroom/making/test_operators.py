"""Operators by their fields: what they may do is compared as a set, and given by its own rule."""

import pytest
from sqlalchemy import select

from syndicate.errors import InvalidError, MissingError, NotAllowedError, RefusedError, TakenError
from syndicate.newsroom.making import operators
from syndicate.store.ground.session import transaction
from syndicate.store.platform import operators as rows
from syndicate.store.platform.audit import Audit
from syndicate.store.platform.tokens import Actor, Grant, Permission
from tests.newsroom.making.conftest import Maker

SHELF = operators.SHELF
NIGHT = {"slug": "night", "name": "Night desk", "address": "night@news.example"}


def acts() -> list[str]:
    with transaction() as tx:
        return list(tx.scalars(select(Audit.action).order_by(Audit.id)))


def test_what_one_may_do_is_a_set_of_words(make: Maker, courier: int) -> None:
    make.add(SHELF, **NIGHT, grants=["editor in courier", "mailings.stop"])
    before = acts()

    again = make.set(SHELF, "night", grants=["mailings.stop", "articles.write in courier",
                                             "editor in courier"])  # fmt: skip
    after_again = acts()
    changed = make.set(SHELF, "night", grants="viewer in courier, mailings.stop", zone="Asia/Qatar")

    assert before[-3:] == ["operator-add", "operator-grant", "operator-grant"]
    assert (again, after_again) == ({}, before)
    assert changed == {
        "zone": ("UTC", "Asia/Qatar"),
        "grants": (
            ["mailings.stop everywhere", "editor in courier"],
            ["mailings.stop everywhere", "viewer in courier"],
        ),
    }
    assert acts()[len(before) :] == ["operator-change", "operator-revoke"]
    assert courier


def test_nobody_gives_or_takes_what_they_do_not_have(make: Maker, courier: int) -> None:
    own = {Grant(each, courier) for each in (Permission.OPERATORS, Permission.ARTICLES)}
    own |= {Grant(Permission.OPERATORS)}
    make.add(SHELF, **NIGHT, grants=["readers in courier"])
    make.actor = Actor("operator:desk", frozenset(Permission), 1, grants=frozenset(own))

    assert make.set(SHELF, "night", grants=["readers in courier", "articles.write in courier"])
    for grants in (["articles.write"], ["readers in courier", "metrics in courier"], []):
        with pytest.raises(NotAllowedError):
            make.set(SHELF, "night", grants=grants)

    assert make.shown(SHELF, "night")["grants"] == (
        "articles.write in courier",
        "readers in courier",
    )


def test_what_cannot_be_used_is_told_at_its_field(make: Maker, courier: int) -> None:
    assert courier
    make.add(SHELF, **NIGHT)
    with pytest.raises(TakenError, match="There is an operator night already; choose another"):
        make.add(SHELF, **NIGHT)
    with pytest.raises(InvalidError, match="The slug of an operator cannot change"):
        make.set(SHELF, "night", slug="day")
    with pytest.raises(MissingError, match="There is no newsletter noon; the list of newsletters"):
        make.set(SHELF, "night", grants=["editor for noon"])
    with pytest.raises(MissingError) as caught:
        make.set(SHELF, "night", grants=["editor in gazette"])

    assert caught.value.ids["fields"] == {
        "grants": "There is no publication gazette; the list of publications shows all there are."
    }
    assert acts()[-1] == "operator-add"


def test_the_last_who_says_what_others_may_do_stays(make: Maker, courier: int) -> None:
    assert courier
    make.add(SHELF, **NIGHT, grants=["admin"])
    make.add(SHELF, **NIGHT | {"slug": "day"}, grants=["viewer"])

    with pytest.raises(RefusedError, match=r"night is the last operator with operators\.edit"):
        make.end(SHELF, "night")
    make.set(SHELF, "day", grants=["operators.edit"])
    make.end(SHELF, "night")

    assert make.listed(SHELF) == ["day"]
    with pytest.raises(RefusedError, match="night is retired; add a new one"):
        make.set(SHELF, "night", grants=["admin", "viewer in courier"])
    with transaction() as tx:
        assert [each.slug for each in rows.every(tx)] == ["day", "night"]
