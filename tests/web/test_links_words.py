"""What a visitor's forms send: their words as they wrote them, or a sentence why not."""

import email
import email.policy

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from syndicate.render.merge import Content, merge
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger
from tests.web.newsroom import Newsroom
from tests.web.test_links import READER, stamp


@pytest.mark.parametrize(
    "words",
    [
        "\n".join("abcdefghij" * 140),  # as many lines as there is room for
        "My slot:x was taken, slot:never_url too. <!--/--> %(name)s {{ 7 * 7 }}",
        '"' * 3000,
        "نهر " * 700,
    ],
)
def test_feedback_of_any_words_goes_to_the_desk_as_it_was_written(
    browser: TestClient, newsroom: Newsroom, words: str
) -> None:
    form = {"text": words, "stamp": stamp(f"feedback:{newsroom.articles['report']}")}

    answer = browser.post(newsroom.path("report") + "/feedback", data=form)

    assert "Your message is on its way" in answer.text
    with transaction() as tx:
        mailing = ledger.newest(tx, limit=1, with_singles=True)[0]
        content = Content.load(ledger.content(tx, mailing.id, 1, "en"), mailing.message)
    body = b"".join(merge(content, 0, {}))
    head = 'Content-Type: multipart/alternative; boundary="{}"\r\n\r\n'
    raw = head.format(content.headers["boundary"]).encode() + body
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    plain = parsed.get_body(("plain",))
    assert plain is not None
    # A long line in 8bit is broken where a blank was.
    told = " ".join(plain.get_content().replace("| ", "").split())
    assert " ".join(words.split()) in told
    assert plain.get_content().count("| ") == len(words.splitlines())


def test_an_article_that_no_mail_can_hold_is_not_emailed_and_the_visitor_is_told(
    browser: TestClient, newsroom: Newsroom
) -> None:
    article_id = newsroom.articles["report"]
    with transaction() as tx:
        tx.execute(update(Article).values(standfirst="word " * 20_000))
    form = {"to": READER, "name": "Ada", "stamp": stamp(f"email:{article_id}")}

    answer = browser.post(newsroom.path("report") + "/email", data=form)

    assert answer.status_code == 422
    assert "This article cannot be sent by email" in answer.text
    with transaction() as tx:
        assert ledger.newest(tx, limit=1, with_singles=True) == []
