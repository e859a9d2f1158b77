"""A reader's own feed: what their newsletter brings, to them alone, until it is revoked."""

import json
import logging
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from syndicate import clock, logs, settings
from syndicate.master_key import MasterKey
from syndicate.store.ground.session import transaction
from syndicate.store.readers.subscribers import Subscription
from syndicate.store.syndication import reader_feeds
from syndicate.vocabulary.articles import Access, ArticleState
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from tests import rows
from tests.application import build
from tests.conftest import MASTER_KEY
from tests.feeds import newsroom
from tests.feeds.newsroom import NOW, minutes
from tests.feeds.proxies import ask, cache_before, proxy, serving

pytestmark = pytest.mark.usefixtures("database")

KEY = MasterKey(bytes.fromhex(MASTER_KEY))


@pytest.fixture
def browser() -> TestClient:
    return TestClient(build(), base_url=newsroom.BASE, follow_redirects=False)


def test_whoever_signs_up_gets_no_paid_text_for_it(browser: TestClient) -> None:
    token = _reader(sections=["europe"], languages=["en"])

    assert [item["title"] for item in _feed(browser, token)["items"]] == ["Free in Europe"]
    for form in ("rss", "atom", "json"):
        assert b"story 3" not in browser.get(f"/feeds/mine/{token}.{form}").content


def test_paid_texts_are_whole_where_the_newsroom_says_that_its_readers_have_paid(
    browser: TestClient, settings_env: pytest.MonkeyPatch
) -> None:
    settings_env.setenv("SYNDICATE_OWN_FEED_PAID", "true")
    settings.load.cache_clear()
    token = _reader(sections=["europe"], languages=["en"])

    items = _feed(browser, token)["items"]

    assert [item["title"] for item in items] == ["Free in Europe", "Paid in Europe"]
    assert items[1]["content_html"] == "<p>Text of story 3.</p>"


def test_no_choice_means_all_of_the_newsletter_and_nothing_else(browser: TestClient) -> None:
    token = _reader()

    titles = [item["title"] for item in _feed(browser, token)["items"]]

    assert titles == ["Free in Europe", "Sport", "In Arabic"]


def test_a_readers_feed_is_theirs_alone(
    browser: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    token = _reader()
    before = logging.getLogger().handlers[:]
    logs.configure(log_format="json", level="debug")
    logging.getLogger("httpx2").setLevel(logging.ERROR)  # the test's own client

    answer = browser.get(f"/feeds/mine/{token}.rss")

    logging.getLogger().handlers[:] = before
    written = "".join(capfd.readouterr())

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, max-age=300"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert b'rel="hub"' not in answer.content
    assert "/feeds/mine/{name}" in written
    assert token not in written
    again = browser.get(
        f"/feeds/mine/{token}.rss", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


@pytest.mark.long
@pytest.mark.debian("nginx")
def test_no_cache_that_is_shared_keeps_a_readers_feed_in_whatever_form(tmp_path: Path) -> None:
    token = _reader()
    forms = [
        f"{before}{token}.rss{query}"
        for before in ("/feeds/mine/", "/p/daily/feeds/mine/", "/feeds/m%69ne/", "/feeds/mine%2F")
        for query in ("", "?page=1", "?x=/feeds/everything.rss", "#")
    ]
    heads = [f"GET {form} HTTP/1.1\r\nHost: daily.example\r\n" for form in forms]

    with serving(tmp_path) as web, proxy(web) as own, cache_before(own) as other:
        opened = [ask(port, head) for head in heads for port in (own, other)]
        with transaction() as tx:
            reader_feeds.revoke(tx, 1)
        revoked = [ask(port, head) for head in heads for port in (own, other)]

    assert {(each.status, each.headers["cache-control"]) for each in opened} == {
        (200, "private, max-age=300")
    }
    assert {each.status for each in revoked} == {404}


def test_a_revoked_token_and_a_wrong_one_look_the_same(browser: TestClient) -> None:
    token = _reader()
    with transaction() as tx:
        fresh = reader_feeds.issue(tx, KEY, 1, now=clock.now())

    wrong = browser.get(f"/feeds/mine/{fresh[:-1]}.rss")
    old = browser.get(f"/feeds/mine/{token}.rss")
    assert (old.status_code, old.content) == (wrong.status_code, wrong.content)
    assert old.status_code == 404
    assert browser.get(f"/feeds/mine/{fresh}.rss").status_code == 200

    with transaction() as tx:
        reader_feeds.revoke(tx, 1)
        assert reader_feeds.since(tx, 1) is None
    assert browser.get(f"/feeds/mine/{fresh}.rss").status_code == 404


def test_a_reader_who_left_has_no_feed(browser: TestClient) -> None:
    token = _reader()
    with transaction() as tx:
        subscription = tx.get(Subscription, 1)
        assert subscription is not None
        subscription.state = SubscriptionState.ENDED

    assert browser.get(f"/feeds/mine/{token}.json").status_code == 404


@pytest.mark.parametrize("name", ["x.rss", "x", "everything.rss", "a.b.rss", ".rss", "x.y.json"])
def test_an_address_that_opens_nothing_is_a_404(browser: TestClient, name: str) -> None:
    newsroom.publication()

    assert browser.get(f"/feeds/mine/{name}").status_code == 404


def _feed(browser: TestClient, token: str) -> dict[str, list[dict[str, str]]]:
    answer = browser.get(f"/feeds/mine/{token}.json")
    assert answer.status_code == 200
    found: dict[str, list[dict[str, str]]] = json.loads(answer.content)
    return found


def _reader(sections: list[str] | None = None, languages: list[str] | None = None) -> str:
    """A newsroom, a newsletter of two of its sections, and a reader with their own feed."""
    publication = newsroom.publication()
    europe = newsroom.section(publication, "europe")
    sport = newsroom.section(publication, "sport")
    culture = newsroom.section(publication, "culture")
    newsroom.article(publication, 1, headline="Free in Europe", section_id=europe)
    newsroom.article(publication, 2, headline="Sport", section_id=sport)
    newsroom.article(
        publication, 3, headline="Paid in Europe", section_id=europe, access=Access.PAID
    )
    newsroom.article(publication, 4, headline="In Arabic", section_id=europe, language="ar")
    newsroom.article(publication, 5, headline="Culture", section_id=culture)
    newsroom.article(publication, 6, headline="Killed", section_id=europe, state="killed")
    newsroom.article(
        publication,
        7,
        headline="Embargoed",
        section_id=europe,
        state=ArticleState.EMBARGOED,
        embargo_until=NOW + minutes(1_000_000),
    )
    with transaction() as tx:
        newsletter = rows.newsletter(
            tx, publication, section_ids=(europe, sport), languages=["en", "ar"]
        )
        subscription = rows.subscription(tx, rows.subscriber(tx).id, newsletter.id)
        for kind, values in ((ChoiceKind.SECTION, sections), (ChoiceKind.LANGUAGE, languages)):
            for value in values or ():
                rows.choice(tx, subscription.id, value, kind)
        return reader_feeds.issue(tx, KEY, subscription.id, now=NOW)
