"""The API: tokens and nothing else, the same verbs as the console, one shape for every error."""

import datetime as dt

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from syndicate import clock, settings
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.platform import installation, tokens
from syndicate.store.platform.tokens import Permission
from syndicate.store.readers import recipients
from syndicate.store.sending import accepts
from syndicate.store.sending.events import DeliveryEvent
from syndicate.store.sending.mailings import Batch
from syndicate.vocabulary.feeds import FeedFormat
from syndicate.vocabulary.sending import MailingState
from syndicate.vocabulary.sources import SourceKind
from tests.web import operators
from tests.web.newsroom import Newsroom

PLAIN = {"Content-Type": "text/plain"}


@pytest.mark.usefixtures("database")
def test_token_is_wanted_and_must_be_valid(browser: TestClient) -> None:
    expired = tokens.new_secret()
    with transaction() as tx:
        tokens.add_token(
            tx,
            "old",
            [Permission.READ],
            secret=expired,
            expires_at=clock.now() - dt.timedelta(seconds=1),
            now=clock.now(),
        )

    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {expired}"}):
        answer = browser.get("/api/v1/mailings", headers=headers)

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["error"]["status"] == 401


def test_session_of_the_console_opens_nothing_here(browser: TestClient) -> None:
    operators.sign_in(browser)

    assert browser.get("/api/v1/mailings").status_code == 401


@pytest.mark.usefixtures("database")
def test_use_of_a_token_is_remembered_to_the_hour(browser: TestClient) -> None:
    headers = operators.bearer("viewer")

    for _ in range(2):
        assert browser.get("/api/v1/feeds", headers=headers).status_code == 200

    with transaction() as tx:
        assert tokens.all_tokens(tx)[0].used_at is not None


def test_mailings_are_listed_page_by_page(browser: TestClient, newsroom: Newsroom) -> None:
    headers = operators.bearer("viewer")
    first = operators.mailing(newsroom)
    with transaction() as tx:
        installation.stamp(tx, "test")

    shown = browser.get("/api/v1/mailings?limit=1", headers=headers).json()

    assert [each["id"] for each in shown["mailings"]] == [first]
    assert shown["next_before"] is None
    assert shown["mailings"][0]["remaining"] == 2


@pytest.mark.usefixtures("database")
def test_a_relay_tells_what_it_took_and_may_do_nothing_else(
    browser: TestClient, settings_env: pytest.MonkeyPatch
) -> None:
    relay, line = operators.bearer("relay"), b'{"at": "2026-11-24T08:00:00+00:00"}\n'
    address = "/api/v1/accepts?relay=mx1.example:25"

    def push(where: str = address, headers: dict[str, str] = relay) -> tuple[int, object]:
        answer = browser.post(where, content=line * 3, headers=headers | PLAIN)
        return answer.status_code, answer.json().get("lines")

    assert push() == (409, None)
    settings_env.setenv("SYNDICATE_RELAY_ACCEPT_LOG", "pushed")
    settings_env.setenv("SYNDICATE_RELAY_URL", "smtp://mx1.example:25")
    settings.load.cache_clear()
    assert [push(), push()] == [(200, 3), (200, 3)]
    assert push("/api/v1/accepts?relay=other.example:25") == (409, None)
    assert push(headers=operators.bearer("sender"))[0] == 403
    assert browser.get("/api/v1/mailings", headers=relay).status_code == 403
    with transaction() as tx:
        at = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
        assert accepts.complete_until(tx, ["mx1.example:25"], at) == at
        # Our clock was set back since: what that relay tells of later is not complete.
        assert accepts.complete_until(tx, ["mx1.example:25"], at - dt.timedelta(hours=1)) is None


