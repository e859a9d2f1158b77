"""Pictures: which one leads, and the times that somebody else says of their articles."""

import datetime as dt

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from syndicate.store.content import pictures
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import transaction
from tests import rows
from tests.rows import DAY, NOW

pytestmark = pytest.mark.usefixtures("database")

HOUR = dt.timedelta(hours=1)


def test_the_picture_of_the_lowest_position_leads_whenever_it_came() -> None:
    with transaction() as tx:
        made = rows.article(tx, rows.publication(tx).id)
        for position in (2, 1, 3):
            rows.picture(tx, made.id, url=f"https://p.example/{position}.jpg", position=position)

        assert pictures.lead_of(tx, made.id) == "https://p.example/1.jpg"


def test_of_pictures_in_one_position_the_first_that_came_leads() -> None:
    with transaction() as tx:
        made = rows.article(tx, rows.publication(tx).id)
        for name in ("z", "a"):
            rows.picture(tx, made.id, url=f"https://p.example/{name}.jpg")
        # Written to, it stands behind the other where nobody asks for an order.
        tx.execute(update(Picture).where(Picture.url.contains("/z")).values(caption="Rain"))

        assert pictures.lead_of(tx, made.id) == "https://p.example/z.jpg"


def test_a_picture_leads_whatever_its_rights() -> None:
    with transaction() as tx:
        made = rows.article(tx, rows.publication(tx).id)
        rows.picture(tx, made.id, url="https://p.example/ended.jpg", rights_until=NOW - DAY)
        rows.picture(tx, made.id, url="https://p.example/second.jpg", position=1)

        assert pictures.lead_of(tx, made.id) == "https://p.example/ended.jpg"


def test_an_article_without_pictures_has_no_lead() -> None:
    with transaction() as tx:
        publication = rows.publication(tx)
        bare, other = rows.article(tx, publication.id, "a"), rows.article(tx, publication.id, "b")
        rows.picture(tx, other.id)

        assert pictures.lead_of(tx, bare.id) is None


def test_the_times_of_articles_are_those_of_publication_change_and_rights() -> None:
    with transaction() as tx:
        publication = rows.publication(tx)
        bare = rows.article(tx, publication.id, "a", NOW)
        changed = rows.article(tx, publication.id, "b", NOW, updated_at=NOW + HOUR)
        rows.picture(tx, changed.id, url="1", rights_until=NOW + DAY)
        rows.picture(tx, changed.id, url="2", rights_until=NOW + 2 * DAY)
        rows.picture(tx, changed.id, url="3")
        other = rows.article(tx, publication.id, "c", NOW - DAY)

        assert pictures.times_of(tx, [bare.id, changed.id, other.id + 1]) == {
            bare.id: {NOW},
            changed.id: {NOW, NOW + HOUR, NOW + DAY, NOW + 2 * DAY},
        }
        assert pictures.times_of(tx, []) == {}


def test_a_picture_of_which_nothing_is_known_leads_and_may_go_everywhere() -> None:
    with transaction() as tx:
        made = rows.article(tx, rows.publication(tx).id)
        tx.add(Picture(article_id=made.id, url="https://p.example/1.jpg"))
    with transaction() as tx:
        found = tx.scalars(select(Picture)).one()

    assert (found.position, found.caption, found.credit, found.alt) == (0, "", "", "")
    assert (found.channels, found.rights_until) == (None, None)


def test_an_article_has_a_picture_once() -> None:
    with transaction() as tx:
        publication = rows.publication(tx)
        one, two = rows.article(tx, publication.id, "a"), rows.article(tx, publication.id, "b")
        for made in (one, two):
            rows.picture(tx, made.id, url="https://p.example/1.jpg")

    with pytest.raises(IntegrityError), transaction() as tx:
        rows.picture(tx, one.id, url="https://p.example/1.jpg", position=1)
