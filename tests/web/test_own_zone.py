"""The console tells times in the zone of whoever looks."""

import datetime as dt

import pytest
from starlette.testclient import TestClient

from syndicate import clock, phrases, settings, signing
from syndicate.store.composition import issues
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.platform import operators, tokens
from syndicate.store.platform.tokens import AS_OPERATOR, LINK_PURPOSE, Grant, Permission
from tests import matrix, rows
from tests.web.newsroom import Newsroom
from tests.web.test_console import PAGES

CREATED = dt.datetime(2026, 11, 24, 20, 30, tzinfo=dt.UTC)


def entered(browser: TestClient, zone: str) -> None:
    """Sign in as an operator of this zone; somebody else has been retired at `CREATED`."""
    with transaction() as tx:
        rows.operator(tx, "gone", zone="UTC", retired_at=CREATED)
        made = rows.operator(tx, "night", zone=zone)
        operators.grant(tx, made.id, [Grant(each) for each in Permission])
    payload = tokens.link_payload("night", AS_OPERATOR, now=clock.now())
    link = f"/console/sign-in/{signing.sign(settings.load().key(), LINK_PURPOSE, payload)}"
    assert browser.post(link).status_code == 303


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize(
    ("zone", "said"),
    matrix.rows(
        [
            ("Asia/Tokyo", "25 Nov 2026 05:30\xa0JST"),
            ("Asia/Kathmandu", "25 Nov 2026 02:15\xa0Nepal Time"),
        ],
        every=2,
    ),
)
def test_an_operator_reads_times_in_their_own_zone(
    browser: TestClient, zone: str, said: str
) -> None:
    entered(browser, zone)

    assert said in browser.get("/console/operators").text
    for path in PAGES:
        assert "\xa0UTC" not in browser.get(path).text, path


@pytest.mark.usefixtures("newsroom")
def test_an_operator_who_named_no_zone_reads_the_publications(browser: TestClient) -> None:
    entered(browser, "UTC")
    with transaction() as tx:
        for each in publications.all_publications(tx):
            each.zone = "Asia/Qatar"

    one = browser.get("/console/operators").text
    with transaction() as tx:
        publications.all_publications(tx)[0].zone = "Europe/London"
    two = browser.get("/console/operators").text

    assert "24 Nov 2026 23:30\xa0Qatar Time" in one
    assert "24 Nov 2026 20:30\xa0UTC" in two


def test_a_slot_is_read_in_the_zone_of_its_newsletter(
    browser: TestClient, newsroom: Newsroom
) -> None:
    entered(browser, "Asia/Tokyo")
    with transaction() as tx:
        letter, issue = newsletters.find(tx, newsroom.newsletter), issues.find(tx, newsroom.issue)
        assert letter is not None
        assert issue is not None
        letter.zone = "Asia/Qatar"
        date = phrases.date(issue.window_to, "Asia/Qatar")
        said = f"{date} {phrases.time(issue.window_to, 'Asia/Qatar').replace(' ', chr(160), 1)}"

    assert f"<dt>Slot</dt><dd>{said}</dd>" in browser.get(f"/console/issues/{issue.id}").text
    assert f"<td>{said}</td>" in browser.get("/console/issues").text
    assert f"<td>{said}</td>" in browser.get(f"/console/newsletters/{letter.id}").text
    assert f"</a>, {said}: " in browser.get("/console/newsletters").text
