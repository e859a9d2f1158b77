"""The console: who gets in, what needs a person, and what a person can do about it."""

import datetime as dt
import re

import pytest
import time_machine
from sqlalchemy import update
from starlette.testclient import TestClient

from syndicate import clock, settings, signing
from syndicate.newsletters import run, steering
from syndicate.store.composition import issues
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.platform import installation, tokens
from syndicate.store.platform.tokens import LINK_PURPOSE
from syndicate.store.views import operations
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import DeliveryReason, DeliveryState, MailingState
from syndicate.vocabulary.sources import SourceKind, SourceState
from tests.acting import TESTER
from tests.web import operators
from tests.web.newsroom import Newsroom

PAGES = (
    *("/console", "/console/mailings"),
    *("/console/newsletters", "/console/articles"),
    *("/console/lists", "/console/issues"),
    *("/console/holds", "/console/limits", "/console/sources"),
    *("/console/sources/find", "/console/start"),
    *("/console/newsroom", "/console/feeds"),
    "/console/newsroom/new/publications",
    *("/console/held", "/console/incidents", "/console/alarms"),
    *("/console/senders", "/console/readers", "/console/suppressions"),
    *("/console/audit", "/console/operators"),
    *("/console/tokens", "/console/sessions", "/console/keys"),
    *("/console/me", "/console/release"),
    "/console/stop",
    *(f"/console/start/{each}" for each in ("publication", "stories", "newsletter", "test")),
)


def link(role: str = "admin", *, at: dt.datetime | None = None) -> str:
    payload = tokens.link_payload("desk", role, now=at or clock.now())
    return f"/console/sign-in/{signing.sign(settings.load().key(), LINK_PURPOSE, payload)}"


def actions(subject: str) -> list[tuple[str, str]]:
    with transaction() as tx:
        return [
            (row.actor, row.action) for row in operations.audit_rows(tx, limit=99, about=[subject])
        ]


@pytest.mark.parametrize("path", [*PAGES, "/console/mailings/1", "/console/mailings/1/events"])
def test_stranger_is_asked_to_sign_in(browser: TestClient, path: str) -> None:
    answer = browser.get(path)

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/console/sign-in?next={path}"


def test_stranger_can_do_nothing(browser: TestClient, newsroom: Newsroom) -> None:
    mailing_id = operators.mailing(newsroom)

    answer = browser.post(f"/console/mailings/{mailing_id}/pause")

    assert answer.status_code == 401
    assert operators.state_of(mailing_id) is MailingState.SENDING


def test_token_opens_the_console_and_no_other_does(browser: TestClient) -> None:
    refused = browser.post("/console/sign-in", data={"token": "syn_guess"})
    let_in = browser.post(
        "/console/sign-in", data={"token": operators.token(), "next": "/console/audit"}
    )

    assert refused.status_code == 422
    assert "does not open the console" in refused.text
    assert let_in.status_code == 303
    assert let_in.headers["location"] == "/console/audit"
    assert "HttpOnly" in let_in.headers["set-cookie"]
    assert "SameSite=lax" in let_in.headers["set-cookie"]
    assert "token:admin" in browser.get("/console/audit").text


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example", "//elsewhere.example", "/console//x", "/console/\\x", "/"]
)
def test_sign_in_leads_nowhere_else(browser: TestClient, path: str) -> None:
    answer = browser.post("/console/sign-in", data={"token": operators.token(), "next": path})

    assert answer.headers["location"] == "/console"


def test_cookie_is_bound_to_the_host_over_https(
    browser: TestClient, settings_env: pytest.MonkeyPatch
) -> None:
    settings_env.setenv("SYNDICATE_PUBLIC_URL", "https://news.example.org")
    settings.load.cache_clear()

    cookie = browser.post("/console/sign-in", data={"token": operators.token()}).headers[
        "set-cookie"
    ]

    assert cookie.startswith("__Host-syndicate=syn_")
    assert "Secure" in cookie
    assert "Path=/;" in cookie


