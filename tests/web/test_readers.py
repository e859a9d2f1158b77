"""Finding a reader on the console and by the API: no address where it could be read later."""

import pytest
from starlette.testclient import TestClient

from syndicate.store.platform.tokens import Permission
from syndicate.vocabulary.readers import ReaderCode
from syndicate.vocabulary.sending import DeliveryState
from tests.rows import DAY
from tests.subscribers import one
from tests.subscribers.one import ADDRESS
from tests.subscribers.test_readers import ACCEPTED, SEVEN
from tests.web import operators


@pytest.fixture
def who(database: str) -> int:  # noqa: ARG001 - the rows go there
    return one.reader()


def test_a_search_leads_to_a_page_that_is_known_by_number(browser: TestClient, who: int) -> None:
    made = one.issue(1, SEVEN, copy=ACCEPTED)
    operators.sign_in(browser)

    found = browser.post("/console/readers", data={"address": f" {ADDRESS} "})
    page = browser.get(found.headers["location"]).text

    assert found.headers["location"] == f"/console/readers/{who}"
    assert f"<bdi>{ADDRESS}</bdi>" in page
    assert "handed to our mail server 07:02 Qatar Time; receiver: not known" in page
    assert f'href="/console/readers/{who}/issues/{made}">Morning 1</a>' in page
    assert "“Yes, send it to me.”" in page
    assert "192.0.2.1" not in page
    why = browser.get(f"/console/readers/{who}/issues/{made}").text
    assert "Handed to our mail server 07:02 Qatar Time; receiver: not known." in why


@pytest.mark.usefixtures("who")
def test_a_search_in_vain_keeps_what_was_typed_and_logs_no_address(
    browser: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    operators.sign_in(browser)

    unknown = browser.post("/console/readers", data={"address": "reader044@example.com"})
    broken = browser.post("/console/readers", data={"address": "<reader"})

    assert (unknown.status_code, broken.status_code) == (404, 422)
    assert 'value="reader044@example.com"' in unknown.text
    assert "No reader of yours has this address; check how it is spelled" in unknown.text
    assert 'value="&lt;reader"' in broken.text
    assert "Mail cannot be sent to this address" in broken.text
    assert "reader044" not in capsys.readouterr().out


def test_an_operator_who_may_not_find_readers_sees_no_way_there(
    browser: TestClient, who: int
) -> None:
    operators.sign_in(browser, "sender")

    assert "/console/readers" not in browser.get("/console").text
    assert browser.get(f"/console/readers/{who}").status_code == 403
    assert browser.get("/console/readers").status_code == 403


def test_the_api_answers_the_whole_reader_and_pages_through_the_timeline(
    browser: TestClient, who: int
) -> None:
    made = one.issue(1, SEVEN, copy=ACCEPTED)
    one.issue(2, SEVEN - DAY, copy={"state": DeliveryState.FAILED, "code": 550})
    permissions = {Permission.READERS}
    bearer = {"Authorization": f"Bearer {operators.token(permissions=permissions)}"}

    whole = browser.post("/api/v1/subscribers/find", json={"address": ADDRESS}, headers=bearer)
    first = browser.get(f"/api/v1/subscribers/{who}?limit=1", headers=bearer).json()
    more = {"limit": 1, "before": first["next_before"]}
    second = browser.get(f"/api/v1/subscribers/{who}", params=more, headers=bearer).json()
    why = browser.get(f"/api/v1/subscribers/{who}/issues/{made}", headers=bearer).json()

    found = whole.json()
    assert [each["newsletter"] for each in found["subscriptions"]] == ["morning"]
    assert found["suppressions"] == []
    assert [set(each) for each in found["timeline"]] == [{"at", "issue", "code", "words"}] * 4
    assert [*first["timeline"], *second["timeline"]] == found["timeline"][:2]
    assert (why["code"], why["number"]) == (ReaderCode.ACCEPTED, 1)
    refused = browser.get(f"/api/v1/subscribers/{who}?before=soon", headers=bearer)
    assert refused.status_code == 422
