"""Embargoes by push and by editors: nowhere before the second, whatever is asked for."""

import datetime as dt
import logging
from typing import Any

import pytest
import time_machine
from starlette.testclient import TestClient

from syndicate.store.content import articles
from syndicate.store.editing import embargoes
from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.articles import ArticleState
from tests import matrix
from tests.collect import newsroom as collecting
from tests.web import operators
from tests.web.newsroom import Newsroom
from tests.web.pushing import NOW, PATH, article, everywhere

MARKER = "zanzibarquokka"


def test_an_embargo_that_cannot_be_read_is_refused_in_one_sentence(
    site: TestClient, bearer: dict[str, str]
) -> None:
    answer = site.post(PATH, json=article(embargo_until="Monday, 8 AM"), headers=bearer)

    assert (answer.status_code, answer.json()["error"]["message"]) == (
        422,
        (
            "The field embargo_until cannot be used: it must be a moment with its zone, from 1970 "
            "to 2100, such as 2026-11-24T08:00:00Z."
        ),
    )


@pytest.mark.parametrize("when", matrix.rows(["embargo_until", "published_at"], every=2))
def test_an_embargoed_article_is_nowhere_before_its_second(
    when: str,
    site: TestClient,
    bearer: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    until = NOW + dt.timedelta(hours=1)
    moment: dict[str, Any] = {when: until.isoformat()}
    secret = article(
        headline=f"About {MARKER}",
        standfirst=MARKER,
        body_html=f"<p>{MARKER}</p>",
        url=f"https://daily.example/{MARKER}",
        tags=[MARKER],
        authors=[f"Desk {MARKER}"],
        pictures=[{"url": f"https://daily.example/{MARKER}.jpg", "caption": MARKER}],
        **moment,
    )
    caplog.set_level(logging.DEBUG)
    with time_machine.travel(NOW, tick=False):
        site.post(PATH, json=secret, headers=bearer)
        site.post(PATH, json=article(2), headers=bearer)
        before = everywhere()
    with time_machine.travel(until - dt.timedelta(seconds=1), tick=False):
        with transaction() as tx:
            assert embargoes.release(tx, until - dt.timedelta(seconds=1)) == []
        last = everywhere()
    written = capsys.readouterr()

    assert "Headline 2" in before
    # The client's own log names what this test asks for; at what level depends on earlier tests.
    logged = [each.getMessage() for each in caplog.records if each.name != "httpx2"]
    assert MARKER not in before + last + written.out + written.err + "\n".join(logged)

    with time_machine.travel(until, tick=False):
        with transaction() as tx:
            assert len(embargoes.release(tx, until)) == 1
        after = everywhere()
    assert MARKER in after
    assert collecting.articles()[0].published_at == until


def test_an_embargo_is_set_moved_and_lifted_by_an_editor(
    site: TestClient, bearer: dict[str, str]
) -> None:
    made = site.post(PATH, json=article(), headers=bearer).json()["article_id"]
    path, then = f"{PATH}/{made}/embargo", NOW + dt.timedelta(days=1)

    with time_machine.travel(NOW, tick=False):
        held = site.post(path, json={"until": then.isoformat()}, headers=bearer).json()
        during = everywhere()
        again = site.post(PATH, json=article(body_html="<p>Better</p>"), headers=bearer).json()
        out = site.post(path, json={"until": None}, headers=bearer).json()
        after = everywhere()

    assert (held["state"], held["is_held"]) == ("embargoed", False)
    assert "Headline 1" not in during
    assert (again["outcome"], again["state"]) == ("changed", "embargoed")
    assert (out["state"], "Headline 1" in after) == ("live", True)
    assert collecting.only_article().published_at == NOW


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"until": "tomorrow"}, 422),
        ({"until": "2026-11-25T09:00:00"}, 422),
        ({}, 422),
        ({"until": None, "why": "x"}, 422),
    ],
)
def test_an_editors_embargo_that_cannot_be_read_changes_nothing(
    site: TestClient, bearer: dict[str, str], body: dict[str, Any], status: int
) -> None:
    made = site.post(PATH, json=article(), headers=bearer).json()["article_id"]

    answer = site.post(f"{PATH}/{made}/embargo", json=body, headers=bearer)

    assert answer.status_code == status
    assert collecting.only_article().state == "live"


def test_an_embargo_until_a_moment_that_is_over_publishes_nothing(
    site: TestClient, bearer: dict[str, str]
) -> None:
    """A mistyped year is no wish to publish; who wants the article out says that."""
    held = article(embargo_until="2031-01-01T00:00:00Z")
    made = site.post(PATH, json=held, headers=bearer).json()["article_id"]
    over = {"until": "2025-11-30T08:00:00Z"}

    answer = site.post(f"{PATH}/{made}/embargo", json=over, headers=bearer)

    said = (
        "30 Nov 2025 08:00 UTC is in the past, so it would hold nothing back. Give a time in the "
        "future, or publish the article."
    )
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, said)
    assert collecting.only_article().state == "embargoed"


GONE = ["killed", "taken_down"]


