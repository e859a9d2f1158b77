"""Publications: made with their feeds, changed by field, and never two under one address."""

import base64

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from syndicate.errors import InvalidError, NotAllowedError, NotFoundError, TakenError
from syndicate.newsroom.making import publications
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.making.fields import plain
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import logos
from syndicate.store.newsroom import publications as rows
from syndicate.store.platform.audit import Audit
from syndicate.store.platform.tokens import Actor, Grant, Permission
from syndicate.store.syndication import feeds
from tests.application import build
from tests.newsroom.making.conftest import COURIER, NOW, Maker
from tests.newsroom.making.test_reading import png

SHELF = publications.SHELF


def feeds_of(publication_id: int) -> dict[str, str]:
    with transaction() as tx:
        return {each.slug: each.title for each in feeds.offered(tx, publication_id)}


def audited() -> list[tuple[str, str, str]]:
    with transaction() as tx:
        found = tx.scalars(select(Audit).order_by(Audit.id))
        return [(each.actor, each.action, each.subject) for each in found]


def test_a_publication_comes_with_its_feeds_and_one_line_in_the_audit(make: Maker) -> None:
    number = make.add(SHELF, **COURIER)

    shown = make.shown(SHELF, "courier")
    assert {name: shown[name] for name in COURIER} == COURIER
    assert shown["postal_address"] is None
    assert set(feeds_of(number)) == {"everything", "language-en", "featured", "corrections"}
    assert audited() == [("cli:desk", "publication-add", f"publication:{number}")]
    with transaction() as tx:
        row = rows.find(tx, number)
        assert row is not None
        assert (row.direction, row.sender) == ("ltr", "The Courier")


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_made(make: Maker) -> None:
    with pytest.raises(InvalidError) as caught:
        make.add(SHELF, **{**COURIER, "slug": "A B", "zone": "Mars", "sender_address": ""})

    assert set(caught.value.ids["fields"]) == {"slug", "zone", "sender_address"}
    assert caught.value.ids["fields"]["sender_address"] == (
        "A publication needs its sender address. The address its mail comes from; its domain must "
        "let our mail server send."
    )
    assert make.listed(SHELF) == []
    assert audited() == []


def test_a_slug_and_a_host_have_one_publication(make: Maker, courier: int) -> None:
    assert courier
    make.set(SHELF, "courier", host="courier.example")

    with pytest.raises(TakenError) as caught:
        make.add(SHELF, **{**COURIER, "host": "Courier.Example:443"})

    assert caught.value.ids["fields"] == {
        "slug": "There is a publication courier already; choose another slug.",
        "host": "The host courier.example is that of courier; each publication has its own.",
    }


def test_a_change_says_what_it_changed_and_again_changes_nothing(make: Maker, courier: int) -> None:
    changed = make.set(SHELF, "courier", name="Courier", names={"ar": "الساعي"}, zone="UTC")
    again = make.set(SHELF, "courier", name="Courier", names={"ar": "الساعي"}, zone="UTC")

    assert changed == {
        "name": ("The Courier", "Courier"),
        "names": ({}, {"ar": "الساعي"}),
        "zone": ("Europe/London", "UTC"),
    }
    assert again == {}
    assert feeds_of(courier)["featured"] == "Courier: featured"
    assert feeds_of(courier)["everything"] == "Courier"
    assert [action for _, action, _ in audited()] == ["publication-add", "publication-change"]


def test_an_empty_value_takes_one_away(make: Maker, courier: int) -> None:
    assert courier
    make.set(SHELF, "courier", reply_to="desk@courier.example", host="courier.example")

    make.set(SHELF, "courier", reply_to="", host=None)

    shown = make.shown(SHELF, "courier")
    assert (shown["reply_to"], shown["host"]) == (None, None)
    with pytest.raises(InvalidError, match="A publication needs its name"):
        make.set(SHELF, "courier", name=" ")


def test_a_publication_is_found_under_the_slug_it_had(make: Maker, courier: int) -> None:
    make.set(SHELF, "courier", slug="herald")

    assert make.shown(SHELF, "courier")["slug"] == "herald"
    make.add(SHELF, **{**COURIER, "sender_address": "news@other.example"})
    with transaction() as tx:
        found = rows.by_slug(tx, "herald")
        assert found is not None
        assert found.id == courier
        other = rows.by_slug(tx, "courier")
        assert other is not None
        assert other.id != courier


def test_a_logo_is_kept_served_and_taken_away(make: Maker, courier: int) -> None:
    sent = base64.b64encode(png(30, 20)).decode()

    make.set(SHELF, "courier", logo=f"data:image/png;base64,{sent}")

    shown = str(plain(make.shown(SHELF, "courier")["logo"]))
    assert shown.startswith("PNG, 30 by 20, ")
    assert make.set(SHELF, "courier", logo=png(30, 20)) == {}
    with transaction() as tx:
        logo = logos.of(tx, courier)
        assert logo is not None
    with TestClient(build()) as browser:
        answer = browser.get(f"/logos/{logo.digest}")
        assert (answer.headers["content-type"], answer.content) == ("image/png", png(30, 20))
        assert browser.get("/logos/none").status_code == 404
    make.set(SHELF, "courier", logo="")
    with transaction() as tx:
        assert logos.of(tx, courier) is None


@pytest.mark.parametrize(
    ("field", "colour", "sentence"),
    [
        ("colour", "#ffff00", "The colour #ffff00 cannot be read on white; choose a darker one."),
        (
            "colour_on_dark",
            "#003",
            ("The colour #000033 cannot be read on a dark screen; choose a lighter one."),
        ),
    ],
)  # fmt: skip
def test_a_colour_can_be_read(
    make: Maker, courier: int, field: str, colour: str, sentence: str
) -> None:
    assert courier
    with pytest.raises(InvalidError) as caught:
        make.set(SHELF, "courier", **{field: colour})

    assert caught.value.ids["fields"] == {field: sentence}


def test_only_who_may_makes_anything(make: Maker, courier: int) -> None:
    assert courier
    nobody = Actor("token:viewer", frozenset())
    with pytest.raises(NotFoundError, match="There is no publication nowhere"):
        make.set(SHELF, "nowhere", name="x")

    with transaction() as tx, pytest.raises(NotAllowedError, match="newsroom"):
        publications.change(tx, Key("courier"), {"name": "x"}, actor=nobody, now=NOW)


def test_who_may_for_one_publication_changes_that_one_and_makes_none(
    make: Maker, courier: int
) -> None:
    other = make.add(SHELF, **{**COURIER, "slug": "herald"})
    may = frozenset({Grant(Permission.NEWSROOM, courier)})
    actor = Actor("token:courier", frozenset({Permission.NEWSROOM}), grants=may)

    with transaction() as tx:
        publications.change(tx, Key("courier"), {"name": "x"}, actor=actor, now=NOW)
    with transaction() as tx, pytest.raises(NotAllowedError, match="for a part of this"):
        publications.change(tx, Key("herald"), {"name": "x"}, actor=actor, now=NOW)
    with transaction() as tx, pytest.raises(NotAllowedError, match="for a part of this"):
        publications.add(tx, {**COURIER, "slug": "third"}, actor=actor, now=NOW)

    assert other
    assert make.listed(SHELF) == ["courier", "herald"]
