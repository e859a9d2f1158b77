"""A reader's own feed: opened by its token alone, and listing what its newsletter brings."""

import datetime as dt
from typing import Any

import pytest

from syndicate import signing
from syndicate.master_key import MasterKey
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers.subscribers import Subscription
from syndicate.store.syndication import reader_feeds
from syndicate.vocabulary.articles import Access, ArticleState, Channel
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from tests import rows
from tests.rows import DAY, NOW

HOUR = dt.timedelta(hours=1)
KEY, OTHER_KEY = MasterKey(b"k" * 32), MasterKey(b"o" * 32)


@pytest.fixture
def morning(database: str) -> Newsletter:  # noqa: ARG001 - the rows go there
    """A newsletter of two sections: europe (1) and sport (2)."""
    with transaction() as tx:
        daily = rows.publication(tx)
        ids = tuple(rows.section(tx, daily.id, slug).id for slug in ("europe", "sport"))
        return rows.newsletter(tx, daily.id, section_ids=ids, languages=["en", "ar"])


@pytest.fixture
def mine(morning: Newsletter) -> int:
    with transaction() as tx:
        return rows.subscription(tx, rows.subscriber(tx).id, morning.id, language="ar").id


def issue(subscription_id: int, now: dt.datetime = NOW) -> str:
    with transaction() as tx:
        return reader_feeds.issue(tx, KEY, subscription_id, now=now)


def opened(token: str, key: MasterKey = KEY) -> int | None:
    with transaction() as tx:
        return reader_feeds.open_token(tx, key, token)


def since(subscription_id: int) -> dt.datetime | None:
    with transaction() as tx:
        return reader_feeds.since(tx, subscription_id)


def test_a_token_opens_the_feed_of_its_subscription(mine: int) -> None:
    assert since(mine) is None

    token = issue(mine)

    assert opened(token) == mine
    assert since(mine) == NOW


def test_each_subscription_has_a_token_of_its_own(morning: Newsletter, mine: int) -> None:
    with transaction() as tx:
        other = rows.subscription(tx, rows.subscriber(tx, 2).id, morning.id).id
    tokens = [issue(mine), issue(other)]

    assert [opened(token) for token in tokens] == [mine, other]


def test_a_new_address_ends_the_old_one(mine: int) -> None:
    old = issue(mine)

    new = issue(mine, NOW + DAY)

    assert (opened(old), opened(new)) == (None, mine)
    assert since(mine) == NOW + DAY


def test_a_feed_that_is_taken_away_opens_no_more_and_the_others_do(
    morning: Newsletter, mine: int
) -> None:
    with transaction() as tx:
        other = rows.subscription(tx, rows.subscriber(tx, 2).id, morning.id).id
    token, theirs = issue(mine), issue(other)

    with transaction() as tx:
        reader_feeds.revoke(tx, mine)
        reader_feeds.revoke(tx, mine)

    assert (opened(token), opened(theirs)) == (None, other)
    assert (since(mine), since(other)) == (None, NOW)


@pytest.mark.parametrize(
    ("state", "opens"),
    [
        (SubscriptionState.ACTIVE, True),
        (SubscriptionState.PENDING, False),
        (SubscriptionState.ENDED, False),
    ],
)
def test_a_feed_opens_while_its_subscription_is_active(
    mine: int, state: SubscriptionState, *, opens: bool
) -> None:
    token = issue(mine)
    with transaction() as tx:
        tx.session.get_one(Subscription, mine).state = state

    assert opened(token) == (mine if opens else None)


def test_a_new_key_of_the_installation_revokes_every_address(mine: int) -> None:
    token = issue(mine)

    assert opened(token, OTHER_KEY) is None


def test_what_we_did_not_sign_for_it_opens_nothing(mine: int) -> None:
    token = issue(mine)

    wrong = ("", "x", token[:-1], signing.sign(KEY, "partner", f"{mine}:1"))
    guessed = signing.sign(KEY, "reader-feed", f"{mine}:1")

    assert [opened(each) for each in (*wrong, guessed)] == [None] * 5


def article(tx: Transaction, name: str, hours: float = 1, **columns: Any) -> int:
    """A free English article of europe, so many hours old."""
    plain = {"section_id": 1, "publication_id": 1}
    row = rows.unsaved_article(name, NOW - hours * HOUR, **(plain | columns))
    return rows.added(tx, row).id


