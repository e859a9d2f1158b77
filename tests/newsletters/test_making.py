"""Newsletters by their fields: made, changed from the next issue, paused, resumed, ended."""

import datetime as dt

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from syndicate.errors import InvalidError, MissingError, RefusedError
from syndicate.newsletters import making, run, timetable
from syndicate.newsroom import verbs
from syndicate.newsroom.making import publications
from syndicate.newsroom.making.acts import Given, Key
from syndicate.newsroom.making.fields import plain as as_plain
from syndicate.store.composition.stories import is_drawn_from
from syndicate.store.content.articles import Article, ArticleTag, Tag
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate
from syndicate.store.newsroom import newsletters
from syndicate.store.platform.tokens import Actor, Grant, Permission
from syndicate.store.readers import subscribers
from syndicate.store.readers.subscribers import Subscription
from syndicate.vocabulary.newsletters import Afterwards, NewsletterKind, SubscriptionState
from tests import rows as plain
from tests.application import build
from tests.faults.copies import downgrade

WHO = verbs.in_shell("desk")
NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
COURIER: Given = {
    "slug": "courier",
    "name": "The Courier",
    "language": "en",
    "zone": "Europe/London",
    "sender_address": "news@courier.example",
}
MORNING: Given = {"publication": "courier", "slug": "morning", "name": "Morning"}
KEY = Key("morning")

pytestmark = pytest.mark.usefixtures("morning")


@pytest.fixture
def morning(database: str) -> int:
    assert database
    made_at = NOW - dt.timedelta(days=2)
    with transaction() as tx:
        publications.add(tx, COURIER, actor=WHO, now=NOW)
        return int(making.add(tx, MORNING, actor=WHO, now=made_at).id)


def changed(**given: object) -> dict[str, tuple[object, object]]:
    with transaction() as tx:
        found = making.change(tx, KEY, given, actor=WHO, now=NOW)
    return {each.field.name: (as_plain(each.before), as_plain(each.after)) for each in found}


def opened(now: dt.datetime) -> int:
    return len(run.open_due_issues(now))


def test_what_nobody_says_is_as_the_publication_has_it() -> None:
    with transaction() as tx:
        row = newsletters.by_slug(tx, "morning")
        assert row is not None
        found = making.SHELF.plain(tx, row)

    assert (found["zone"], found["languages"]) == ("Europe/London", ("en",))
    assert (found["times"], found["days"]) == (("08:00",), (1, 2, 3, 4, 5, 6, 7))
    assert (found["size"], found["public"], found["when_empty"]) == (40, True, "skip")


def test_a_change_is_told_once_and_words_by_language_stay(morning: int) -> None:
    with transaction() as tx:
        row = newsletters.find(tx, morning)
        assert row is not None
        newsletters.change(tx, row, translations={"ar": {"publication": "الساعي"}})

    first = changed(names={"ar": "الصباح"}, size=20, zone="", times="07:00, 18:00")

    assert first == {
        "names": ({}, {"ar": "الصباح"}),
        "times": (["08:00"], ["07:00", "18:00"]),
        "size": (40, 20),
    }
    assert changed(names={"ar": "الصباح"}, size=20, zone="") == {}
    with transaction() as tx:
        row = newsletters.find(tx, morning)
        assert row is not None
        assert newsletters.in_language(row, "ar")["publication"] == "الساعي"
        assert newsletters.in_language(row, "ar")["name"] == "الصباح"


def test_each_field_at_fault_has_its_sentence() -> None:
    with pytest.raises(InvalidError) as caught:
        changed(times=[], zone="Mars/Base", size=64, slug="other", languages=["old english"])
    with pytest.raises(MissingError) as missing:
        changed(sections=["gardens"])

    assert caught.value.ids["fields"] == {
        "slug": "The slug of a newsletter cannot change; make another one instead.",
        "times": "A newsletter needs its times. Local times that it is due at, HH:MM; an alert has "
        "none.",
        "zone": "There is no time zone Mars/Base; name one such as Europe/London.",
        "size": "The size is a whole number from 1 to 63, not 64.",
        "languages": "english is not a language tag; did you mean en?",
    }
    assert missing.value.ids["fields"] == {
        "sections": "No publication has a section gardens; make it first."
    }


