"""One form of each address for pages: what others keep, which host is which, slashes too many."""

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.publications import Publication
from syndicate.web import static
from syndicate.web.sites import host_of
from tests import matrix
from tests.web.newsroom import Newsroom

KEPT = "public, max-age=30, s-maxage=2, stale-if-error=600"


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize(
    "path",
    matrix.rows(
        [
            "/",
            "/?before=9",
            "/sections/world",
            "/sections/world?before=9",
            "/feeds",
            "/newsletters",
        ],
        every=2,
    ),
)
def test_a_page_in_its_own_form_may_be_kept(browser: TestClient, path: str) -> None:
    assert browser.get(path).headers["cache-control"] == KEPT
    assert browser.get(f"/p/al-nahar{path}").headers["cache-control"] == KEPT


@pytest.mark.parametrize(
    "path",
    matrix.rows(
        [
            "/?utm_source=mail",
            "/?before=9&utm_source=mail",
            "/?before=9&before=8",
            "/?%62efore=9",
            "/?before=09",
            "/?BEFORE=9",
            "/sections/%77orld",
            "/sections/world?x",
            "/feeds?utm_source=mail",
            "/p/%61l-nahar/",
            "/robots.txt?x=1",
            "/?page=1",
            "/?file=1",
            "/sections/world?page=2",
            "/feeds?before=9",
            "/newsletters?before=9",
            "/feeds/feed.css?page=1",
            "/p/al-nahar/feeds/feed.css",
            "/p/nobody/feeds/feed.css",
            f"/p/al-nahar{static.url('feed.css')}",
            "/articles/0{report}/report",
            "/articles/+{report}/report",
            "/articles/{report}.0/report",
            "/issues/0{issue}",
        ],
        every=4,
    ),
)
def test_a_page_in_another_form_is_shown_and_kept_by_nobody(
    browser: TestClient, newsroom: Newsroom, path: str
) -> None:
    assert newsroom.english

    answer = browser.get(path.format(**newsroom.articles, issue=newsroom.issue))

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


def test_articles_and_issues_in_their_own_form_may_be_kept(
    browser: TestClient, newsroom: Newsroom
) -> None:
    article = newsroom.path("report")

    for path in (article, f"{article}/print", f"{article}/share", f"/issues/{newsroom.issue}"):
        assert browser.get(path).headers["cache-control"] == KEPT, path


def test_a_style_sheet_with_a_query_is_kept_by_nobody(browser: TestClient) -> None:
    path = static.url("feed.css")

    assert "immutable" in browser.get(path).headers["cache-control"]
    assert browser.get(f"{path}?x=1").headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize("path", ["/hub", "/metrics", "/api/v1/openapi.json", "/healthz"])
def test_what_says_nothing_of_caches_is_kept_by_none(browser: TestClient, path: str) -> None:
    assert browser.get(path).headers["cache-control"] == "no-store"


def test_an_articles_old_address_leads_on_and_is_kept_by_nobody(
    browser: TestClient, newsroom: Newsroom
) -> None:
    """A slug that changes and changes back would lead in a circle."""
    answer = browser.get(f"/articles/{newsroom.articles['report']}/as-it-was")

    assert (answer.status_code, answer.headers["cache-control"]) == (301, "no-store")


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/newsletters/", "/newsletters"),
        ("/newsletters//?x=%41&y", "/newsletters?x=%41&y"),
        ("/p/al-nahar/newsletters/", "/p/al-nahar/newsletters"),
        ("/sections/%D8%A7/", "/sections/%D8%A7"),
        ("/feeds/everything.rss/?page=1", "/feeds/everything.rss?page=1"),
        ("/\\evil.example/", "/%5Cevil.example"),
    ],
)
def test_a_slash_too_many_leads_to_a_path_here_whatever_host_is_said(
    browser: TestClient, path: str, own: str
) -> None:
    host = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = browser.get(path, headers=host)

    assert (answer.status_code, answer.headers["location"]) == (307, own)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize("path", ["/p/al-nahar/", "http://127.0.0.1:8080//evil.example/"])
def test_a_slash_that_belongs_there_stays(browser: TestClient, path: str) -> None:
    answer = browser.get(path)

    assert answer.status_code in {200, 404}
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "host",
    ["nahar.example", "NAHAR.Example", "nahar.example.", "nahar.example:80", "Nahar.example.:443"],
)
def test_a_host_is_one_paper_however_it_is_written(
    browser: TestClient, newsroom: Newsroom, host: str
) -> None:
    with transaction() as tx:
        named = update(Publication).where(Publication.id == newsroom.arabic)
        tx.execute(named.values(host="Nahar.example"))

    assert browser.get("/", headers={"Host": host}).headers["content-language"] == "ar"
    assert browser.get("/", headers={"Host": "other.example"}).headers["content-language"] == "en"


@pytest.mark.parametrize(
    ("said", "host"),
    [
        ("daily.example", "daily.example"),
        ("Daily.Example.:80", "daily.example"),
        ("daily.example:", "daily.example"),
        ("daily.example:8080", "daily.example:8080"),
        ("[::1]:443", "[::1]"),
        ("[::1]", "[::1]"),
        ("daily.example:x", "daily.example:x"),
        ("", ""),
    ],
)
def test_a_host_has_one_form(said: str, host: str) -> None:
    assert host_of(said) == host