def test_link_works_once_and_looking_at_it_does_not_count(browser: TestClient) -> None:
    path = link()

    for _ in range(2):
        assert "as <bdi>desk (console)</bdi>" in browser.get(path).text
    assert browser.post(path).status_code == 303
    assert browser.get("/console").status_code == 200
    assert browser.post(path).status_code == 410


def test_link_of_who_may_not_read_lets_nobody_in_and_leaves_no_line(browser: TestClient) -> None:
    refused = browser.post(link("relay"))

    assert refused.status_code == 403
    assert "console:desk does not have the permission read, which this needs." in refused.text
    assert "set-cookie" not in refused.headers
    assert actions("console") == []


def test_link_is_worthless_after_a_quarter_of_an_hour(browser: TestClient) -> None:
    path = link(at=clock.now() - dt.timedelta(minutes=16))

    assert browser.get(path).status_code == browser.post(path).status_code == 410
    assert browser.get("/console/sign-in/a.b").status_code == 404


def test_session_ends_by_signing_out(browser: TestClient) -> None:
    operators.sign_in(browser)
    secret = browser.cookies["syndicate"]

    browser.post("/console/sign-out")

    browser.cookies.set("syndicate", secret)
    assert browser.get("/console").status_code == 303


def test_session_ends_with_its_token(browser: TestClient) -> None:
    operators.sign_in(browser)

    with transaction() as tx:
        assert tokens.revoke(tx, tokens.all_tokens(tx)[0].id)

    assert browser.get("/console").status_code == 303


def test_session_ends_by_itself(browser: TestClient) -> None:
    operators.sign_in(browser)
    secret = browser.cookies["syndicate"]

    with time_machine.travel(clock.now() + dt.timedelta(hours=12, seconds=1)):
        browser.cookies.set("syndicate", secret)
        assert browser.get("/console").status_code == 303


def test_each_sign_in_has_a_secret_of_its_own(browser: TestClient) -> None:
    operators.sign_in(browser)
    first = browser.cookies["syndicate"]
    operators.sign_in(browser)

    assert browser.cookies["syndicate"] != first


def test_room_accounts_for_everybody(browser: TestClient, newsroom: Newsroom) -> None:
    mailing_id = operators.mailing(newsroom)
    operators.sign_in(browser)

    page = browser.get(f"/console/mailings/{mailing_id}").text

    counts = {name: int(n) for name, n in re.findall(r'data-count="(\w+)">(\d+)<', page)}
    assert counts == {
        "accepted": 1,
        "deferred": 0,
        "failed": 1,
        "suppressed": 0,
        "skipped": 0,
        "ambiguous": 0,
        "remaining": 2,
    }
    assert "4 readers, all accounted for" in page
    assert "no such user" in page
    assert "@example.com" not in page
    assert '<noscript><meta http-equiv="refresh" content="5; url=/console/mailings/' in page


def test_room_says_why_each_reader_was_left_out(browser: TestClient, newsroom: Newsroom) -> None:
    mailing_id = operators.mailing(newsroom, state=MailingState.PAUSED)
    left_out = [DeliveryReason.ENDED, DeliveryReason.ENDED, *DeliveryReason.barred()]
    operators.leave_out(mailing_id, *left_out)
    operators.sign_in(browser)

    page = browser.get(f"/console/mailings/{mailing_id}").text

    assert re.findall(r"<li>(\d+) ([\w ]+)</li>", page) == [
        ("3" if each is DeliveryReason.ENDED else "1", each.words)
        for each in DeliveryReason.barred()
    ]
    skipped = sum(each.state is DeliveryState.SKIPPED for each in left_out)
    assert f'data-count="skipped">{skipped}<' in page
    assert "nothing chosen" not in page


