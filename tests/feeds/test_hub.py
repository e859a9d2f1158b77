"""The hub against a subscriber: tests 100 to 106 of websub.rocks' list, and what it lacks."""

import datetime as dt
import hashlib
import hmac

import pytest
from sqlalchemy import text

from syndicate import clock, settings
from syndicate.errors import RefusedError, UsageError
from syndicate.feeds import hub, hub_speaker
from syndicate.store.ground.session import transaction
from syndicate.vocabulary.feeds import FeedFormat
from tests.feeds import hub_steps, peer, reading
from tests.feeds.hub_steps import TOPIC
from tests.feeds.newsroom import BASE
from tests.feeds.peer import Peer, agree


def test_100_a_subscriber_is_verified_and_sent_the_whole_topic(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber)

    verification = subscriber.requests[0]
    assert verification.method == "GET"
    assert verification.query["hub.mode"] == "subscribe"
    assert verification.query["hub.topic"] == TOPIC
    assert verification.query["hub.lease_seconds"] == str(hub.LEASE_S)
    assert len(verification.query["hub.challenge"]) >= 16

    hub_steps.change()

    [delivery] = subscriber.of("POST")
    document = reading.documents("everything")[FeedFormat.ATOM, 0]
    assert delivery.body == document.body
    assert delivery.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert delivery.headers["link"] == f'<{BASE}/hub>; rel="hub", <{TOPIC}>; rel="self"'
    assert "x-hub-signature" not in delivery.headers
    assert hub_steps.row(subscriber).delivered_etag == document.etag


def test_101_a_delivery_is_signed_with_the_subscribers_secret(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber, **{"hub.secret": "s3cret ü"})

    hub_steps.change()

    [delivery] = subscriber.of("POST")
    wanted = hmac.new("s3cret ü".encode(), delivery.body, hashlib.sha256).hexdigest()
    assert delivery.headers["x-hub-signature"] == f"sha256={wanted}"


def test_102_unknown_fields_are_ignored(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber, **{"hub.verify": "sync", "foo": "bar"})

    assert hub_steps.row(subscriber).lease_until is not None


def test_103_subscribing_again_replaces_what_was(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber, **{"hub.secret": "old"})
    hub_steps.subscribe(subscriber, lease_seconds="86400", **{"hub.secret": "new"})

    hub_steps.change()

    [delivery] = subscriber.of("POST")
    assert delivery.headers["x-hub-signature"] == hub_speaker.signature(b"new", delivery.body)
    lease_until = hub_steps.row(subscriber).lease_until
    assert lease_until is not None
    assert lease_until - clock.now() < dt.timedelta(days=1)


def test_104_nothing_comes_after_unsubscribing(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber)
    hub.ask(hub_steps.form(subscriber, mode="unsubscribe"), clock.now(), ip=hub_steps.IP)
    hub.run_due(clock.now())

    hub_steps.change()

    assert subscriber.requests[-1].query["hub.mode"] == "unsubscribe"
    assert subscriber.of("POST") == []
    assert hub_steps.stored() == []


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("rss", "application/rss+xml; charset=utf-8"),
        ("json", "application/feed+json; charset=utf-8"),
    ],
)
def test_105_106_a_topic_comes_in_its_own_format(
    subscriber: Peer, form: str, media_type: str
) -> None:
    hub_steps.subscribe(subscriber, topic=f"{BASE}/feeds/everything.{form}")

    hub_steps.change()

    [delivery] = subscriber.of("POST")
    assert delivery.headers["content-type"] == media_type
    assert delivery.body == reading.documents("everything")[FeedFormat(form), 0].body


@pytest.mark.parametrize(
    "answer",
    [
        lambda request: (200, b"not " + request.query["hub.challenge"].encode()),
        lambda _request: (200, b""),
        lambda request: (404, request.query["hub.challenge"].encode()),
        lambda request: (302, request.query["hub.challenge"].encode()),
    ],
    ids=["wrong challenge", "no challenge", "404", "redirect"],
)
def test_a_callback_that_does_not_agree_is_not_subscribed(
    subscriber: Peer, answer: peer.Answer
) -> None:
    subscriber.answer = answer

    hub_steps.subscribe(subscriber)

    assert len(subscriber.requests) == 1
    assert hub_steps.stored() == []


def test_a_subscription_that_is_not_renewed_rightly_goes_on_as_it_was(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber, **{"hub.secret": "old"})
    before = hub_steps.row(subscriber)
    subscriber.answer = lambda _request: (404, b"")

    hub_steps.subscribe(subscriber, **{"hub.secret": "new"})
    hub.ask(hub_steps.form(subscriber, mode="unsubscribe"), clock.now(), ip=hub_steps.IP)
    hub.run_due(clock.now())

    after = hub_steps.row(subscriber)
    assert (after.secret, after.lease_until) == (before.secret, before.lease_until)
    assert after.wanted is None


