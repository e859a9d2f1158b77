"""Every route refuses what another site sends, no GET changes anything, answers are guarded."""

import datetime as dt
import re
from collections.abc import Iterator
from importlib import import_module

import psycopg
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import delete
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from syndicate import clock, settings
from syndicate.store.ground import session
from syndicate.store.ground.session import transaction
from syndicate.store.platform import due
from syndicate.store.platform.audit import Audit
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import MailingState
from syndicate.web import app as application
from syndicate.web import bodies, guards, health, static
from tests import matrix
from tests.web import operators
from tests.web.newsroom import Newsroom

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
# RFC 8058 wants this one let in, from wherever it comes.
ONE_CLICK = "/unsubscribe/{token}"
FILLED = {"slug": "morning", "token": "x.y", "message_id": "1-1", "name": "site.css"}


def routes() -> list[APIRoute]:
    routers = [health.router, static.router]
    routers += [import_module(name).router for name in application.ROUTERS]
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


def methods(route: APIRoute) -> set[str]:
    return route.methods or set()


def filled(path: str) -> str:
    """A route's path with something in each of its places."""
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: FILLED.get(found[1], "1"), path)


def unsafe() -> Iterator[tuple[str, str]]:
    for route in routes():
        for method in sorted(methods(route) & UNSAFE):
            yield method, route.path


def test_the_sweep_sees_the_forms() -> None:
    paths = {path for _, path in unsafe()}

    assert {"/newsletters/{slug}", "/confirm/{token}", ONE_CLICK, "/never/{token}"} <= paths


@pytest.mark.usefixtures("newsroom")
def test_every_unsafe_route_refuses_another_site(browser: TestClient) -> None:
    elsewhere = (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://elsewhere.example"},
    )

    let_in = {
        path
        for method, path in set(unsafe())
        for headers in elsewhere
        if browser.request(method, filled(path), headers=headers).status_code != 403
    }

    assert let_in == {ONE_CLICK}


@pytest.mark.parametrize("step", matrix.steps(3))
def test_no_get_changes_anything(
    browser: TestClient, database: str, newsroom: Newsroom, step: int
) -> None:
    places = {
        "article_id": str(newsroom.articles["report"]),
        "issue_id": str(newsroom.issue),
        "newsletter_id": str(newsroom.newsletter),
        "mailing_id": str(operators.mailing(newsroom, state=MailingState.DONE)),
    }
    operators.sign_in(browser)
    headers = operators.bearer()
    browser.get("/api/v1/feeds", headers=headers)  # remembers that the token is used
    before = everything(database)

    for route in [each for each in routes() if "GET" in methods(each)][::step]:
        path = re.sub(
            r"{(\w+)(:\w+)?}", lambda found: places.get(found[1], filled(found[0])), route.path
        )
        assert browser.get(path, headers=headers).status_code != 500, path

    with transaction() as tx:  # a list of readers is told to the audit each time it is looked at
        tx.execute(delete(Audit).where(Audit.action == Act.READER_LOOK))
    assert everything(database) == before


def everything(database: str) -> dict[str, int]:
    """A hash of each table's rows."""
    with psycopg.connect(database) as connection:
        names = connection.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1"
        ).fetchall()
        found = {}
        for (name,) in names:
            query = f'SELECT coalesce(sum(hashtext(t::text)), 0) FROM "{name}" t'  # noqa: S608 - our own words
            row = connection.execute(query).fetchone()
            found[name] = int(row[0]) if row else 0
    return found


@pytest.mark.parametrize(
    ("method", "path", "headers", "refused"),
    [
        ("GET", "/", {"sec-fetch-site": "cross-site"}, False),
        ("POST", "/x", {"sec-fetch-site": "same-origin"}, False),
        ("POST", "/x", {"sec-fetch-site": "none"}, False),
        ("POST", "/x", {"sec-fetch-site": "same-site"}, True),
        ("POST", "/x", {"sec-fetch-site": "cross-site"}, True),
        ("POST", "/x", {"origin": "https://a.example", "host": "a.example"}, False),
        ("POST", "/x", {"origin": "https://A.example", "host": "a.example"}, False),
        ("POST", "/x", {"origin": "https://a.example:444", "host": "a.example"}, True),
        ("POST", "/x", {"origin": "https://b.example", "host": "a.example"}, True),
        # A program: it says nothing, and brings nothing that a browser would add by itself.
        ("POST", "/x", {"host": "a.example"}, False),
        ("POST", "/x", {"host": "a.example", "cookie": "session=1"}, True),
        ("POST", "/x", {"origin": "null", "host": "a.example"}, False),
        ("POST", "/x", {"origin": "null", "host": "a.example", "cookie": "session=1"}, True),
        ("DELETE", "/x", {"sec-fetch-site": "cross-site"}, True),
        ("POST", "/unsubscribe/a.b", {"sec-fetch-site": "cross-site"}, False),
        ("POST", "/p/paper/unsubscribe/a.b", {"sec-fetch-site": "cross-site"}, False),
        ("POST", "/unsubscribe/a/b", {"sec-fetch-site": "cross-site"}, True),
        ("DELETE", "/unsubscribe/a.b", {"sec-fetch-site": "cross-site"}, True),
    ],
)
def test_cross_site(method: str, path: str, headers: dict[str, str], refused: bool) -> None:
    assert guards.is_cross_site(method, path, Headers(headers)) is refused


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize("path", ["/", "/nowhere", "/healthz", "/confirm/x", "/api/v1/nowhere"])
def test_every_answer_binds_the_browser(browser: TestClient, path: str) -> None:
    headers = browser.get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cross-origin-resource-policy"] == "same-site"
    assert "set-cookie" not in headers


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize(
    "path", ["/confirm/a.b", "/preferences/a.b", "/unsubscribe/a.b", "/never/a.b"]
)
def test_token_page_is_kept_and_indexed_by_nobody(browser: TestClient, path: str) -> None:
    answer = browser.get(path)

    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "incomplete" in answer.text