def test_an_alert_has_no_times_and_no_days() -> None:
    flash: Given = {**MORNING, "slug": "flash", "name": "Flash", "kind": "alert"}
    with transaction() as tx, pytest.raises(InvalidError) as caught:
        making.add(tx, {**flash, "times": ["07:00"], "days": "1"}, actor=WHO, now=NOW)
    with transaction() as tx:
        made = making.add(tx, {**flash, "times": [], "days": ""}, actor=WHO, now=NOW)
        found = making.SHELF.plain(tx, made)
        assert (found["times"], found["days"], made.schedule) == ((), (), {})
        assert making.change(tx, Key("flash"), {"times": "", "days": []}, actor=WHO, now=NOW) == ()
        with pytest.raises(InvalidError) as later:
            making.change(tx, Key("flash"), {"times": "07:00"}, actor=WHO, now=NOW)
        newsletters.change(tx, made, schedule={"times": ["08:00"], "days": [1]})  # as older code
        assert making.SHELF.plain(tx, made)["times"] == ()

    sentence = "A newsletter of the kind alert has no {}; leave that field empty."
    assert caught.value.ids["fields"] == {name: sentence.format(name) for name in ("times", "days")}
    assert later.value.ids["fields"] == {"times": sentence.format("times")}


def test_a_migration_empties_what_an_alert_had_and_back_gives_it_the_usual(database: str) -> None:
    assert database
    usual = {"times": ["08:00"], "days": [1, 2, 3, 4, 5, 6, 7]}
    with transaction() as tx:
        paper = tx.scalars(text("SELECT id FROM publication")).one()
        plain.newsletter(tx, paper, "flash", kind=NewsletterKind.ALERT, schedule={})

    downgrade("0025")
    assert _schedules() == {"morning": usual, "flash": usual}
    migrate.upgrade()

    assert _schedules() == {"morning": usual, "flash": {}}


def _schedules() -> dict[str, object]:
    with transaction() as tx:
        found = tx.execute(text("SELECT slug, schedule FROM newsletter"))
        return {row.slug: row.schedule for row in found}


def test_a_slot_that_is_past_when_times_change_is_left_alone() -> None:
    assert opened(NOW) == 1
    changed(times=["08:30"])

    assert opened(NOW + dt.timedelta(minutes=1)) == 0
    assert opened(NOW + dt.timedelta(hours=23, minutes=31)) == 1


def test_a_paused_newsletter_opens_nothing_and_goes_on_from_the_next_slot(morning: int) -> None:
    with transaction() as tx:
        assert making.pause(tx, KEY, actor=WHO, now=NOW - dt.timedelta(hours=2))
        assert not making.pause(tx, KEY, actor=WHO, now=NOW)
        row = newsletters.find(tx, morning)
        assert row is not None
        assert timetable.when(row) == "paused since 24 Nov 2026"
        with pytest.raises(RefusedError, match="Morning is paused; resume it first"):
            timetable.running(row)
    assert opened(NOW) == 0
    with TestClient(build()) as browser:
        page = browser.get("/newsletters/morning").text
        assert "This newsletter is paused. You can subscribe now" in page

    with transaction() as tx:
        assert making.resume(tx, KEY, actor=WHO, now=NOW)

    assert opened(NOW + dt.timedelta(minutes=1)) == 0
    assert opened(NOW + dt.timedelta(hours=23, minutes=1)) == 1