def test_a_callback_in_trouble_is_asked_again_later(subscriber: Peer) -> None:
    subscriber.answer = lambda _request: (503, b"")
    hub_steps.subscribe(subscriber)
    waiting = hub_steps.row(subscriber)
    assert waiting.verify_at is not None
    assert waiting.verify_at > clock.now() + dt.timedelta(seconds=50)
    subscriber.answer = peer.agree

    hub.run_due(clock.now() + dt.timedelta(minutes=2))

    assert hub_steps.row(subscriber).lease_until is not None


CANNOT_BE: list[tuple[str, str, type[Exception]]] = [
    ("hub.mode", "publish", UsageError),
    ("hub.mode", "", UsageError),
    ("hub.topic", "https://elsewhere.example/feed.atom", RefusedError),
    ("hub.topic", f"{BASE}/feeds/nothing.atom", RefusedError),
    ("hub.topic", "https://elsewhere.example/feeds/everything.atom", RefusedError),
    ("hub.topic", f"{TOPIC}?page=1", RefusedError),
    ("hub.topic", "", UsageError),
    ("hub.callback", "", UsageError),
    ("hub.callback", "ftp://example.com/", UsageError),
    ("hub.callback", "http://user:secret@example.com/", UsageError),
    ("hub.callback", "http://exa mple.com/", UsageError),
    ("hub.callback", "http://[bad", UsageError),
    ("hub.callback", "http://example.com/" + "x" * 2000, UsageError),
    ("hub.secret", "x" * 200, UsageError),
    ("hub.secret", "ü" * 100, UsageError),
    ("hub.lease_seconds", "soon", UsageError),
    ("hub.lease_seconds", "-1", UsageError),
]


def test_a_request_that_cannot_be_is_refused(subscriber: Peer) -> None:
    def refusal(field: str, value: str) -> type[Exception] | None:
        try:
            hub.ask({**hub_steps.form(subscriber), field: value}, clock.now(), ip=hub_steps.IP)
        except (RefusedError, UsageError) as error:
            return type(error)
        return None

    said = [(field, value, refusal(field, value)) for field, value, _ in CANNOT_BE]

    assert said == CANNOT_BE
    assert hub_steps.stored() == []


@pytest.mark.parametrize(
    ("asked", "granted"),
    [("", 604_800), ("1", 3600), ("86400", 86_400), ("99999999999999", 864_000)],
)
def test_a_lease_is_granted_within_bounds(subscriber: Peer, asked: str, granted: int) -> None:
    hub_steps.subscribe(subscriber, lease_seconds=asked)

    assert subscriber.requests[0].query["hub.lease_seconds"] == str(granted)


def test_the_query_of_a_callback_is_kept(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber, callback=subscriber.url("/callback?a=1&b=%2F&a=2"))

    hub_steps.change()

    assert subscriber.requests[0].path.startswith("/callback?a=1&b=%2F&a=2&hub.mode=subscribe")
    assert subscriber.of("POST")[0].path == "/callback?a=1&b=%2F&a=2"


def test_a_callback_inside_our_network_is_never_called(
    subscriber: Peer, settings_env: pytest.MonkeyPatch
) -> None:
    settings_env.setenv("SYNDICATE_HUB_ALLOW_ORIGINS", "[]")
    settings.load.cache_clear()

    hub_steps.subscribe(subscriber)

    assert subscriber.requests == []
    assert hub_steps.row(subscriber).lease_until is None


def test_a_row_at_fault_costs_nobody_else_what_came_of_theirs(
    subscriber: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both callbacks answer at once; one row holds a number that no retry has."""
    for place in ("/bad", "/good"):
        hub.ask(
            hub_steps.form(subscriber, callback=subscriber.url(place)), clock.now(), ip=hub_steps.IP
        )
    with transaction() as tx:
        spoilt = "UPDATE feed_callback SET verify_attempts = -9 WHERE callback LIKE '%/bad'"
        tx.execute(text(spoilt))
    subscriber.answer = lambda request: (503, b"") if "/bad" in request.path else agree(request)

    hub.run_due(clock.now())

    bad, good = hub_steps.stored()
    assert bad.lease_until is None
    assert good.lease_until is not None
    assert good.verify_at is None
    assert f"feed_callback {bad.id}" in capsys.readouterr().out


def test_a_lease_longer_than_any_is_the_longest(subscriber: Peer) -> None:
    hub.ask(hub_steps.form(subscriber), clock.now(), ip=hub_steps.IP)
    with transaction() as tx:
        tx.execute(text("UPDATE feed_callback SET wanted_lease_s = 2147483647"))

    hub.run_due(clock.now())

    until = hub_steps.row(subscriber).lease_until
    assert until is not None
    assert until <= clock.now() + dt.timedelta(days=10)
