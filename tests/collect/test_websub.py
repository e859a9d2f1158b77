"""The subscriber cases of websub.rocks, numbered as there, against a hub of our own."""

import datetime as dt

import pytest
from sqlalchemy import select

from syndicate.collect import documents, websub
from syndicate.collect.websub import links_of
from syndicate.fetch import Response
from syndicate.reading import pool
from syndicate.store.ground.session import transaction
from syndicate.store.intake import wake_ups
from syndicate.store.intake.websub import HubSubscription
from syndicate.vocabulary.sources import HubState, SourceKind
from tests import matrix
from tests.collect import newsroom
from tests.collect.hub import Hub, subscribe
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Reply

DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
SOON = NOW + MINUTE
HUB, SELF = "https://hub.example/", "https://daily.example/self"
URL = "https://daily.example/feed"
HEADERS = (f'<{HUB}>; rel="hub", <{SELF}>; rel="self"',)
ATOM = (
    f'<feed xmlns="http://www.w3.org/2005/Atom"><title>D</title><link rel="hub" href="{HUB}"/>'
    f'<link rel="self" href="{SELF}"/><entry><id>1</id><title>T</title></entry></feed>'
)
LINKS = f'<atom:link rel="hub" href="{HUB}"/><atom:link rel="self" href="{SELF}"/>'
RSS = rss(item(1), head=LINKS).decode()


@pytest.mark.parametrize(
    ("case", "links", "body", "expected"),
    [
        (100, HEADERS, rss(item(1)).decode(), (HUB, SELF)),
        (102, (), ATOM, (HUB, SELF)),
        (103, (), RSS, (HUB, SELF)),
        (104, (f"<{HUB}other>; rel=hub", f"<{SELF}>; rel=self"), ATOM, (f"{HUB}other", SELF)),
        (0, ("</hub>; rel=hub",), RSS, ("https://daily.example/hub", URL)),
        (0, (), rss(item(1)).decode(), None),
    ],
)
def test_discovery(
    case: int, links: tuple[str, ...], body: str, expected: tuple[str, str] | None
) -> None:
    response = Response(200, URL, {}, links, body.encode())

    read = documents.read_document(pool.readers(), SourceKind.FEED, response, profile=None, now=NOW)

    assert read.hub == expected, case


def test_one_header_may_hold_several_links() -> None:
    assert links_of(['<a>; rel="x hub"; title=t, <b>; rel=self', "<c>; rel=hub"]) == {
        "hub": "a",
        "self": "b",
    }


def test_a_title_may_hold_what_parts_links() -> None:
    said = '<a>; title="a, b; rel=hub"; rel="self", <b>; title=t; rel=hub'

    assert links_of([said]) == {"self": "a", "hub": "b"}


def states() -> list[HubState]:
    with transaction() as tx:
        query = select(HubSubscription.state).order_by(HubSubscription.id)
        return list(tx.scalars(query))


def test_200_the_topic_is_what_the_document_calls_itself(hub: Hub) -> None:
    subscribe(hub)

    assert hub.asked[0]["hub.topic"] == hub.site.url("/self")
    assert hub.asked[0]["hub.mode"] == "subscribe"
    assert len(bytes.fromhex(hub.asked[0]["hub.secret"])) == 32


@pytest.mark.parametrize(("case", "status"), [(201, 302), (202, 301)])
def test_201_202_a_topic_that_redirects(hub: Hub, case: int, status: int) -> None:
    assert case
    links = f'<atom:link rel="hub" href="{hub.site.url("/hub")}"/>'
    hub.site.serve("/new", rss(item(1), head=links))
    hub.site.routes["/old"] = lambda _: Reply(status, b"", {"Location": "/new"})
    source_id = newsroom.source(newsroom.publication(), hub.site, "/old", kind=SourceKind.WEBSUB)

    newsroom.collect(source_id)
    websub.ask_due(SOON)

    assert hub.asked[0]["hub.topic"] == hub.site.url("/new")


@pytest.mark.parametrize(("case", "status"), [(203, 307), (204, 308)])
def test_203_204_a_hub_that_redirects(hub: Hub, case: int, status: int) -> None:
    assert case
    hub.site.routes["/moved"] = lambda _: Reply(status, b"", {"Location": "/hub"})

    subscribe(hub, hub_path="/moved")

    assert [each["hub.mode"] for each in hub.asked] == ["subscribe"]