@pytest.mark.usefixtures("newsroom")
def test_large_body_is_refused_before_and_while_it_arrives(browser: TestClient) -> None:
    big = b"a" * (bodies.FORM_BYTES + 1)
    form = {"content-type": "application/x-www-form-urlencoded"}

    announced = browser.post("/newsletters/morning", content=big, headers=form)
    streamed = browser.post("/newsletters/morning", content=iter([big]), headers=form)

    assert announced.status_code == streamed.status_code == 413
    assert "larger than 64 KiB" in announced.text
    assert "larger than 64 KiB" in streamed.text


def test_static_file_is_kept_for_ever_under_its_hash(browser: TestClient) -> None:
    address = static.url("site.css")

    answer = browser.get(address)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert browser.get("/static/site.css").status_code == 404


def test_database_that_is_down_is_one_sentence(
    browser: TestClient, settings_env: pytest.MonkeyPatch
) -> None:
    settings_env.setenv("SYNDICATE_DATABASE_URL", "postgresql:///x?host=/nonexistent")
    settings.load.cache_clear()
    session.dispose()

    page, ready = browser.get("/"), browser.get("/readyz")

    assert page.status_code == ready.status_code == 503
    assert "try again in a minute" in page.text
    assert "The database does not answer" in ready.json()["reason"]


@pytest.mark.usefixtures("valkey_url")
def test_readyz_wants_database_and_broker(browser: TestClient) -> None:
    with transaction() as tx:
        due.take(tx, "tick", clock.now())

    assert browser.get("/readyz").json() == {"status": "ready", "tick": "on_time"}


@pytest.mark.usefixtures("valkey_url")
@pytest.mark.parametrize(
    ("ages_s", "tick", "says"),
    [
        ([], "never", r"There has been no tick yet\."),
        ([5400], "late", r"No tick since .* 20\d\d .* UTC, 540\d s ago\."),
        ([-3600], "ahead", r"A tick is stamped 3(600|59\d) s in the future \(.* None came since\."),
        (
            [-3600, 5],
            "ahead",
            r"A tick is stamped .* in the future .* The last tick was \d s ago\.",
        ),
        (
            [-3600, 90],
            "ahead",
            r"A tick is stamped .* in the future .* No tick since .*, 9\d s ago",
        ),
    ],
)
def test_readyz_calls_a_tick_that_is_not_on_time_by_its_name(
    browser: TestClient, ages_s: list[int], tick: str, says: str
) -> None:
    with transaction() as tx:
        for age_s in ages_s:
            due.take(tx, "tick", clock.now() - dt.timedelta(seconds=age_s))

    answer = browser.get("/readyz")

    assert answer.status_code == 200  # pages and feeds are served all the same
    said = answer.json()
    assert (said["status"], said["tick"]) == ("ready", tick)
    assert re.search(says, said["reason"])


def test_readyz_says_that_the_broker_is_missing(browser: TestClient) -> None:
    answer = browser.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "reason": "The broker does not answer."}


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize("path", ["/", "/feeds", "/robots.txt", "/healthz", "/nowhere"])
def test_head_has_the_head_of_get_and_no_body(browser: TestClient, path: str) -> None:
    head, get = browser.head(path), browser.get(path)

    assert head.status_code == get.status_code
    assert head.headers["content-length"] == get.headers["content-length"]
    assert head.content == b""


@pytest.mark.usefixtures("newsroom")
def test_robots_are_kept_from_what_tokens_open(browser: TestClient) -> None:
    lines = browser.get("/robots.txt").text.splitlines()

    assert {"Disallow: /console", "Disallow: /unsubscribe/", "Disallow: /never/"} <= set(lines)
    assert "Sitemap: http://127.0.0.1:8080/sitemap-news.xml" in lines
