"""From the preferences page out: whoever came there to leave finds the way."""

from starlette.testclient import TestClient

from syndicate import clock, settings, signing
from syndicate.mail.mime import message
from syndicate.store.ground.session import transaction
from syndicate.store.readers import subscribers
from tests.web.newsroom import Newsroom

READER = "reader001@example.com"


def sealed(purpose: str, payload: str) -> str:
    return signing.sign(settings.load().key(), purpose, payload)


def subscribed(newsroom: Newsroom) -> str:
    """What the links of a reader name who gets the newsletter."""
    now = clock.now()
    with transaction() as tx:
        reader = subscribers.upsert(tx, READER, language="en", now=now)
        made = subscribers.subscribe(tx, reader.id, newsroom.newsletter, language="en", now=now)
        subscribers.activate(made, now=now)
        return str(made.id)


def test_preferences_lead_to_the_page_that_ends_the_subscription(
    browser: TestClient, newsroom: Newsroom
) -> None:
    named = subscribed(newsroom)
    leave = f"/unsubscribe/{sealed(message.UNSUBSCRIBE, named)}"

    page = browser.get(f"/preferences/{sealed(message.PREFERENCES, named)}").text

    assert f'<a href="{leave}">Unsubscribe</a>' in page
    assert "Do you want to unsubscribe from this newsletter?" in browser.get(leave).text
