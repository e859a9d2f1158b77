"""The links in the mails of a reader who was erased since: each says so, and none is an error."""

import pytest
from starlette.testclient import TestClient

from syndicate import clock, settings, signing
from syndicate.mail.mime import message
from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients, subscribers
from syndicate.subscribers import erase
from tests import matrix
from tests.acting import TESTER
from tests.web.newsroom import Newsroom

READER = "reader001@example.com"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def sealed(purpose: str, payload: str) -> str:
    return signing.sign(settings.load().key(), purpose, payload)


@pytest.fixture
def erased(newsroom: Newsroom) -> str:
    """What the links of a reader name who got a newsletter and was erased."""
    now = clock.now()
    with transaction() as tx:
        reader = subscribers.upsert(tx, READER, language="en", now=now)
        made = subscribers.subscribe(tx, reader.id, newsroom.newsletter, language="en", now=now)
        subscribers.activate(made, now=now)
        recipients.upsert(tx, READER, subscriber_id=reader.id)
        named = str(made.id)
    erase.erase(READER, actor=TESTER, now=now)
    return named


@pytest.mark.parametrize("prefix", ["", "/p/courier", "/p/al-nahar"])
@pytest.mark.parametrize(
    "body", matrix.rows([ONE_CLICK, {}, {"List-Unsubscribe": "x" * 1000}], every=3)
)
def test_one_click_after_an_erasure_is_answered_200(
    browser: TestClient, erased: str, prefix: str, body: dict[str, str]
) -> None:
    path = f"{prefix}/unsubscribe/{sealed(message.UNSUBSCRIBE, erased)}"
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"}

    for _ in range(2):
        answer = browser.post(path, data=body, headers=elsewhere)

        assert answer.status_code == 200
        assert "location" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize(
    ("path", "purpose"),
    matrix.rows(
        [
            ("/unsubscribe/{}", message.UNSUBSCRIBE),
            ("/preferences/{}", message.PREFERENCES),
            ("/confirm/{}", "confirm"),
            ("/never/{}", message.NEVER),
        ],
        every=3,
    ),
)
@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("", "we no longer keep anything about it"),
        ("/p/al-nahar", "لم يعد يصلك شيء بموجب هذا الاشتراك"),
    ],
)
def test_every_link_of_a_reader_who_was_forgotten_opens_a_page_that_says_so(
    browser: TestClient, path: str, purpose: str, prefix: str, words: str
) -> None:
    gone = f"4711:{int(clock.now().timestamp())}"
    link = prefix + path.format(sealed(purpose, gone))

    answers = [browser.post(link)]
    if purpose != message.NEVER:  # whose page only asks
        answers.append(browser.get(link))
    if purpose == message.PREFERENCES:
        answers.append(browser.post(f"{link}/feed", data={"take": "away"}))

    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert all(words in answer.text for answer in answers)


def test_one_click_is_answered_200_where_no_publication_is_left(browser: TestClient) -> None:
    link = f"/unsubscribe/{sealed(message.UNSUBSCRIBE, '4711')}"

    assert browser.post(link, data=ONE_CLICK).status_code == 200