def test_room_of_what_is_being_sent_says_when_it_counts_why(
    browser: TestClient, newsroom: Newsroom
) -> None:
    mailing_id = operators.mailing(newsroom)
    operators.sign_in(browser)
    told = "Why readers were left out is counted once this is paused or over."

    before = browser.get(f"/console/mailings/{mailing_id}").text
    operators.leave_out(mailing_id, DeliveryReason.ENDED)
    page = browser.get(f"/console/mailings/{mailing_id}").text
    shown = browser.get(f"/api/v1/mailings/{mailing_id}", headers=operators.bearer()).json()

    assert told not in before
    assert told in page
    assert 'id="left-out"' not in page
    assert shown["left_out"] is None


def test_mailing_is_paused_resumed_and_cancelled(browser: TestClient, newsroom: Newsroom) -> None:
    mailing_id = operators.mailing(newsroom)
    path = f"/console/mailings/{mailing_id}"
    operators.sign_in(browser, "sender")

    assert browser.post(f"{path}/pause").headers["location"] == f"{path}?done=paused"
    assert operators.state_of(mailing_id) is MailingState.PAUSED
    assert browser.post(f"{path}/pause").status_code == 409
    browser.post(f"{path}/resume")
    assert operators.state_of(mailing_id) is MailingState.SENDING
    assert browser.post(f"{path}/cancel", data={"number": "7"}).status_code == 400
    assert operators.state_of(mailing_id) is MailingState.SENDING
    browser.post(f"{path}/cancel", data={"number": str(mailing_id)})
    assert operators.state_of(mailing_id) is MailingState.CANCELLED

    names = ["mailing-cancel", "mailing-resume", "mailing-pause"]
    assert actions(f"mailing:{mailing_id}") == [("token:sender", name) for name in names]
    assert "<bdi>sender (token)</bdi>: paused" in browser.get(path).text


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_steering_needs_its_permission(
    browser: TestClient, newsroom: Newsroom, role: str, verb: str
) -> None:
    mailing_id = operators.mailing(newsroom)
    path = f"/console/mailings/{mailing_id}"
    operators.sign_in(browser, role)

    assert browser.post(f"{path}/{verb}", data={"number": str(mailing_id)}).status_code == 403
    assert operators.state_of(mailing_id) is MailingState.SENDING
    assert f'action="{path}/pause"' not in browser.get(path).text


def test_everything_is_stopped_and_let_go(browser: TestClient) -> None:
    with transaction() as tx:
        installation.stamp(tx, "test")
    operators.sign_in(browser)

    # In sight on every page, and two clicks without a word to type.
    assert all('href="/console/stop"' in browser.get(path).text for path in PAGES)
    browser.post("/console/stop", data={"why": " "})
    assert "no reason given" in browser.get("/console").text
    browser.post("/console/stop", data={"why": "wrong list"})

    for path in PAGES:
        assert "Everything is stopped" in browser.get(path).text
        assert "wrong list" in browser.get(path).text
    browser.post("/console/release")
    assert "Everything is stopped</strong>" not in browser.get("/console").text
    assert [action for _, action in actions("installation")] == [
        "mail-release",
        "mail-stop",
        "mail-stop",
    ]
    assert {actor for actor, _ in actions("installation")} == {"token:admin"}


def test_newsletter_is_run_for_the_slot_that_is_now(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser, "editor")
    path = f"/console/newsletters/{newsroom.newsletter}"

    assert browser.post(f"{path}/run").headers["location"] == f"{path}?done=sent"
    page = browser.get(path).text

    assert "Due" in page
    assert "Morning Courier" in browser.get("/console/newsletters").text
    with transaction() as tx:
        newest = issues.of_newsletter(tx, newsroom.newsletter, limit=1)[0]
    assert newest.state is IssueState.DUE
    assert actions(f"issue:{newest.id}") == [("token:editor", "issue-run")]


