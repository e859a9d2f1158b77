"""The links of a test mail: each says what it is and where a reader's leads; nothing changes."""

import pytest
from starlette.testclient import TestClient

from syndicate import settings, signing
from syndicate.mail.mime import message
from syndicate.subscribers.confirmation import CONFIRM
from tests import matrix

pytestmark = pytest.mark.usefixtures("newsroom")


def path(purpose: str) -> str:
    return f"/{purpose}/{signing.sign(settings.load().key(), purpose, '0')}"


@pytest.mark.parametrize(
    ("purpose", "leads"),
    matrix.rows(
        [
            (message.UNSUBSCRIBE, "where they unsubscribe"),
            (message.PREFERENCES, "where they change what they get"),
            (CONFIRM, "where they confirm their sign-up"),
            (message.NEVER, "where they ask for no more articles"),
        ],
        every=2,
    ),
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_of_a_test_mail_says_where_a_readers_leads(
    browser: TestClient, purpose: str, leads: str, method: str
) -> None:
    answer = browser.request(method, path(purpose))

    assert answer.status_code == 200
    assert "This is a link of a test mail" in answer.text
    assert leads in answer.text
    assert "no longer" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_it_speaks_the_language_of_the_publication_that_is_opened(browser: TestClient) -> None:
    page = browser.get(f"/p/al-nahar{path(message.PREFERENCES)}").text

    assert "هذا رابط في رسالة تجريبية" in page
