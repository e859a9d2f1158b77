"""/console/newsletters: paused, resumed and ended there, by who may."""

from starlette.testclient import TestClient

from tests.web import operators
from tests.web.newsroom import Newsroom
from tests.web.test_console import actions


def test_a_newsletter_at_rest_is_not_sent_and_says_what_next(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser)
    path = f"/console/newsletters/{newsroom.newsletter}"
    assert "Send now" in browser.get(path).text

    assert browser.post(f"{path}/pause").headers["location"] == f"{path}?done=paused"
    for page in (path, f"{path}/send", f"{path}/rehearsal"):
        shown = browser.get(page).text
        assert "Morning Courier is paused; resume it first." in shown
        assert f'action="{path}/run"' not in shown
    assert "Send now" not in browser.get(path).text
    assert "paused since" in browser.get("/console/newsletters").text
    browser.post(f"{path}/resume")
    assert "Send now" in browser.get(path).text
    unsaid = browser.post(f"{path}/end")
    browser.post(f"{path}/end", data={"readers": "stay"})

    assert unsaid.status_code == 400
    assert 'id="readers-problem">Choose what becomes of its readers' in unsaid.text
    ended = browser.get(path).text
    assert "Morning Courier has ended; make another newsletter instead." in ended
    assert "End this newsletter" not in ended
    again = browser.post(f"{path}/pause")
    assert again.status_code == 409
    assert "Morning Courier has ended" in again.text
    assert [act for _, act in actions(f"newsletter:{newsroom.newsletter}")] == [
        "newsletter-end",
        "newsletter-resume",
        "newsletter-pause",
    ]


def test_who_may_not_edit_newsletters_is_offered_none_of_it(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser, "viewer")

    page = browser.get(f"/console/newsletters/{newsroom.newsletter}").text

    assert [each for each in ("Pause", "Change …", "End this", "Send now") if each in page] == []