@pytest.mark.parametrize("gone", matrix.rows(GONE, every=2))
def test_what_was_withdrawn_stays_so_whatever_is_pushed(
    site: TestClient, bearer: dict[str, str], gone: str
) -> None:
    for state in ("live", gone):
        site.post(PATH, json=article(state=state), headers=bearer)

    better = article(state="live", body_html="<p>Mended.</p>", change="correction", note="Sorry.")
    said = site.post(PATH, json=better, headers=bearer).json()

    assert (said["outcome"], said["state"]) == ("unchanged", gone)
    assert "Mended." not in everywhere()


def test_a_withdrawn_article_has_no_embargo(site: TestClient, bearer: dict[str, str]) -> None:
    made = site.post(PATH, json=article(), headers=bearer).json()["article_id"]
    site.post(f"{PATH}/{made}/kill", headers=bearer)

    answer = site.post(f"{PATH}/{made}/embargo", json={"until": None}, headers=bearer)

    assert (answer.status_code, collecting.only_article().state) == (409, "killed")


@pytest.mark.parametrize(
    "never", [{"embargo_until": "2031-01-01T00:00:00Z"}, {"state": "draft"}], ids=["held", "draft"]
)
def test_what_was_withdrawn_before_anybody_saw_it_leaves_no_trace(
    site: TestClient, bearer: dict[str, str], never: dict[str, Any]
) -> None:
    made = site.post(PATH, json=article(**never), headers=bearer).json()["article_id"]
    site.post(f"{PATH}/{made}/kill", headers=bearer)
    feed = everywhere()

    assert collecting.only_article().atom_id not in feed


def test_an_article_whose_date_moves_into_the_future_is_taken_back_until_then(
    site: TestClient, bearer: dict[str, str]
) -> None:
    then = NOW + dt.timedelta(hours=2)
    with time_machine.travel(NOW, tick=False):
        site.post(PATH, json=article(published_at="2026-11-24T08:00:00Z"), headers=bearer)
        later = article(published_at=then.isoformat())
        answer = site.post(PATH, json=later, headers=bearer).json()
        again = site.post(PATH, json=later, headers=bearer).json()

        assert (answer["outcome"], answer["state"]) == ("changed", "embargoed")
        assert again["outcome"] == "unchanged"
        assert "Headline 1" not in everywhere()
    with time_machine.travel(then, tick=False):
        with transaction() as tx:
            embargoes.release(tx, then)
        assert "Headline 1" in everywhere()


# In the console


def held(room: Newsroom) -> int:
    """An article whose embargo nobody can read."""
    with transaction() as tx:
        row = articles.find(tx, room.articles["report"])
        assert row is not None
        row.state, row.embargo_until, row.embargo_said = ArticleState.EMBARGOED, None, "<8 AM>"
        return row.id


def test_an_embargo_that_nobody_can_read_needs_a_person(
    browser: TestClient, newsroom: Newsroom
) -> None:
    article_id = held(newsroom)
    operators.sign_in(browser, "editor")
    told = f"1 article is held because its embargo cannot be read: {article_id}."

    home = browser.get("/console").text
    page = browser.get("/console/held").text
    wrong = browser.post(f"/console/held/{article_id}", data={"until": "8 AM"})
    over = browser.post(f"/console/held/{article_id}", data={"until": "2025-11-30T08:00:00Z"})
    still = browser.get("/console").text
    done = browser.post(f"/console/held/{article_id}", data={"until": "2031-01-01T08:00:00Z"})

    assert (told in home, "its embargo says “&lt;8 AM&gt;”" in page) == (True, True)
    assert (wrong.status_code, done.status_code) == (422, 303)
    assert "it must be a moment with its zone" in wrong.text
    assert (over.status_code, told in still) == (400, True)
    assert "None. Every embargo can be read." in browser.get("/console/held").text
    with transaction() as tx:
        assert len(audit.of(tx, subject=f"article:{article_id}", action=Act.ARTICLE_EMBARGO)) == 1


def test_an_article_that_is_held_is_let_out(browser: TestClient, newsroom: Newsroom) -> None:
    article_id = held(newsroom)
    operators.sign_in(browser, "editor")

    assert browser.get(newsroom.path("report")).status_code == 404
    browser.post(f"/console/held/{article_id}", data={"lift": "yes"})

    assert browser.get(newsroom.path("report")).status_code == 200


@pytest.mark.parametrize(
    "form", [{}, {"until": ""}, {"untill": "2031-01-01T08:00:00Z"}, {"lift": ""}]
)
def test_a_form_left_empty_lets_no_article_out(
    browser: TestClient, newsroom: Newsroom, form: dict[str, str]
) -> None:
    article_id = held(newsroom)
    operators.sign_in(browser, "editor")

    answer = browser.post(f"/console/held/{article_id}", data=form)

    assert answer.status_code == 400
    assert browser.get(newsroom.path("report")).status_code == 404


def test_who_only_looks_decides_about_no_embargo(browser: TestClient, newsroom: Newsroom) -> None:
    article_id = held(newsroom)
    operators.sign_in(browser, "viewer")

    assert "Publish it now" not in browser.get("/console/held").text
    assert browser.post(f"/console/held/{article_id}").status_code == 403