def test_mailing_accounts_for_everybody(browser: TestClient, newsroom: Newsroom) -> None:
    mailing_id = operators.mailing(newsroom)

    shown = browser.get(f"/api/v1/mailings/{mailing_id}", headers=operators.bearer("viewer")).json()

    states = ("accepted", "deferred", "failed", "suppressed", "skipped", "ambiguous", "remaining")
    assert sum(shown[state] for state in states) == shown["audience"] == 4
    assert shown["groups"]["other"]["failed"] == 1
    assert shown["problems"] == [
        {
            "state": "failed",
            "receiver_group": "other",
            "code": 550,
            "enhanced": "5.1.1",
            "reason": "no such user",
            "deliveries": 1,
        }
    ]


def test_mailing_says_what_receivers_told_later_and_when_the_rest_is_tried(
    browser: TestClient, newsroom: Newsroom
) -> None:
    mailing_id = operators.mailing(newsroom)
    again = dt.datetime(2036, 11, 24, 7, 10, tzinfo=dt.UTC)
    with transaction() as tx:
        (batch,) = tx.scalars(select(Batch).where(Batch.mailing_id == mailing_id))
        batch.deferred, batch.not_before = 1, again
        for number, kind in enumerate(("delivered", "bounced", "bounced")):
            happened = {"mailing_id": mailing_id, "at": clock.now(), "kind": kind}
            reader = recipients.upsert(tx, f"reader{number:03}@example.com").id
            tx.add(DeliveryEvent(recipient_id=reader, **happened))
    operators.sign_in(browser, "viewer")

    shown = browser.get(f"/api/v1/mailings/{mailing_id}", headers=operators.bearer("viewer")).json()
    page = browser.get(f"/console/mailings/{mailing_id}").text

    assert shown["receivers"] == {"other": {"bounced": 2, "delivered": 1}}
    assert shown["next_try_at"] == "2036-11-24T07:10:00Z"
    assert "1 put off is tried again 24 Nov 2036 07:10 UTC</dd>" in page


def test_mailing_is_steered(browser: TestClient, newsroom: Newsroom) -> None:
    mailing_id = operators.mailing(newsroom)
    headers = operators.bearer("sender")
    path = f"/api/v1/mailings/{mailing_id}"

    assert browser.post(f"{path}/pause", headers=headers).json()["state"] == "paused"
    again = browser.post(f"{path}/pause", headers=headers)
    assert browser.post(f"{path}/resume", headers=headers).json()["state"] == "sending"
    assert browser.post(f"{path}/cancel", headers=headers).json()["is_over"] is True

    assert again.status_code == 409
    assert again.json()["error"]["message"].startswith(f"Mailing {mailing_id} is paused")


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("viewer", "/api/v1/mailings/{mailing}/pause", 403),
        ("editor", "/api/v1/mailings/{mailing}/cancel", 403),
        ("viewer", "/api/v1/newsletters/morning/run", 403),
        ("editor", "/api/v1/newsletters/morning/run", 202),
        ("editor", "/api/v1/installation/stop", 403),
        ("sender", "/api/v1/newsletters/morning/subscribers?wording=w&origin=o", 403),
    ],
)
def test_role_may_do_its_own_and_no_more(
    browser: TestClient, newsroom: Newsroom, role: str, path: str, status: int
) -> None:
    mailing_id = operators.mailing(newsroom)

    answer = browser.post(path.format(mailing=mailing_id), headers=operators.bearer(role))

    assert answer.status_code == status
    assert operators.state_of(mailing_id) is MailingState.SENDING


@pytest.mark.usefixtures("database")
def test_everything_is_stopped_and_let_go(browser: TestClient) -> None:
    with transaction() as tx:
        installation.stamp(tx, "test")
    headers = operators.bearer("sender")

    at_once = browser.post("/api/v1/installation/stop", headers=headers)
    unknown = browser.post(
        "/api/v1/installation/stop", headers=headers, json={"why": "x", "state": "y"}
    )
    stopped = browser.post("/api/v1/installation/stop", headers=headers, json={"why": "wrong list"})
    odd = browser.post(
        "/api/v1/installation/stop",
        headers=headers | {"Content-Type": "application/json"},
        content=rb'{"why": "wrong\ud800 list\u0000!"}',
    )
    released = browser.post("/api/v1/installation/release", headers=headers)

    assert odd.json()["stopped_why"] == "wrong list!"
    assert at_once.json()["stopped_why"] == "no reason given"
    assert unknown.status_code == 422
    assert stopped.json()["stopped_why"] == "wrong list"
    assert released.json()["stopped_at"] is None


