"""A newsroom in rows, and a browser of sorts that asks the application without a network."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.store.platform import tokens
from syndicate.store.platform.tokens import Permission
from tests.application import build
from tests.clean_database import CleanDatabase
from tests.collect import newsroom as collecting
from tests.web import newsroom as rows
from tests.web.browsing import CHROMIUM, FLAGS
from tests.web.desk import Desk
from tests.web.newsroom import Newsroom
from tests.web.serving import served

BASE_URL = "http://127.0.0.1:8080"


@pytest.fixture
def newsroom(
    database: str,  # noqa: ARG001 - the rows go there
    clean_database: CleanDatabase,
    request: pytest.FixtureRequest,
) -> Newsroom:
    """Made once for each file, so that what it calls now is a moment ago."""
    return clean_database.once(("newsroom", request.path), rows.make)


@pytest.fixture
def browser(database: str) -> Iterator[TestClient]:  # noqa: ARG001 - the pages read it
    """Asks like a browser on this machine whose pages come from here."""
    with TestClient(
        build(),
        base_url=BASE_URL,
        client=("127.0.0.1", 50000),
        follow_redirects=False,
        headers={"Sec-Fetch-Site": "same-origin"},
    ) as client:
        yield client


@pytest.fixture(scope="module")  # while it is open, its event loop is this thread's
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def address(newsroom: Newsroom) -> Iterator[str]:
    """A real server over the test's rows."""
    assert newsroom.english
    with served(build()) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def site(database: str) -> Iterator[TestClient]:
    """Our web server with an empty publication of two sections, asked by programs."""
    assert database
    collecting.publication(sections=["World", "Middle East"])
    with TestClient(build(), base_url=BASE_URL) as client:
        yield client


@pytest.fixture
def bearer(site: TestClient) -> dict[str, str]:
    """A header with the token of a CMS."""
    assert site
    secret = tokens.new_secret()
    with transaction() as tx:
        wanted = [Permission.ARTICLES, Permission.READ]
        tokens.add_token(tx, "cms", wanted, secret=secret, expires_at=None, now=clock.now())
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def desk(site: TestClient, bearer: dict[str, str]) -> Desk:
    """A newsroom that pushes."""
    return Desk(site, bearer)