def test_rehearsal_says_what_would_go_to_whom(browser: TestClient, newsroom: Newsroom) -> None:
    operators.sign_in(browser, "viewer")
    path = f"/console/newsletters/{newsroom.newsletter}"

    page = browser.get(f"{path}/rehearsal?next=1")
    mail = browser.get(f"{path}/preview?language=ar&next=1")

    assert "Council agrees on the river report" in page.text
    assert "Never so" not in page.text
    assert "It has no subscribers yet." in page.text
    assert f'src="{path}/preview?language=ar&amp;next=1"' in page.text
    assert "Send it now" not in page.text
    assert "نشرة الصباح" in mail.text
    assert mail.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    with transaction() as tx:
        assert len(issues.of_newsletter(tx, newsroom.newsletter, limit=9)) == 1


def test_a_story_that_no_mail_can_hold_is_named_before_and_after_the_send(
    browser: TestClient, newsroom: Newsroom
) -> None:
    report = newsroom.articles["report"]
    with transaction() as tx:
        long = update(Article).where(Article.id == report).values(standfirst="word " * 20_000)
        tx.execute(long)
    operators.sign_in(browser, "viewer")
    path = f"/console/newsletters/{newsroom.newsletter}"

    rehearsed = browser.get(f"{path}/rehearsal?next=1").text
    asked = browser.get(
        "/api/v1/newsletters/morning/rehearsal?next=1", headers=operators.bearer("viewer")
    ).json()
    with time_machine.travel(newsroom.now + dt.timedelta(days=1), tick=False):
        now = clock.now()
        run.compose_issue(steering.send_now(newsroom.newsletter, actor=TESTER, now=now), now)
        operators.sign_in(browser, "viewer")
        home = browser.get("/console").text
        issues_page = browser.get(path).text

    assert "Left out, because it cannot be sent by email" in rehearsed
    assert f'<a href="/articles/{report}">Council agrees on the river report</a>' in rehearsed
    (unusable,) = asked["unusable"]
    assert unusable["article_id"] == report
    assert unusable["headline"] == "Council agrees on the river report"
    assert re.fullmatch(r"it takes 1\d\d,\d{3} bytes of one mail", unusable["why"])
    assert f"of Morning Courier was sent without article {report}: it takes 1" in home
    assert f'href="/articles/{report}"' in home
    assert f"Left out, because it cannot be sent by email: article {report} (" in issues_page


def test_source_is_paused_and_asked_again(browser: TestClient, newsroom: Newsroom) -> None:
    with transaction() as tx:
        source = sources.add(tx, newsroom.english, SourceKind.FEED, "https://a.example/", "Ayé")
    operators.sign_in(browser)

    browser.post(f"/console/sources/{source.id}/pause")
    paused = browser.get("/console/sources").text
    browser.post(f"/console/sources/{source.id}/resume")

    assert "Ayé was paused." in paused
    assert "Paused" in paused
    assert ">Resume<" not in browser.get("/console/sources").text
    assert browser.post("/console/sources/99/pause").status_code == 404


def test_sources_in_trouble_come_first_and_say_when_they_are_asked(
    browser: TestClient, newsroom: Newsroom
) -> None:
    with transaction() as tx:
        for state in SourceState:
            url = f"https://{state}.example/"
            found = sources.add(tx, newsroom.english, SourceKind.FEED, url, f"It is {state}")
            found.state = state
        sources.add(tx, newsroom.english, SourceKind.PUSH, "https://cms.example/", "It is pushed")
    operators.sign_in(browser)

    page = browser.get("/console/sources").text

    rows = re.findall(r"It is (\w+)</a><span class=\"hint\">.*?</tr>", page, re.DOTALL)
    never = re.findall(
        r"It is (\w+)</a><span class=\"hint\">(?:(?!</tr>).)*<td>never", page, re.DOTALL
    )
    assert rows == ["failing", "dormant", "gone", "active", "paused", "pushed"]
    assert never == ["gone", "paused", "pushed"]


def test_console_is_kept_by_nobody(browser: TestClient) -> None:
    operators.sign_in(browser)
    for path in PAGES:
        headers = browser.get(path).headers

        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