def test_205_a_topic_that_we_did_not_ask_for_is_not_confirmed(hub: Hub) -> None:
    subscribe(hub)

    assert hub.verify(hub_topic="https://other.example/")[0] == 404
    assert hub.verify(hub_mode="unsubscribe")[0] == 404
    assert hub.client.get("/hooks/websub/nobodysguessofacallback").status_code == 404


def test_300_a_delivery_is_taken_and_wakes_a_worker(hub: Hub) -> None:
    subscribe(hub)
    assert hub.verify() == (200, "c-1")
    with transaction() as tx:
        assert not wake_ups.has_due(tx, NOW)

    status = hub.deliver()

    assert status in range(200, 300)
    with transaction() as tx:
        assert wake_ups.has_due(tx, SOON)


def test_301_a_bad_signature_is_refused(hub: Hub) -> None:
    source_id = subscribe(hub)
    hub.verify()
    before = newsroom.state_of(source_id).next_at
    headers = {"X-Hub-Signature": "sha256=" + "0" * 64}

    answer = hub.client.post(hub.path(), content=b"x", headers=headers)

    assert answer.status_code == 403
    assert newsroom.state_of(source_id).next_at == before


def test_302_a_missing_signature_is_refused(hub: Hub) -> None:
    subscribe(hub)
    hub.verify()

    assert hub.deliver(signed=False) == 403


@pytest.mark.parametrize("algorithm", matrix.rows(["sha1", "sha256", "sha384", "sha512"], every=2))
def test_every_algorithm_of_the_specification_is_known(hub: Hub, algorithm: str) -> None:
    subscribe(hub)
    hub.verify()

    assert hub.deliver(algorithm=algorithm) == 202


def test_a_signature_beyond_ascii_is_none() -> None:
    assert not websub.is_signed(b"secret", "sha256=\xe9", b"body")


def test_md5_is_no_signature(hub: Hub) -> None:
    subscribe(hub)
    hub.verify()

    assert hub.deliver(algorithm="md5") == 403


def test_a_lease_is_renewed_after_half_of_it_with_a_new_callback(hub: Hub) -> None:
    subscribe(hub)
    hub.verify()

    assert websub.ask_due(NOW + 4 * DAY) == 0
    assert websub.ask_due(NOW + 8 * DAY) == 1
    hub.verify()

    assert hub.asked[0]["hub.callback"] != hub.asked[1]["hub.callback"]
    assert states() == [HubState.ENDED, HubState.VERIFIED]
    assert hub.deliver(index=0) == 410
    assert hub.deliver(index=1) == 202


def test_a_denied_subscription_is_not_asked_for_again(hub: Hub) -> None:
    subscribe(hub)

    hub.verify(hub_mode="denied", hub_reason="no")

    assert states() == [HubState.DENIED]
    assert websub.ask_due(NOW + 30 * DAY) == 0


def test_leaving_tells_the_hub(hub: Hub) -> None:
    source_id = subscribe(hub)
    hub.verify()

    assert websub.leave(source_id) == 1

    assert hub.asked[-1]["hub.mode"] == "unsubscribe"
    assert hub.verify(hub_mode="unsubscribe") == (200, "c-1")
    assert hub.deliver() == 410


def test_a_hub_that_does_not_answer_is_asked_again_and_polling_goes_on(
    hub: Hub,
) -> None:
    hub.site.routes["/hub"] = lambda _: Reply(500)

    subscribe(hub)

    assert states() == [HubState.ASKED]
    assert websub.ask_due(SOON + 59 * MINUTE) == 0
    assert websub.ask_due(SOON + 61 * MINUTE) == 1


def test_a_push_of_20_megabytes_is_cut_off(hub: Hub) -> None:
    subscribe(hub)
    hub.verify()

    assert hub.deliver(b"x" * 20_000_000) == 413


def test_a_hub_learns_no_password() -> None:
    hub = ('<https://hub.example/>; rel="hub"',)
    answer = Response(200, "https://desk:pass@daily.example/feed", {}, hub, rss(item(1)))

    found = documents.read_document(pool.readers(), SourceKind.FEED, answer, profile=None, now=NOW)

    assert found.hub == ("https://hub.example/", "https://daily.example/feed")
