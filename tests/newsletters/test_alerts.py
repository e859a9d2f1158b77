"""An article that is to be sent as an alert opens its alert by itself: once, and not too often."""

import datetime as dt
import email
import email.policy
import threading

import pytest
from sqlalchemy import select, update

from syndicate import clock, settings
from syndicate.articles import receive_push
from syndicate.errors import RefusedError
from syndicate.mail.sending import deliver
from syndicate.newsletters import alerts, deciding, run, steering
from syndicate.store.composition import alerts as asked
from syndicate.store.composition import issues
from syndicate.store.content.articles import Article
from syndicate.store.editing import changes
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Issue
from syndicate.store.newsroom.publications import Publication
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import Lane
from tests.acting import TESTER
from tests.mail.fault_relay import FaultRelay
from tests.newsletters.paper import HOUR, article, choices, reader
from tests.newsletters.sending import add_alerts, compose, found, readers

WORLD, SPORT = 1, 2  # articles of `conftest`; sections too
ALERTS = 2  # the newsletter


@pytest.fixture
def room(relay: FaultRelay) -> FaultRelay:
    """An alert newsletter that draws from "world", with two readers; a digest with three."""
    assert add_alerts(WORLD) == ALERTS
    readers(3)
    with transaction() as tx:
        reader(tx, 1, ALERTS)
        reader(tx, 2, ALERTS)
    return relay


def ask(*article_ids: int, now: dt.datetime | None = None) -> None:
    with transaction() as tx:
        asked.ask(tx, article_ids, now=now or clock.now())


def send_due(now: dt.datetime | None = None) -> list[int]:
    opened = alerts.send_due(now or clock.now())
    deliver.send_lane(Lane.URGENT, should_stop=lambda: False)
    return opened


def told(relay: FaultRelay) -> list[tuple[str, str]]:
    """(reader, subject) pairs of what the relay took."""
    parsed = [
        (each.rcpt, email.message_from_bytes(each.content, policy=email.policy.default))
        for each in relay.accepted
    ]
    return sorted((rcpt[:9], str(message["Subject"])) for rcpt, message in parsed)


BOTH = [("reader001", "Headline world-one"), ("reader002", "Headline world-one")]


def test_an_article_that_is_asked_for_is_told_once(room: FaultRelay) -> None:
    ask(WORLD, SPORT)

    assert len(send_due()) == 1  # sport is none of its sections
    ask(WORLD)
    assert send_due() == []

    assert told(room) == BOTH


def test_two_at_once_open_one(room: FaultRelay) -> None:
    ask(WORLD)
    threads = [threading.Thread(target=alerts.send_due, args=[clock.now()]) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send_due()

    assert told(room) == BOTH


def test_who_had_the_alert_does_not_have_the_story_again_in_the_digest(room: FaultRelay) -> None:
    ask(WORLD)
    send_due()

    mailing_id = compose()

    with transaction() as tx:
        assert sorted(choices(tx, mailing_id).values()) == [0b10, 0b10, 0b11]
    assert told(room) == BOTH


def test_a_pushed_article_says_so_itself(room: FaultRelay) -> None:
    said = {
        "id": "cms-1",
        "headline": "Bridge closed",
        "section": "World",
        "language": "en",
        "url": "https://daily.example/bridge",
        "alert": True,
    }
    for _ in range(2):
        with transaction() as tx:
            publication = tx.scalars(select(Publication)).one()
            entries = [receive_push.entry_of(said)]
            receive_push.receive(tx, publication, entries, actor=TESTER, now=clock.now())
            assert ("newsletters.open_alerts", ()) in [(job.name, ids) for job, ids in tx.hints]
        send_due()

    assert told(room) == [("reader001", "Bridge closed"), ("reader002", "Bridge closed")]


def test_beyond_the_cap_an_editor_decides(
    room: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    settings_env.setenv("SYNDICATE_ALERTS_PER_HOUR", "1")
    settings.load.cache_clear()
    with transaction() as tx:
        more = article(tx, WORLD, "world-two", clock.now() - HOUR).id
    ask(WORLD)
    send_due()
    ask(more)

    (held,) = send_due()

    assert told(room) == BOTH
    with transaction() as tx:
        issue = issues.find(tx, held)
        assert issue is not None
        assert issue.state is IssueState.HELD
        assert "There were 1 alerts within an hour" in str(issue.note)
    deciding.send(held, actor=TESTER, now=clock.now())
    run.compose_issue(held, clock.now())
    send_due()
    assert told(room)[1::2] == [(name, "Headline world-two") for name in ("reader001", "reader002")]
    with pytest.raises(RefusedError):
        deciding.send(held, actor=TESTER, now=clock.now())


def test_an_embargoed_article_is_told_at_its_end_and_not_before(room: FaultRelay) -> None:
    now = clock.now()
    with transaction() as tx:
        row = found(tx, WORLD)
        row.state, row.embargo_until = ArticleState.EMBARGOED, now + 5 * HOUR
    ask(WORLD)

    assert send_due() == []
    assert send_due(now + 5 * HOUR - dt.timedelta(seconds=1)) == []
    assert len(send_due(now + 5 * HOUR)) == 1
    assert told(room) == []  # its content may not be shown before the real moment


@pytest.mark.parametrize("when", ["killed", "late", "never asked"])
def test_what_is_no_alert_any_more_opens_none(room: FaultRelay, when: str) -> None:
    now = clock.now()
    if when == "killed":
        ask(WORLD)
        with transaction() as tx:
            changes.kill(tx, found(tx, WORLD), note=None, now=now)
    elif when == "late":
        ask(WORLD, now=now - HOUR)
    else:
        with transaction() as tx:
            tx.execute(update(Article).values(embargo_until=now))

    assert send_due(now) == []
    assert told(room) == []


@pytest.mark.usefixtures("room")
def test_an_alert_has_no_slot() -> None:
    with pytest.raises(RefusedError, match="not at set times"):
        steering.send_now(ALERTS, actor=TESTER, now=clock.now())
    assert run.open_due_issues(clock.now()) is not None
    with transaction() as tx:
        query = select(Issue).where(Issue.newsletter_id == ALERTS)
        assert tx.scalars(query).all() == []