def test_newsletters_and_issues_are_shown(browser: TestClient, newsroom: Newsroom) -> None:
    headers = operators.bearer("viewer")

    listed = browser.get("/api/v1/newsletters", headers=headers).json()
    one = browser.get("/api/v1/newsletters/morning", headers=headers).json()
    recent = browser.get("/api/v1/newsletters/morning/issues", headers=headers).json()
    issue = browser.get(f"/api/v1/issues/{newsroom.issue}", headers=headers).json()

    assert listed == [one]
    assert (one["slug"], one["readers"]) == ("morning", 0)
    assert one["next_at"] is not None
    assert [each["number"] for each in recent] == [7]
    below = "/api/v1/newsletters/morning/issues?before="
    assert browser.get(f"{below}{newsroom.issue + 1}", headers=headers).json() == recent
    assert browser.get(f"{below}{newsroom.issue}", headers=headers).json() == []
    assert [each["headline"] for each in issue["stories"]] == [
        "Council agrees on the river report",
        "المجلس يوافق على تقرير النهر",
    ]


@pytest.mark.usefixtures("newsroom")
def test_run_is_safe_to_repeat(browser: TestClient) -> None:
    headers = operators.bearer("editor")

    first, second = (
        browser.post("/api/v1/newsletters/morning/run", headers=headers).json() for _ in range(2)
    )

    assert first["id"] == second["id"]
    assert first["state"] == "due"


def test_rehearsal_stores_nothing(browser: TestClient, newsroom: Newsroom) -> None:
    headers = operators.bearer("viewer")
    path = "/api/v1/newsletters/morning"

    found = browser.get(f"{path}/rehearsal?next=1", headers=headers).json()

    headlines = [story["headline"] for story in found["stories"]]
    assert "A museum opens its attic" in headlines
    assert "Never so" not in headlines
    assert set(found["subjects"]) == {"en", "ar"}
    assert found["counts"]["audience"] == 0
    recent = browser.get(f"{path}/issues", headers=headers).json()
    assert [each["id"] for each in recent] == [newsroom.issue]


@pytest.mark.usefixtures("newsroom")
def test_readers_are_brought_in(browser: TestClient) -> None:
    headers = operators.bearer() | {"Content-Type": "text/csv"}
    path = "/api/v1/newsletters/morning/subscribers"
    file = (
        "address,language,sections\r\n"
        "reader001@example.com,en,world\r\n"
        "reader002@example.com,ar,\r\n"
        "nobody,en,\r\n"
    )

    first = browser.post(
        f"{path}?wording=They+asked&origin=old+house", headers=headers, content=file.encode()
    )
    second = browser.post(
        f"{path}?wording=They+asked&origin=old+house", headers=headers, content=file.encode()
    )

    assert (first.json()["added"], first.json()["known"], first.json()["refused"]) == (2, 0, 1)
    assert first.json()["reasons"][0]["line"] == 4
    assert (second.json()["added"], second.json()["known"]) == (0, 2)
    shown = browser.get("/api/v1/newsletters/morning", headers=headers).json()
    assert shown["readers"] == 2


