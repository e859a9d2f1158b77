"""A host that nobody configured is told where the site is; those of the inside are answered."""

import time
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from syndicate import settings
from syndicate.store.ground import session
from tests.feeds import newsroom as rows
from tests.web.newsroom import Newsroom

OWN = "https://news.example"
Set = Callable[[str, str], None]


@pytest.fixture
def public(settings_env: pytest.MonkeyPatch) -> Set:
    def put(name: str, value: str) -> None:
        settings_env.setenv(name, value)
        settings.load.cache_clear()

    put("SYNDICATE_PUBLIC_URL", OWN)
    return put


@pytest.mark.usefixtures("newsroom", "public")
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("news.example", 200),
        ("News.Example.:443", 200),
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("localhost", 200),
        ("web:8080", 200),
        ("syndicate_web", 200),
        ("rebound.example", 421),
        ("news.example.evil.example", 421),
        ("evilnews.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("news.example@evil.example", 421),
        ("evil.example:443", 421),
    ],
)
def test_a_name_that_was_made_to_lead_here_is_no_site_of_ours(
    browser: TestClient, host: str, status: int
) -> None:
    answer = browser.get("/robots.txt", headers={"Host": host})

    assert answer.status_code == status
    if status == 421:
        assert OWN in answer.text
        assert host not in answer.text.replace(OWN, "")


@pytest.mark.usefixtures("newsroom")
def test_hosts_of_publications_and_further_ones_are_answered(
    browser: TestClient, public: Set
) -> None:
    def asked(host: str) -> int:
        return browser.get("/robots.txt", headers={"Host": host}).status_code

    before = [asked(host) for host in ("gazette.example", "api.example")]
    rows.publication("gazette", host="Gazette.example")
    public("SYNDICATE_FURTHER_HOSTS", '["api.example"]')
    time.sleep(1.1)  # a flood of names is one query a second

    assert before == [421, 421]
    assert [asked(host) for host in ("gazette.example", "api.example")] == [200, 200]


@pytest.mark.usefixtures("newsroom", "public")
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_who_watches_may_use_any_name(browser: TestClient, path: str) -> None:
    assert browser.get(path, headers={"Host": "10-0-0-7.pods.example"}).status_code != 421


@pytest.mark.usefixtures("newsroom")
def test_without_a_public_address_any_name_is_answered(browser: TestClient) -> None:
    assert browser.get("/robots.txt", headers={"Host": "mybox.example"}).status_code == 200


@pytest.mark.usefixtures("public")
def test_two_hosts_are_refused(browser: TestClient) -> None:
    two = [("Host", "news.example"), ("Host", "evil.example")]

    assert browser.get("/", headers=two).status_code == 400


def test_while_the_database_is_away_no_name_is_refused(browser: TestClient, public: Set) -> None:
    public("SYNDICATE_DATABASE_URL", "postgresql:///x?host=/nonexistent")
    session.dispose()

    assert browser.get("/", headers={"Host": "courier.example"}).status_code == 503


@pytest.mark.usefixtures("newsroom")
def test_https_alone_is_asked_for_where_the_public_address_is_https(
    newsroom: Newsroom, browser: TestClient, public: Set
) -> None:
    assert newsroom.english
    paths = ("/", "/nowhere", "/feeds/everything.rss", "/console", "/api/v1/feeds", "/healthz")

    def said() -> set[str | None]:
        return {browser.get(path).headers.get("strict-transport-security") for path in paths}

    assert said() == {"max-age=31536000"}
    public("SYNDICATE_HSTS_S", "0")
    assert said() == {"max-age=0"}
    public("SYNDICATE_PUBLIC_URL", "http://news.example")
    assert said() == {None}
