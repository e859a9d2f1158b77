"""A letter to the desk: the words as they were written, and an answer to whoever wants one."""

import datetime as dt

import pytest
from starlette.testclient import TestClient

from syndicate.actions import feedback, forms
from syndicate.actions.feedback import Letter
from syndicate.actions.forms import Guarded
from syndicate.articles import editing
from syndicate.errors import NotFoundError
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.readers import recipients
from syndicate.store.sending import ledger
from tests.acting import TESTER
from tests.store import racing
from tests.web import newsroom as rows
from tests.web.newsroom import Newsroom
from tests.web.test_links import READER, stamp


def headers_of(mailing_id: int) -> dict[str, object]:
    """What was frozen for the headers of a single message."""
    with transaction() as tx:
        blocks = ledger.content(tx, mailing_id, 1, "en")
    return dict(blocks[0].headers or {})


def test_feedback_goes_to_the_desk(browser: TestClient, newsroom: Newsroom) -> None:
    article_id = newsroom.articles["report"]
    form = {
        "text": "The river is <b>longer</b>.\nMeasure again.",
        "reply_to": READER,
        "stamp": stamp(f"feedback:{article_id}"),
    }

    answer = browser.post(newsroom.path("report") + "/feedback", data=form)

    assert "Your message is on its way" in answer.text
    with transaction() as tx:
        mailing = ledger.newest(tx, limit=1, with_singles=True)[0]
        blocks = ledger.content(tx, mailing.id, 1, "en")
        desk = recipients.upsert(tx, "world-desk@example.org")
    html = b"".join(block.html for block in blocks).replace(b"=\r\n", b"").decode()
    assert mailing.message == "feedback"
    assert desk.id == 1
    assert "&lt;b&gt;longer&lt;/b&gt;" in html
    assert READER in html
    assert headers_of(mailing.id)["reply_to"] == READER


@pytest.mark.usefixtures("database")
def test_no_letter_is_kept_about_an_article_that_is_being_taken_down() -> None:
    room = rows.make()
    article_id = room.articles["report"]
    mark = forms.stamp(feedback.form_of(article_id), room.now - dt.timedelta(seconds=5))

    def take_down(tx: Transaction) -> None:
        editing.take_down(tx, article_id, reason="An order.", actor=TESTER, now=room.now)

    def write(_tx: Transaction) -> None:
        guarded = Guarded(stamp=mark, trap="", ip="203.0.113.7")
        feedback.send(article_id, Letter("Measure again.", ""), guarded, now=room.now)

    with pytest.raises(NotFoundError, match="no such article"):
        racing.second(take_down, write)

    with transaction() as tx:
        assert ledger.newest(tx, limit=9, with_singles=True) == []


@pytest.mark.parametrize(
    ("reply_to", "frozen"),
    [
        ("", None),
        ("  reader001@EXAMPLE.com ", "reader001@example.com"),
        ("reader001@bücher.example", "reader001@xn--bcher-kva.example"),
        # It stands in the text; as a header the mail would need a relay that speaks SMTPUTF8.
        ("jürgen@example.com", None),
    ],
)
def test_the_desk_answers_the_reader_who_left_an_address_and_nobody_else(
    browser: TestClient, newsroom: Newsroom, reply_to: str, frozen: str | None
) -> None:
    mark = stamp(f"feedback:{newsroom.articles['report']}")
    form = {"text": "Measure again.", "reply_to": reply_to, "stamp": mark}

    answer = browser.post(newsroom.path("report") + "/feedback", data=form)

    assert "Your message is on its way" in answer.text
    assert headers_of(1).get("reply_to") == frozen


@pytest.mark.parametrize(
    ("reply_to", "status"),
    [
        ("reader001@example.com\r\nBcc: reader002@example.com", 422),
        ("reader001@example.com\nBcc: reader002@example.com", 422),
        ("reader001@example.com, reader002@example.com", 422),
        ("Desk <reader001@example.com>", 422),
        ("reader001@example.com\x00", 400),
        ("reader001@example.com\u2028Bcc: reader002@example.com", 422),
        ("=?utf-8?q?reader001=40example.com?=", 422),
    ],
)
def test_an_address_for_answers_that_is_more_than_one_is_refused(
    browser: TestClient, newsroom: Newsroom, reply_to: str, status: int
) -> None:
    mark = stamp(f"feedback:{newsroom.articles['report']}")
    form = {"text": "Measure again.", "reply_to": reply_to, "stamp": mark}

    answer = browser.post(newsroom.path("report") + "/feedback", data=form)

    assert answer.status_code == status


def test_feedback_without_words_is_refused(browser: TestClient, newsroom: Newsroom) -> None:
    form = {"text": " \n ", "stamp": stamp(f"feedback:{newsroom.articles['report']}")}

    answer = browser.post(newsroom.path("report") + "/feedback", data=form)

    assert answer.status_code == 422
    assert "Please write something" in answer.text