@pytest.mark.usefixtures("newsroom")
def test_who_left_elsewhere_is_counted_and_named_to_a_program(browser: TestClient) -> None:
    headers = operators.bearer() | {"Content-Type": "text/csv"}
    path = "/api/v1/newsletters/morning/subscribers?wording=w&origin=o&ignore_column=VIP"
    file = (
        "email;UNSUB_TIME;VIP;sections\r\n"
        "reader001@example.com;;yes;weather\r\n"
        "reader002@example.com;2024-02-01;no;\r\n"
        f'reader003@example.com;"{"x" * 140_000}";no;\r\n'
    )

    answer = browser.post(path, headers=headers, content=file.encode("utf-16"))

    found = answer.json()
    assert (found["added"], found["left"], found["refused"]) == (1, 1, 2)
    assert [each["line"] for each in found["reasons"]] == [3, 4]
    assert [each["line"] for each in found["notes"]] == [2]


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize(
    ("query", "content", "status", "word"),
    [
        ("", b"address\r\n", 422, "wording"),
        ("?wording=w&origin=o", b"\xff\xfex", 400, "UTF-8"),
        ("?wording=w&origin=o", b"name\r\nAda\r\n", 400, "address"),
        ("?wording=w&origin=o", b'email,name\r\na@example.com,"Ann\r\n', 400, "Line 2 opens"),
        (
            "?wording=w&origin=o",
            b'email,name\r\na@example.com,"Ann\r\n' + b"b@example.com,Ben\r\n" * 20_000,
            400,
            "Line 2 opens",
        ),
        ("?wording=w&origin=o", b"email,Zug\r\na@example.com,yes\r\n", 400, "ignore_column"),
        ("?wording=w&origin=o&ignore_column=X", b"email\r\na@example.com\r\n", 400, "no column"),
        ("?wording=%00&origin=o", b"email\r\na@example.com\r\n", 400, "The field wording"),
        ("?wording=w&origin=o&encoding=x", b"email\r\na@example.com\r\n", 400, "encoding x is"),
        ("?wording=w&origin=o&list=x", b"email\r\na@example.com\r\n", 400, "no column of lists"),
        ("?wording=w&origin=o", b"email\r\n\xe4@example.com\r\n", 400, "`encoding` in the API"),
    ],
)
def test_file_that_cannot_be_read_is_refused(
    browser: TestClient, query: str, content: bytes, status: int, word: str
) -> None:
    headers = operators.bearer() | {"Content-Type": "text/csv"}

    answer = browser.post(
        f"/api/v1/newsletters/morning/subscribers{query}", headers=headers, content=content
    )

    assert answer.status_code == status
    assert word in answer.json()["error"]["message"]


def test_sources_are_shown_and_steered(browser: TestClient, newsroom: Newsroom) -> None:
    with transaction() as tx:
        source = sources.add(tx, newsroom.english, SourceKind.FEED, "https://a.example/", "A")
    headers = operators.bearer("sender")

    paused = browser.post(f"/api/v1/sources/{source.id}/pause", headers=headers).json()
    resumed = browser.post(f"/api/v1/sources/{source.id}/resume", headers=headers).json()

    assert (paused["state"], resumed["state"]) == ("paused", "active")
    assert browser.get("/api/v1/sources", headers=headers).json() == [resumed]
    assert browser.post("/api/v1/sources/99/pause", headers=headers).status_code == 404


@pytest.mark.usefixtures("newsroom")
def test_feeds_are_shown_with_their_addresses(browser: TestClient) -> None:
    feeds = browser.get("/api/v1/feeds", headers=operators.bearer("viewer")).json()

    base = "http://127.0.0.1:8080/feeds/everything"
    assert feeds[0]["addresses"] == {form.value: f"{base}.{form}" for form in FeedFormat}
    # Under these names older programs look for them.
    for name, ending in {"rss": "rss", "atom": "atom", "json_feed": "json"}.items():
        assert feeds[0][name] == f"{base}.{ending}"


def test_description_names_every_path_and_the_token(browser: TestClient) -> None:
    described = browser.get("/api/v1/openapi.json").json()

    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path, verbs in described["paths"].items():
        assert path.startswith("/api/v1/"), path
        for verb, operation in verbs.items():
            assert operation["security"] == [{"token": []}], (verb, path)
