"""Mail is held because the database may be a copy: every face says why, and lets it go settled."""

import pytest
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.store.recovery import copies
from tests.web import operators
from tests.web.newsroom import Newsroom

WHY = "this database was restored or copied (its tables were created again)"


@pytest.fixture
def mailing_id(newsroom: Newsroom) -> int:
    """A mailing to two readers that a restored database holds as unsent."""
    made = operators.mailing(newsroom)
    hold()
    return made


def hold() -> None:
    with transaction() as tx:
        assert copies.hold(tx, now=clock.now(), why=WHY, is_all_restored=False)


def test_readyz_says_so_and_serves_all_the_same(
    browser: TestClient, mailing_id: int, valkey_url: str
) -> None:
    answer = browser.get("/readyz")

    assert (mailing_id, valkey_url) != (0, "")
    assert answer.status_code == 200
    assert answer.json()["mail"].startswith(f"Mail is held: {WHY}. Run `syndicate mailings")


def test_the_console_says_why_and_shows_what_would_leave(
    browser: TestClient, mailing_id: int
) -> None:
    operators.sign_in(browser)

    home = browser.get("/console").text
    page = browser.get("/console/release").text

    assert WHY in home
    assert 'href="/console/release"' in home
    assert 'action="/console/release"' not in home
    assert f'href="/console/mailings/{mailing_id}"' in page
    assert '<td class="num">0</td><td class="num">0</td><td class="num">2</td>' in page
    assert 'action="/console/release"' in page


@pytest.mark.usefixtures("mailing_id")
def test_whoever_may_only_read_sees_no_button(browser: TestClient) -> None:
    operators.sign_in(browser, "viewer")

    assert 'action="/console/release"' not in browser.get("/console/release").text
    assert browser.post("/console/release").status_code == 403


@pytest.mark.usefixtures("mailing_id")
def test_the_console_lets_mail_go_and_leaves_what_nobody_knows(browser: TestClient) -> None:
    operators.sign_in(browser)

    browser.post("/console/release")

    with transaction() as tx:
        row = installation.read(tx)
    assert row is not None
    assert (row.held_at, row.stopped_at, len(row.past_lives)) == (None, None, 1)
    assert "2 in doubt" in browser.get("/console").text


def test_the_api_says_what_a_release_would_do_and_does_it(
    browser: TestClient, mailing_id: int
) -> None:
    headers = operators.bearer("sender")
    before = browser.get("/api/v1/installation", headers=headers).json()

    planned = browser.get("/api/v1/installation/release", headers=headers).json()
    released = browser.post("/api/v1/installation/release", headers=headers).json()

    assert (before["held_why"], before["stopped_why"]) == (WHY, WHY)
    assert planned["held_why"] == WHY
    assert planned["mailings"] == [{"id": mailing_id, "would_send": 0, "settled": 0, "left": 2}]
    assert planned["opens_from"] == before["held_at"]
    assert (released["held_at"], released["stopped_at"]) == (None, None)


@pytest.mark.usefixtures("mailing_id")
def test_an_operators_stop_meanwhile_does_not_hide_why(browser: TestClient) -> None:
    headers = operators.bearer("sender")

    browser.post("/api/v1/installation/stop", headers=headers, json={"why": "be quick"})

    shown = browser.get("/api/v1/installation", headers=headers).json()
    assert (shown["stopped_why"], shown["held_why"]) == ("be quick", WHY)
    operators.sign_in(browser, "viewer")
    page = browser.get("/console/mailings").text
    assert f"{WHY}. It was also stopped by hand: be quick." in page
    assert "An operator with permission to stop everything can release it." in page


@pytest.mark.usefixtures("mailing_id")
def test_metrics_count_it(browser: TestClient) -> None:
    lines = browser.get("/metrics", headers=operators.bearer("viewer")).text.splitlines()

    assert "syndicate_mail_held 1.0" in lines
