"""Publications: found by slug and host, the first one for all others, each with its sections."""

from collections.abc import Callable

import pytest
from sqlalchemy.exc import IntegrityError

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Desk, Section
from tests import rows

pytestmark = pytest.mark.usefixtures("database")


def test_publications_come_oldest_first() -> None:
    with transaction() as tx:
        assert publications.all_publications(tx) == []
        made = [rows.publication(tx, slug).id for slug in ("zeitung", "daily")]
        tx.session.get_one(publications.Publication, made[0]).name = "Written to since"
        tx.flush()

        assert [each.id for each in publications.all_publications(tx)] == made


def test_a_publication_is_found_by_its_id_and_by_its_slug() -> None:
    with transaction() as tx:
        made = rows.publication(tx)
        rows.publication(tx, "yawmi")

        assert publications.find(tx, made.id) is made
        assert publications.by_slug(tx, "daily") is made
        assert publications.find(tx, made.id + 2) is None
        assert publications.by_slug(tx, "Daily") is None


@pytest.mark.parametrize(
    ("host", "slug"),
    [
        ("yawmi.example", "yawmi"),
        ("news.example:8443", "news"),
        ("news.example", "daily"),
        ("yawmi.example:8443", "daily"),
        ("www.yawmi.example", "daily"),
        ("", "daily"),
    ],
)
def test_a_host_leads_to_its_publication_and_an_unknown_one_to_the_first(
    host: str, slug: str
) -> None:
    with transaction() as tx:
        rows.publication(tx)
        rows.publication(tx, "yawmi", host="Yawmi.Example")
        rows.publication(tx, "news", host="news.example:8443")

        found = publications.by_host(tx, host)

        assert found is not None
        assert found.slug == slug


def test_the_first_publication_is_found_by_its_own_host_too() -> None:
    with transaction() as tx:
        made = rows.publication(tx, host="daily.example")
        rows.publication(tx, "yawmi")

        assert publications.by_host(tx, "daily.example") is made


def test_an_empty_installation_has_no_publication_for_any_host() -> None:
    with transaction() as tx:
        assert publications.by_host(tx, "daily.example") is None


def test_only_the_oldest_publication_answers_without_a_prefix() -> None:
    with transaction() as tx:
        first, second = rows.publication(tx), rows.publication(tx, "yawmi")

        assert publications.is_first(tx, first.id)
        assert not publications.is_first(tx, second.id)


def test_nothing_is_first_where_nothing_is() -> None:
    with transaction() as tx:
        assert not publications.is_first(tx, 1)


def test_sections_come_as_readers_see_them_and_are_the_publications_own() -> None:
    with transaction() as tx:
        daily, yawmi = rows.publication(tx), rows.publication(tx, "yawmi")
        rows.section(tx, daily.id, "sport", position=1)
        rows.section(tx, daily.id, "world")
        rows.section(tx, daily.id, "art", position=1)
        rows.section(tx, yawmi.id, "world")

        found = [each.slug for each in publications.sections_of(tx, daily.id)]

        assert found == ["world", "sport", "art"]
        assert publications.sections_of(tx, yawmi.id + 1) == []


def test_what_is_added_has_its_id_at_once() -> None:
    with transaction() as tx:
        daily = rows.unsaved_publication()
        publications.add(tx, daily)
        desk = Desk(publication_id=daily.id, slug="world", name="World desk")
        publications.add(tx, desk)
        section = Section(publication_id=daily.id, slug="world", name="World", desk_id=desk.id)
        publications.add(tx, section)

        assert section.desk_id == desk.id
        assert [each.id for each in publications.sections_of(tx, daily.id)] == [section.id]
    with transaction() as tx:
        assert publications.by_slug(tx, "daily") is not None


def _same_slug(tx: Transaction) -> None:
    rows.publication(tx, "daily")


def _same_host(tx: Transaction) -> None:
    rows.publication(tx, "other", host="daily.example")


def _same_section(tx: Transaction) -> None:
    rows.section(tx, 1, "world")


def _same_desk(tx: Transaction) -> None:
    rows.desk(tx, 1, "world")


@pytest.mark.parametrize("again", [_same_slug, _same_host, _same_section, _same_desk])
def test_an_address_stands_for_one_thing(
    again: Callable[[Transaction], None],
) -> None:
    with transaction() as tx:
        daily = rows.publication(tx, id=1, host="daily.example")
        rows.section(tx, daily.id, "world")
        rows.desk(tx, daily.id, "world")

    with transaction() as tx:
        with pytest.raises(IntegrityError, match="duplicate key"):
            again(tx)
        tx.session.rollback()