@pytest.mark.parametrize("readers", list(Afterwards))
def test_a_newsletter_ends_for_good_and_its_page_says_so(morning: int, readers: Afterwards) -> None:
    with transaction() as tx:
        reader = plain.subscriber(tx)
        order = plain.subscription(tx, reader.id, morning).id

    with transaction() as tx:
        left = making.end(tx, KEY, readers=readers, actor=WHO, now=NOW)

    is_left = readers is Afterwards.LEAVE
    assert left == is_left
    with transaction() as tx:
        state = tx.session.get_one(Subscription, order).state
        assert state is (SubscriptionState.ENDED if is_left else SubscriptionState.ACTIVE)
        assert making.SHELF.every(tx, None) == []
        assert subscribers.counts(tx, morning)["active"] == (not is_left)
    assert opened(NOW) == 0
    with pytest.raises(RefusedError, match="Morning has ended; make another newsletter instead"):
        changed(size=3)
    with TestClient(build()) as browser:
        page = browser.get("/newsletters/morning").text
        assert "This newsletter has ended; no more issues are sent." in page
        assert "<form method" not in page.partition("<main")[2].partition("</main>")[0]
        assert "/newsletters/morning" not in browser.get("/newsletters").text


def test_a_newsletter_draws_from_tags_beside_its_sections(morning: int) -> None:
    with transaction() as tx:
        row = newsletters.find(tx, morning)
        assert row is not None
        world = plain.section(tx, row.publication_id, "world")
        ids = [
            plain.article(tx, row.publication_id, name, section_id=section).id
            for name, section in (("one", world.id), ("two", None), ("three", None))
        ]
        climate = Tag(publication_id=row.publication_id, slug="climate", name="Climate")
        tx.add(climate)
        tx.flush()
        tx.add(ArticleTag(article_id=ids[1], tag_id=climate.id))

    def drawn() -> list[int]:
        with transaction() as tx:
            row = newsletters.find(tx, morning)
            assert row is not None
            query = tx.session.query(Article.id).where(is_drawn_from(row)).order_by(Article.id)
            return [each[0] for each in query]

    assert drawn() == ids
    changed(tags=["climate"])
    assert drawn() == ids[1:2]
    changed(sections=["world"])
    assert drawn() == ids[:2]


def test_who_has_one_publication_draws_from_no_section_of_another(morning: int) -> None:
    with transaction() as tx:
        row = newsletters.find(tx, morning)
        assert row is not None
        own = row.publication_id
        theirs = publications.add(
            tx, {**COURIER, "slug": "gazette", "name": "The Gazette"}, actor=WHO, now=NOW
        ).id
        courier_world = plain.section(tx, own, "world").id
        gazette_world = plain.section(tx, theirs, "world").id
        plain.section(tx, theirs, "rivers")
        plain.section(tx, own, "sport")
    held = frozenset({Permission.NEWSLETTERS, Permission.READ})
    ours = Actor("operator:desk", held, 1, grants=frozenset(Grant(each, own) for each in held))

    def named(actor: Actor, *slugs: str) -> set[int]:
        with transaction() as tx:
            making.change(tx, KEY, {"sections": slugs}, actor=actor, now=NOW)
            return {
                each.id for each in newsletters.sections_of(tx, morning) if each.slug == "world"
            }

    assert named(ours, "world") == {courier_world}
    for slug in ("rivers", "nowhere"):
        with pytest.raises(MissingError) as caught:
            named(ours, slug)
        assert caught.value.ids["fields"] == {
            "sections": f"None of your publications has a section {slug}; make it first."
        }
    named(WHO, "sport")
    assert named(WHO, "world") == {courier_world, gazette_world}
    # What somebody who may has said stays.
    assert named(ours, "world", "sport") == {courier_world, gazette_world}
    with transaction() as tx:
        given = {**MORNING, "slug": "noon", "name": "Noon", "sections": ["world"]}
        noon = making.add(tx, given, actor=ours, now=NOW)
        assert [each.id for each in newsletters.sections_of(tx, noon.id)] == [courier_world]
