"""What readers change by the links in their mails, and leaving."""

import datetime as dt

import pytest

from syndicate import settings, signing
from syndicate.errors import NotFoundError, RefusedError, UsageError
from syndicate.store.composition import section_choices
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.readers import recipients, subscribers
from syndicate.subscribers import erase, preferences, unsubscribe
from syndicate.subscribers.preferences import Option
from syndicate.vocabulary.newsletters import SubscriptionState
from tests.acting import TESTER
from tests.subscribers import desk
from tests.subscribers.desk import NOW

pytestmark = pytest.mark.usefixtures("database", "reader")
DAY = dt.timedelta(days=1)


@pytest.fixture
def reader() -> int:
    """An active subscription; returns its id."""
    with transaction() as tx:
        newsletter = desk.morning(tx)
        subscriber = subscribers.upsert(tx, "reader001@example.com", language="en", now=NOW)
        recipients.upsert(tx, subscriber.address, subscriber_id=subscriber.id)
        made = subscribers.subscribe(tx, subscriber.id, newsletter.id, language="en", now=NOW)
        subscribers.activate(made, now=NOW)
        return made.id


def token(purpose: str, number: int) -> str:
    return signing.sign(settings.load().key(), purpose, str(number))


def state(number: int) -> SubscriptionState:
    with transaction() as tx:
        found = subscribers.lock_subscription(tx, number)
        assert found is not None
        return found.state


def test_whoever_chose_nothing_has_everything(reader: int) -> None:
    found = preferences.read(token("preferences", reader), now=NOW)

    assert found.sections == (Option("world", "World", True), Option("sport", "Sport", True))
    assert found.languages == (Option("en", "English", True), Option("ar", "العربية", True))
    assert (found.newsletter, found.is_active, found.paused_until) == ("Morning", True, None)


def test_a_newsletter_of_every_section_lets_readers_choose_among_all(reader: int) -> None:
    with transaction() as tx:
        morning = newsletters.by_slug(tx, "morning")
        assert morning is not None
        newsletters.draw_from(tx, morning.id, [])
    chosen = preferences.change(
        token("preferences", reader), sections=["sport"], languages=["en", "ar"], now=NOW
    )
    with transaction() as tx:
        desk.sections(tx, morning.publication_id, "port")
        sport = publications.section_of(tx, morning.publication_id, "sport")
        assert sport is not None
        publications.rename(tx, sport, "games")
        followed = section_choices.follow(tx, sport, "sport")
    later = preferences.read(token("preferences", reader), now=NOW)
    with transaction() as tx:
        again = newsletters.by_slug(tx, "morning")
        assert again is not None
        newsletters.change(tx, again, tags=["climate"])
    tagged = preferences.read(token("preferences", reader), now=NOW)

    assert [(each.value, each.is_chosen) for each in chosen.sections] == [
        ("world", False),
        ("sport", True),
    ]
    assert followed == 1
    assert {each.value: each.is_chosen for each in later.sections} == {
        "world": False,
        "port": False,
        "games": True,
    }
    assert tagged.sections == ()


def test_a_change_is_kept_and_shown(reader: int) -> None:
    changed = preferences.change(
        token("preferences", reader),
        sections=["sport"],
        languages=["en", "ar"],
        language="ar",
        paused_until=NOW + 10 * DAY,
        now=NOW,
    )

    assert changed == preferences.read(token("preferences", reader), now=NOW)
    assert [option.value for option in changed.sections if option.is_chosen] == ["sport"]
    assert (changed.newsletter, changed.language) == ("الصباح", "ar")
    assert changed.paused_until == NOW + 10 * DAY
    assert preferences.read(token("preferences", reader), now=NOW + 11 * DAY).paused_until is None


def test_sections_are_called_as_the_readers_language_says(reader: int) -> None:
    with transaction() as tx:
        world = publications.section_of(tx, 1, "world")
        assert world is not None
        publications.change(tx, world, names={"ar": "العالم"})

    changed = preferences.change(
        token("preferences", reader), sections=["world"], languages=["en"], language="ar", now=NOW
    )

    assert [option.name for option in changed.sections] == ["العالم", "Sport"]


@pytest.mark.parametrize(
    ("sections", "languages", "language", "pause"),
    [
        ([], ["en"], None, None),
        (["sport"], [], None, None),
        (["weather"], ["en"], None, None),
        (["sport"], ["fr"], None, None),
        (["sport"], ["en"], "fr", None),
        (["sport"], ["en"], None, 200),
    ],
)
def test_what_cannot_be_chosen_is_refused_and_nothing_is_changed(
    reader: int, sections: list[str], languages: list[str], language: str | None, pause: int | None
) -> None:
    before = preferences.read(token("preferences", reader), now=NOW)

    with pytest.raises(UsageError):
        preferences.change(
            token("preferences", reader),
            sections=sections,
            languages=languages,
            language=language,
            paused_until=None if pause is None else NOW + pause * DAY,
            now=NOW,
        )

    assert preferences.read(token("preferences", reader), now=NOW) == before


def test_one_click_ends_it_and_a_second_one_says_so(reader: int) -> None:
    first = unsubscribe.leave(token("unsubscribe", reader), NOW)
    second = unsubscribe.leave(token("unsubscribe", reader), NOW + DAY)

    assert (first.is_subscribed, second.is_subscribed) == (True, False)
    with transaction() as tx:
        left = subscribers.lock_subscription(tx, reader)
        assert left is not None
    assert (left.state, left.ended_at) == (SubscriptionState.ENDED, NOW)


def test_looking_at_the_page_ends_nothing(reader: int) -> None:
    shown = unsubscribe.read(token("unsubscribe", reader))

    assert (shown.newsletter, shown.is_subscribed) == ("Morning", True)
    assert state(reader) is SubscriptionState.ACTIVE


def test_who_has_left_can_change_nothing(reader: int) -> None:
    unsubscribe.leave(token("unsubscribe", reader), NOW)

    with pytest.raises(RefusedError):
        preferences.change(
            token("preferences", reader), sections=["sport"], languages=["en"], now=NOW
        )


def test_a_link_for_one_purpose_opens_no_other(reader: int) -> None:
    with pytest.raises(NotFoundError):
        unsubscribe.leave(token("preferences", reader), NOW)
    with pytest.raises(NotFoundError):
        preferences.read(token("unsubscribe", reader), now=NOW)

    assert state(reader) is SubscriptionState.ACTIVE


def test_never_again_bars_articles_and_nothing_else() -> None:
    unsubscribe.never(token("never", 1), NOW)

    with transaction() as tx:
        address_hash = recipients.hash_of("reader001@example.com")
        barred = [
            recipients.is_suppressed(tx, address_hash, each) for each in ("article", "digest")
        ]
    assert barred == [True, False]


def test_a_person_who_was_erased_is_nowhere_but_in_the_ledgers_numbers(reader: int) -> None:
    done = erase.erase("reader001@example.com", actor=TESTER, now=NOW)

    with transaction() as tx:
        row = tx.get(recipients.Recipient, 1)
        assert row is not None
        assert subscribers.by_address(tx, "reader001@example.com") is None
        assert subscribers.lock_subscription(tx, reader) is None
        assert desk.consents(tx, reader) == []
        assert (row.address, row.subscriber_id) == ("", None)
        assert row.address_hash != recipients.hash_of("reader001@example.com")
    assert done.subscriptions == 1
    with pytest.raises(NotFoundError):
        erase.erase("reader001@example.com", actor=TESTER, now=NOW)
    with pytest.raises(NotFoundError):
        unsubscribe.leave(token("unsubscribe", reader), NOW)
