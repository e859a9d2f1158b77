"""The hub's rows: asked, verified, due, delivered, denied and forgotten, each turn fenced."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.syndication import hub, hub_turns
from syndicate.store.syndication.feeds import Feed
from syndicate.store.syndication.hub import Asked, FeedCallback, Mode
from syndicate.vocabulary.feeds import FeedFormat
from tests import rows
from tests.rows import DAY, NOW
from tests.store.syndication import published

pytestmark = pytest.mark.usefixtures("database")

TICK = dt.timedelta(microseconds=1)
SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
ATOM, RSS = FeedFormat.ATOM, FeedFormat.RSS
CALLBACK = "https://peer.example/callback"
UNTIL = NOW + DAY


@pytest.fixture
def feed(database: str) -> Feed:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return published.feed(tx, rows.publication(tx).id)


def asked(feed_id: int, mode: Mode = Mode.SUBSCRIBE, **fields: Any) -> Asked:
    plain: dict[str, Any] = {
        "form": ATOM,
        "topic": "http://daily.example/feeds/everything.atom",
        "callback": CALLBACK,
        "host": "peer.example",
        "secret": b"secret",
        "lease_s": 3600,
    }
    return Asked(feed_id=feed_id, mode=mode, **(plain | fields))


def callback(tx: Transaction, feed_id: int, name: str = "callback", **columns: Any) -> int:
    return published.callback(tx, feed_id, name, **columns).id


def row(subscription_id: int | None = None) -> FeedCallback:
    """The only subscription, or the one of an id, as it is stored."""
    with transaction() as tx:
        query = select(FeedCallback)
        if subscription_id is not None:
            query = query.where(FeedCallback.id == subscription_id)
        return tx.scalars(query).one()


def stored() -> list[int]:
    with transaction() as tx:
        return [each.id for each in hub.subscriptions(tx)]


def test_what_is_asked_waits_and_nothing_is_granted_yet(feed: Feed) -> None:
    with transaction() as tx:
        hub.ask(tx, asked(feed.id), now=NOW)

    made = row()
    assert (made.feed_id, made.format, made.callback) == (feed.id, ATOM, CALLBACK)
    assert (made.topic, made.host) == (asked(feed.id).topic, "peer.example")
    assert (made.wanted, made.wanted_secret, made.wanted_lease_s) == ("subscribe", b"secret", 3600)
    assert (made.verify_at, made.verify_attempts, made.epoch) == (NOW, 0, 0)
    assert (made.lease_until, made.secret, made.deliver_at) == (None, None, None)
    assert made.created_at == NOW


def test_asking_again_overrides_what_was_asked_and_leaves_what_was_granted(feed: Feed) -> None:
    with transaction() as tx:
        granted: dict[str, Any] = {"secret": b"old", "deliver_at": NOW, "attempts": 2}
        waits: dict[str, Any] = {"verify_attempts": 3, "denied": "Ended.", "epoch": 7}
        callback(tx, feed.id, **granted, **waits)

        again = asked(feed.id, Mode.UNSUBSCRIBE, topic="spelt anew", secret=None, lease_s=60)
        hub.ask(tx, again, now=NOW)

    made = row()
    assert (made.wanted, made.wanted_secret, made.wanted_lease_s) == ("unsubscribe", None, 60)
    assert (made.topic, made.denied) == ("spelt anew", None)
    assert (made.verify_at, made.verify_attempts, made.epoch) == (NOW, 0, 8)
    assert (made.secret, made.lease_until) == (b"old", UNTIL)
    assert (made.deliver_at, made.attempts, made.created_at) == (NOW, 2, NOW - DAY)


@pytest.mark.parametrize("other", [{"form": RSS}, {"callback": f"{CALLBACK}/2"}])
def test_another_format_or_callback_is_another_subscription(
    feed: Feed, other: dict[str, Any]
) -> None:
    with transaction() as tx:
        hub.ask(tx, asked(feed.id), now=NOW)
        hub.ask(tx, asked(feed.id, **other), now=NOW)

    assert len(stored()) == 2


def test_a_host_is_counted_by_what_it_agreed_to_and_not_by_what_others_ask_in_its_name(
    feed: Feed,
) -> None:
    with transaction() as tx:
        callback(tx, feed.id, "a")
        callback(tx, feed.id, "b", lease_until=None)
        callback(tx, feed.id, "c", host="other.example")

        assert hub.count_at_host(tx, "peer.example") == 1
        assert hub.count_at_host(tx, "nobody.example") == 0


RETIRED: dict[str, Any] = {"gone_at": NOW}
MOVED: dict[str, Any] = {"moved_to": "https://elsewhere.example/feed"}


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        (RETIRED, "This feed is no longer published."),
        (MOVED, "This feed has moved to https://elsewhere.example/feed; subscribe there."),
        (RETIRED | MOVED, "This feed is no longer published."),
    ],
)
def test_who_follows_a_feed_that_ended_is_to_be_told_why(
    feed: Feed, columns: dict[str, Any], why: str
) -> None:
    with transaction() as tx:
        ended = published.feed(tx, feed.publication_id, "ended", **columns)
        waits: dict[str, Any] = {"wanted": "subscribe", "wanted_secret": b"s", "wanted_lease_s": 9}
        due: dict[str, Any] = {"deliver_at": NOW, "verify_attempts": 2, "epoch": 7}
        mine = callback(tx, ended.id, "mine", **waits, **due)
        other = callback(tx, feed.id, "other", deliver_at=NOW)
        assert hub.has_due(tx, NOW - DAY)

        assert hub.deny_ended(tx, now=NOW)
        assert not hub.deny_ended(tx, now=NOW + MINUTE)

    made = row(mine)
    assert made.denied == why
    assert (made.wanted, made.wanted_secret, made.wanted_lease_s) == (None, None, None)
    assert (made.verify_at, made.verify_attempts, made.epoch) == (NOW, 0, 8)
    assert made.deliver_at is None
    assert made.lease_until == UNTIL
    assert (row(other).denied, row(other).deliver_at) == (None, NOW)


@pytest.mark.parametrize(
    ("columns", "is_due"),
    [
        ({}, True),
        ({"format": RSS}, True),
        ({"format": FeedFormat.JSON}, False),
        ({"lease_until": None}, False),
        ({"lease_until": NOW}, False),
        ({"lease_until": NOW + TICK}, True),
        ({"denied": "Ended."}, False),
        ({"deliver_at": NOW - DAY, "attempts": 3}, True),
    ],
)
def test_a_change_is_due_to_whoever_holds_a_lease_of_a_form_that_changed(
    feed: Feed, columns: dict[str, Any], *, is_due: bool
) -> None:
    with transaction() as tx:
        other = published.feed(tx, feed.publication_id, "other")
        mine = callback(tx, feed.id, **({"epoch": 7} | columns))
        theirs = callback(tx, other.id)

        assert hub.topic_changed(tx, feed.id, [ATOM, RSS], now=NOW) is is_due

    made = row(mine)
    if is_due:
        assert (made.deliver_at, made.attempts, made.epoch) == (NOW, 0, 8)
    else:
        assert (made.deliver_at, made.epoch) == (None, 7)
    assert row(theirs).deliver_at is None


@pytest.mark.parametrize(
    ("columns", "is_due"),
    [
        ({}, False),
        ({"verify_at": NOW}, True),
        ({"verify_at": NOW + TICK}, False),
        ({"deliver_at": NOW}, True),
        ({"deliver_at": NOW + TICK}, False),
    ],
)
def test_something_waits_from_its_moment_on(
    feed: Feed, columns: dict[str, Any], *, is_due: bool
) -> None:
    with transaction() as tx:
        assert not hub.has_due(tx, NOW)
        callback(tx, feed.id, **columns)

        assert hub.has_due(tx, NOW) is is_due


@pytest.mark.parametrize(
    ("denied", "is_due"), [(None, True), ("This feed is no longer published.", False)]
)
def test_who_was_not_told_yet_that_a_feed_ended_waits(
    feed: Feed, denied: str | None, *, is_due: bool
) -> None:
    with transaction() as tx:
        callback(tx, published.feed(tx, feed.publication_id, "ended", **RETIRED).id, denied=denied)

        assert hub.has_due(tx, NOW) is is_due


def test_verifications_are_taken_by_who_waited_longest_and_leased(feed: Feed) -> None:
    with transaction() as tx:
        late = callback(tx, feed.id, "late", verify_at=NOW, epoch=7)
        callback(tx, feed.id, "not yet", verify_at=NOW + TICK)
        early = callback(tx, feed.id, "early", verify_at=NOW - MINUTE)
        callback(tx, feed.id, "nothing")

        first = take(tx, now=NOW, limit=1)
        second = take(tx, now=NOW, limit=9)
        third = take(tx, now=NOW, limit=9)

    assert [[each.id for each in found] for found in (first, second, third)] == [
        [early],
        [late],
        [],
    ]
    assert (second[0].verify_at, second[0].epoch) == (NOW + 40 * SECOND, 8)
    with transaction() as tx:
        assert not {early, late} & {each.id for each in take(tx, now=NOW + 39 * SECOND, limit=9)}
        again = take(tx, now=NOW + 40 * SECOND, limit=9)
        assert {each.id for each in again} == {early, late}


def take(tx: Transaction, *, now: dt.datetime, limit: int) -> list[FeedCallback]:
    turns = hub_turns.verifications(tx, now=now, each=limit, limit=limit)
    return hub.take_verifications(tx, [each.id for each in turns], now=now)


def taken(now: dt.datetime = NOW) -> FeedCallback:
    with transaction() as tx:
        [found] = take(tx, now=now, limit=9)
        return found


def test_two_workers_at_once_take_different_verifications(feed: Feed) -> None:
    with transaction() as tx:
        ids = {callback(tx, feed.id, name, verify_at=NOW) for name in "ab"}

    with transaction() as first, transaction() as second:
        mine = take(first, now=NOW, limit=1)
        theirs = take(second, now=NOW, limit=9)

        assert {each.id for each in (*mine, *theirs)} == ids
        assert len(mine) == len(theirs) == 1


@pytest.mark.parametrize(
    ("lease_s", "granted"),
    [
        (3600, dt.timedelta(hours=1)),
        (10 * 24 * 3600, dt.timedelta(days=10)),
        (2**31 - 1, dt.timedelta(days=10)),
        (None, dt.timedelta(0)),
    ],
)
def test_a_callback_that_agreed_has_its_lease_and_secret(
    feed: Feed, lease_s: int | None, granted: dt.timedelta
) -> None:
    with transaction() as tx:
        waits: dict[str, Any] = {
            "wanted": "subscribe",
            "wanted_secret": b"new",
            "wanted_lease_s": lease_s,
        }
        callback(tx, feed.id, secret=b"old", verify_at=NOW, verify_attempts=2, **waits)
        other = callback(tx, feed.id, "other", epoch=1, secret=b"theirs")
    mine = taken()

    with transaction() as tx:
        assert hub.verified(tx, mine, now=NOW)

    assert row(other).secret == b"theirs"
    made = row(mine.id)
    assert (made.secret, made.lease_until) == (b"new", NOW + granted)
    assert (made.wanted, made.wanted_secret, made.wanted_lease_s) == (None, None, None)
    assert (made.verify_at, made.verify_attempts) == (None, 0)


def test_a_callback_that_agreed_to_leave_is_forgotten_and_nobody_else(feed: Feed) -> None:
    with transaction() as tx:
        callback(tx, feed.id, verify_at=NOW, wanted="unsubscribe")
        other = callback(tx, feed.id, "other", epoch=1)
    mine = taken()

    with transaction() as tx:
        assert hub.verified(tx, mine, now=NOW)

    assert stored() == [other]


@pytest.mark.parametrize("mode", Mode)
def test_what_was_agreed_to_counts_no_more_once_something_else_was_asked(
    feed: Feed, mode: Mode
) -> None:
    with transaction() as tx:
        hub.ask(tx, asked(feed.id, mode), now=NOW)
    mine = taken()
    with transaction() as tx:
        hub.ask(tx, asked(feed.id, secret=b"other"), now=NOW)

    with transaction() as tx:
        assert not hub.verified(tx, mine, now=NOW)
        hub.not_verified(tx, mine, is_final=True, now=NOW)
        hub.not_verified(tx, mine, is_final=False, now=NOW)

    made = row()
    assert (made.wanted, made.wanted_secret) == ("subscribe", b"other")
    assert (made.verify_at, made.lease_until) == (NOW, None)


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 5), (2, 30)])
def test_a_callback_in_trouble_is_asked_again_by_the_plan(
    feed: Feed, attempts: int, minutes: int
) -> None:
    with transaction() as tx:
        callback(tx, feed.id, verify_at=NOW, wanted="subscribe", verify_attempts=attempts)
    mine = taken()

    with transaction() as tx:
        hub.not_verified(tx, mine, is_final=False, now=NOW)

    made = row()
    assert (made.verify_at, made.verify_attempts) == (NOW + minutes * MINUTE, attempts + 1)
    assert made.wanted == "subscribe"


@pytest.mark.parametrize(("attempts", "is_final"), [(3, False), (0, True)])
@pytest.mark.parametrize(
    ("columns", "is_kept"),
    [
        ({"wanted": "subscribe", "lease_until": None}, False),
        ({"wanted": "subscribe", "lease_until": UNTIL}, True),
        ({"wanted": "unsubscribe", "lease_until": UNTIL}, True),
        ({"wanted": None, "denied": "Ended.", "lease_until": UNTIL}, False),
    ],
)
def test_what_is_refused_is_forgotten_and_a_lease_that_runs_goes_on(
    feed: Feed, attempts: int, columns: dict[str, Any], *, is_final: bool, is_kept: bool
) -> None:
    waits: dict[str, Any] = {"verify_at": NOW, "verify_attempts": attempts, "wanted_secret": b"new"}
    with transaction() as tx:
        callback(tx, feed.id, secret=b"old", wanted_lease_s=9, **waits, **columns)
        other = callback(tx, feed.id, "other", lease_until=None)
    mine = taken()

    with transaction() as tx:
        hub.not_verified(tx, mine, is_final=is_final, now=NOW)

    assert stored() == ([mine.id, other] if is_kept else [other])
    if is_kept:
        made = row(mine.id)
        assert (made.wanted, made.wanted_secret, made.wanted_lease_s) == (None, None, None)
        assert (made.verify_at, made.verify_attempts) == (None, 0)
        assert (made.secret, made.lease_until) == (b"old", UNTIL)