def listed(subscription_id: int, **of: Any) -> list[str]:
    with transaction() as tx:
        own = reader_feeds.own(tx, subscription_id, now=NOW, **of)
        assert own is not None
        assert {place.revision for place in own.places} <= {0}
        return [tx.session.get_one(Article, place.article_id).slug for place in own.places]


def test_a_feed_has_the_frame_of_its_subscription(morning: Newsletter, mine: int) -> None:
    with transaction() as tx:
        rows.newsletter(tx, rows.publication(tx, "yawmi").id, "other")
        own = reader_feeds.own(tx, mine, now=NOW)

        assert own is not None
        assert (own.newsletter.id, own.publication.id) == (morning.id, morning.publication_id)
        assert (own.language, own.places) == ("ar", ())
        assert reader_feeds.own(tx, mine + 1, now=NOW) is None


def test_the_newest_come_first_and_of_one_moment_the_last_that_came(mine: int) -> None:
    with transaction() as tx:
        for name, hours in (("old", 3), ("twin-1", 1), ("new", 0), ("twin-2", 1)):
            article(tx, name, hours)

    assert listed(mine) == ["new", "twin-2", "twin-1", "old"]


def test_a_feed_holds_a_page_of_the_newest(mine: int) -> None:
    with transaction() as tx:
        for number in range(52):
            article(tx, str(number), number)

    assert listed(mine) == [str(number) for number in range(50)]


@pytest.mark.parametrize(
    ("choices", "names"),
    [
        ([], ["europe", "europe-ar", "sport", "sport-ar"]),
        ([("europe", ChoiceKind.SECTION)], ["europe", "europe-ar"]),
        ([("ar", ChoiceKind.LANGUAGE)], ["europe-ar", "sport-ar"]),
        ([("sport", ChoiceKind.SECTION), ("ar", ChoiceKind.LANGUAGE)], ["sport-ar"]),
        (
            [("sport", ChoiceKind.SECTION), ("europe", ChoiceKind.SECTION)],
            ["europe", "europe-ar", "sport", "sport-ar"],
        ),
        ([("culture", ChoiceKind.SECTION)], []),
    ],
)
def test_a_feed_lists_what_its_reader_chose_of_the_newsletter(
    morning: Newsletter, mine: int, choices: list[tuple[str, ChoiceKind]], names: list[str]
) -> None:
    with transaction() as tx:
        culture = rows.section(tx, morning.publication_id, "culture").id
        for slug, section in (("europe", 1), ("sport", 2), ("culture", culture)):
            article(tx, slug, section_id=section)
            article(tx, f"{slug}-ar", section_id=section, language="ar")
            article(tx, f"{slug}-fr", section_id=section, language="fr")
        other = rows.subscription(tx, rows.subscriber(tx, 2).id, morning.id).id
        rows.choice(tx, other, "culture")
        for value, kind in choices:
            rows.choice(tx, mine, value, kind)

    assert sorted(listed(mine)) == names


@pytest.mark.parametrize(
    ("columns", "private", "public"),
    [
        ({}, True, True),
        ({"access": Access.PAID}, True, False),
        ({"access": Access.REGISTERED}, True, False),
        ({"state": ArticleState.DRAFT}, False, False),
        ({"state": ArticleState.KILLED}, False, False),
        ({"state": ArticleState.EMBARGOED, "embargo_until": NOW}, True, True),
        ({"state": ArticleState.EMBARGOED, "embargo_until": NOW + HOUR}, False, False),
    ],
)
def test_a_feed_lists_what_its_channel_may_show(
    mine: int, columns: dict[str, Any], *, private: bool, public: bool
) -> None:
    with transaction() as tx:
        article(tx, "story", **columns)

    assert bool(listed(mine)) is private
    assert bool(listed(mine, channel=Channel.PUBLIC_FEED)) is public


def test_a_feed_goes_with_its_subscription(mine: int) -> None:
    token = issue(mine)
    with transaction() as tx:
        tx.session.delete(tx.session.get_one(Subscription, mine))

    assert (opened(token), since(mine)) == (None, None)
